"""Kinds of people whom the lifter learns from and is measured on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.free_movement import FREE

RECORDED = "recorded/"
"""Before the name of what recorded people do; simulated ones have the simulation's labels."""
KINDS = ("recorded", "simulated", "free")
"""Recordings, actions of the simulation, free movement."""


def kinds_of(actions: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    """(N,) which of KINDS people are, from what they do."""
    kinds: npt.NDArray[np.str_] = np.select(
        [np.char.startswith(actions, RECORDED), actions == FREE], ["recorded", "free"], "simulated"
    )
    return kinds
