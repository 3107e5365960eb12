"""Mechanics of falls: the way of the body to the floor, timed by the energy of its segments.

Without muscles a body that turns about its feet is an inverted pendulum, and a body without support
from its legs falls freely. Conservation of energy covers both: half the mean square speed of the
segments, weighted by their masses, is g times the height that the centre of mass has lost. People
keep 50 to 80 % of that energy, because muscles brake (Sandler and Robinovitch, J. Biomech. Eng.
123, 2001; van den Kroonenberg et al., J. Biomech. Eng. 117, 1995), and begin with the speed of
standing or walking, 0 to 1.4 m/s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from pose_action_ros.simulation.body import FIGURE, Body
from pose_action_ros.simulation.channels import ARM, LEG, SIDES, Array, Channels, both_sides
from pose_action_ros.simulation.key_poses import TRUNK, KeyPose, channels_of, pelvis_angles, turned
from pose_action_ros.simulation.kinematics import about_z, pelvis_axes, pose_body
from pose_action_ros.simulation.timing import ease

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


@dataclass(frozen=True, eq=False)
class Style:
    """How the body moves between the loss of balance and the floor.

    Attributes:
        late: exponent of the turn of the pelvis: above 1 the legs give way before it turns.
        hips, knees: greatest flexion on the way [degrees].
        trunk, nod: greatest bend forward of trunk and head on the way [degrees].
        step: flexion of the hip in a recovery step of the foot that does not stand [degrees].
        stands: row of SIDES of the foot that stays; along a wall the hips stay instead.
        slip: way of that foot or of the hips along x [m].
        reach: channels of both arms when the hands reach for the floor or flail.
        when: share of the way at which they reach.
        lag: delay of the arms behind the trunk [s].
        kept: share of the potential energy that becomes speed.
    """

    late: float
    hips: float
    knees: float
    trunk: float
    nod: float
    step: float
    stands: int
    slip: float
    kept: float
    when: float = 0.7
    lag: float = 0.06
    reach: dict[str, dict[str, float]] = field(default_factory=dict)


class Way:
    """The way of the body from the loss of balance to the floor, by shares 0 to 1."""

    def __init__(
        self, body: Body, first: Channels, end: KeyPose, style: Style, held: str = ""
    ) -> None:
        """Begin with channels (1,); the foot that stands, or the joint `held`, keeps its place."""
        self.body, self.style, self.first = body, style, first
        self.last = channels_of(body, [end], np.zeros(1)).limited()
        facing = about_z(self.first["yaw"])
        self._from, self._to = pelvis_axes(self.first), facing @ end.pelvis
        self._facing = facing[0]
        self._foot = held or f"{SIDES[style.stands]}_ankle"
        self._anchor = pose_body(body, self.first).joint(self._foot)[0, :2]

    def __call__(self, share: Array, arms: Array | None = None) -> Channels:
        """Channels at shares (T,) of the way, and of that of the arms, which may be behind."""
        arms = share if arms is None else arms
        style, pose = self.style, Channels.zeros(len(share))
        legs, trunk = share**1.3, ease(share)
        parts = ((both_sides(LEG), legs), (TRUNK, trunk), (both_sides(ARM), ease(arms)))
        for names, weight in parts:
            for name in names:
                pose[name] = self.first[name] + weight * (self.last[name] - self.first[name])
        self._give_way(pose, share)
        near = np.clip(np.minimum(arms / style.when, (1 - arms) / (1 - style.when)), 0, 1)
        for side, reach in style.reach.items():
            pose.toward(reach, ease(near), side)
        shares = share**style.late
        count = len(share)
        ends = [np.broadcast_to(axes, (count, 3, 3)) for axes in (self._from, self._to)]
        pose["yaw"], pose["pitch"], pose["roll"] = pelvis_angles(turned(ends[0], ends[1], shares))
        return self._placed(pose, share)

    def _give_way(self, pose: Channels, share: Array) -> None:
        """Bend hips, knees and trunk on the way, and take a step."""
        style, most = self.style, np.sin(np.pi * share)
        pose["bend_forward"] += style.trunk * most
        pose["nod"] += style.nod * most
        step = np.sin(np.pi * np.clip(share / 0.45, 0, 1))
        for row, side in enumerate(SIDES):
            moved = step * style.step * (row != style.stands)
            pose[f"{side}_hip_flex"] += style.hips * most + moved
            pose[f"{side}_knee"] += style.knees * most + moved
            pose[f"{side}_ankle"] += 0.3 * style.knees * most

    def _placed(self, pose: Channels, share: Array) -> Channels:
        """Keep the standing foot at its place, except for a slip along the facing direction."""
        pose = pose.limited()
        foot = pose_body(self.body, pose).joint(self._foot)[:, :2]
        slip = self.style.slip * ease(share)[:, None] * self._facing[:2, 0]
        pose["forward"], pose["sideways"] = (self._anchor + slip - foot).T
        return pose


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
