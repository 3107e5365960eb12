"""Channels: the degrees of freedom of a simulated person over time, by name.

Angles are anatomical, in degrees, 0 when standing with hanging arms; they mean the same on both
sides, so mirroring a motion swaps the sides and negates the channels towards the left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Rng = np.random.Generator

SIDES: Final = ("left", "right")


def other_side(side: str) -> str:
    """The side that is not `side`."""
    return SIDES[1 - SIDES.index(side)]


def both_sides(names: Sequence[str]) -> tuple[str, ...]:
    """Names of channels of both sides."""
    return tuple(f"{side}_{name}" for side in SIDES for name in names)


# Channels of pelvis and trunk: "lift" [m] is the height of the lowest point above the floor,
# "forward" and "sideways" [m] the position of the pelvis; all others are angles [degrees].
LATERAL: Final = ("sideways", "yaw", "roll", "bend_left", "twist_left", "tilt_left", "turn_left")
_MEDIAN: Final = ("forward", "lift", "pitch", "bend_forward", "nod")
ARM: Final = (
    "shrug",  # shoulder up
    "protract",  # shoulder forward
    "flex",  # upper arm forward
    "abduct",  # upper arm sideways
    "rotate_in",  # about the upper arm, bent forearm towards the belly
    "elbow",
    "pronate",  # palm turns back (arm hanging) or down (elbow bent)
    "wrist_flex",  # towards the palm
    "wrist_side",  # towards the thumb
    "curl",  # 0 flat hand to 1 fist
    "point",  # 1 for a straight index finger in a fist
)
LEG: Final = ("hip_flex", "hip_abduct", "hip_out", "knee", "ankle")
PHASE: Final = "phase"
"""Not a joint: 0 while the motion's label holds, 1 while it does not, 2 in the state after it."""
CHANNELS: Final = (
    *LATERAL,
    *_MEDIAN,
    *both_sides((*ARM, *LEG)),
    PHASE,
)
_INDEX: Final = {name: position for position, name in enumerate(CHANNELS)}

# Ranges of motion of healthy adults, rounded outwards (American Academy of Orthopaedic Surgeons).
LIMITS: Final[Mapping[str, tuple[float, float]]] = {
    "shrug": (-8, 35),
    "protract": (-25, 35),
    "flex": (-60, 185),
    "abduct": (-60, 185),
    "rotate_in": (-110, 110),
    "elbow": (0, 152),
    "pronate": (-95, 95),
    "wrist_flex": (-75, 80),
    "wrist_side": (-35, 30),
    "curl": (0, 1),
    "point": (0, 1),
    "hip_flex": (-35, 130),
    # Components of a rotation vector and a twist: more than a clinician measures of a bent hip.
    "hip_abduct": (-35, 75),
    "hip_out": (-55, 85),
    "knee": (0, 155),
    "ankle": (-60, 45),
    "nod": (-50, 60),
    "turn_left": (-80, 80),
    "tilt_left": (-40, 40),
    PHASE: (0, 2),
}


def _limit(channel: str) -> tuple[float, float]:
    return LIMITS.get(channel.removeprefix("left_").removeprefix("right_"), (-np.inf, np.inf))


_LOW: Final = np.array([_limit(name)[0] for name in CHANNELS])
_HIGH: Final = np.array([_limit(name)[1] for name in CHANNELS])


class Channels:
    """Values (T, C) of all channels at T times, read and written by name."""

    def __init__(self, values: Array) -> None:
        self.values = values

    @classmethod
    def zeros(cls, count: int) -> Channels:
        """Return the neutral pose, `count` times."""
        return cls(np.zeros((count, len(CHANNELS))))

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, name: str) -> Array:
        """(T,) view of one channel."""
        return self.values[:, _INDEX[name]]

    def __setitem__(self, name: str, value: npt.ArrayLike) -> None:
        self.values[:, _INDEX[name]] = value

    def toward(
        self, targets: Mapping[str, npt.ArrayLike], weight: npt.ArrayLike = 1.0, side: str = ""
    ) -> None:
        """Blend the named channels, of one side if named, to the targets by weight (T,) 0 to 1."""
        prefix = f"{side}_" if side else ""
        for name, target in targets.items():
            column = self.values[:, _INDEX[prefix + name]]
            column += (np.asarray(target) - column) * np.asarray(weight)

    def side(self, side: str, names: tuple[str, ...]) -> dict[str, Array]:
        """Copy the channels of one side, named without the side."""
        return {name: self[f"{side}_{name}"].copy() for name in names}

    def limited(self) -> Channels:
        """Return the same motion clipped to the ranges of motion."""
        return Channels(np.clip(self.values, _LOW, _HIGH))
