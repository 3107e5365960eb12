"""Dynamics of falls: a given way of the body, timed by the energy of its segments.

Without muscles a body that turns about its feet is an inverted pendulum, and a body without support
from its legs falls freely. Conservation of energy covers both: half the mean square speed of the
segments, weighted by their masses, is g times the height that the centre of mass has lost. People
keep 50 to 80 % of that energy, because muscles brake (Sandler and Robinovitch, J. Biomech. Eng.
123, 2001; van den Kroonenberg et al., J. Biomech. Eng. 117, 1995), and begin with the speed of
standing or walking, 0 to 1.4 m/s.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from pose_action_ros.simulation.body import FIGURE, Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels
from pose_action_ros.simulation.kinematics import pose_body

GRAVITY: Final = 9.81
"""[m/s²]"""

_LIMBS: Final = (
    # nearer and farther joint, share of the body's mass, place of the mass between both
    ("shoulder", "elbow", 0.028, 0.436),
    ("elbow", "wrist", 0.022, 0.682),
    ("hip", "knee", 0.100, 0.433),
    ("knee", "ankle", 0.061, 0.606),
)
_SEGMENTS: Final = (
    ("mid_hip", "neck", 0.497, 0.5),
    ("neck", "head_top", 0.081, 0.6),
    *(
        (f"{side}_{near}", f"{side}_{far}", mass, place)
        for side in SIDES
        for near, far, mass, place in _LIMBS
    ),
)
"""Winter, Biomechanics and Motor Control of Human Movement (2009), table 4.1."""

MASSES: Final = np.array([mass for _, _, mass, _ in _SEGMENTS])
"""(S,) shares of the body's mass of the segments."""
_SAMPLES: Final = 121
_FIRST_WAY: Final = 0.04
"""Way of a mean segment over which the first speed is reached [m]."""
_LEAST_SPEED: Final = 0.06
"""[m/s]"""


def mass_points(joints: Array) -> Array:
    """(T, S, 3) centres of mass [m] of the segments, for joints (T, J, 3) of FIGURE."""
    ends = [
        (joints[:, FIGURE.index(near)], joints[:, FIGURE.index(far)], place)
        for near, far, _, place in _SEGMENTS
    ]
    return np.stack([near + place * (far - near) for near, far, place in ends], axis=1)


class Fall:
    """The time course of a fall along a way.

    Attributes:
        duration: from the loss of balance until the trunk is on the floor [s].
        impact: greatest downward speed of the middle of the hips [m/s].
    """

    def __init__(
        self, body: Body, way: Callable[[Array], Channels], speed: float, kept: float
    ) -> None:
        """Time a way.

        Args:
            body: measures.
            way: function from shares (T,) of the way, 0 to 1, to channels.
            speed: of the segments at the loss of balance [m/s].
            kept: share of the potential energy that becomes speed.
        """
        self._shares = np.linspace(0, 1, _SAMPLES)
        joints = pose_body(body, way(self._shares)).joints
        points = mass_points(joints)
        squares = np.sum(np.square(np.diff(points, axis=0)), axis=-1) @ MASSES
        steps = np.sqrt(squares)  # (samples - 1,) ways of a mean segment [m]
        passed = np.concatenate([[0.0], np.cumsum(steps)])
        height = points[:, :, 2] @ MASSES
        lost = np.maximum(height[0] - height, 0.0)
        first = speed * np.minimum(passed / _FIRST_WAY, 1.0)
        speeds = np.sqrt(first**2 + 2 * kept * GRAVITY * lost)
        speeds = np.maximum(speeds, _LEAST_SPEED)
        self._times = np.concatenate([[0.0], np.cumsum(2 * steps / (speeds[1:] + speeds[:-1]))])
        self.duration = float(self._times[-1])
        hips = joints[:, FIGURE.index("mid_hip"), 2]
        self.impact = float(-np.min(np.diff(hips) / np.maximum(np.diff(self._times), 1e-9)))

    def share(self, times: Array) -> Array:
        """(T,) share of the way at times (T,) [s] after the loss of balance."""
        return np.interp(times, self._times, self._shares)

    def moment(self, share: float) -> float:
        """Time [s] at which a share of the way is behind."""
        return float(np.interp(share, self._shares, self._times))
