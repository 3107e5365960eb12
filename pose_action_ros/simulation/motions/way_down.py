"""The way of a falling body from the loss of balance to its pose on the floor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import ARM, LEG, SIDES, Array, Channels, Rng
from pose_action_ros.simulation.key_poses import KeyPose, channels_of, pelvis_angles, turned
from pose_action_ros.simulation.kinematics import about_z, pelvis_axes, pose_body
from pose_action_ros.simulation.timing import ease

_TRUNK: Final = ("bend_forward", "bend_left", "twist_left", "nod", "turn_left", "tilt_left")


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


def style_of(body: Body, rng: Rng, kind: str) -> Style:
    """Draw the style of a kind of fall: forward, backward, left, right, collapse, seat or wall."""
    unit = body.height / 1.7
    protected = rng.random() < 0.65
    ranges = {  # late, hips, knees, trunk, nod, step, slip
        "forward": ((0.9, 1.6), (0, 45), (10, 80), (-5, 25), (-30, 0), (0, 60), (-0.2, 0.1)),
        "backward": ((0.9, 1.8), (20, 85), (10, 80), (5, 35), (5, 35), (0, 15), (0.0, 0.4)),
        "left": ((0.9, 1.7), (0, 50), (5, 70), (0, 25), (-5, 15), (0, 25), (-0.1, 0.1)),
        "collapse": ((1.5, 2.6), (40, 80), (80, 130), (5, 30), (5, 30), (0, 5), (-0.1, 0.1)),
        "seat": ((0.8, 1.3), (0, 30), (0, 30), (5, 25), (-5, 15), (0, 10), (0.0, 0.3)),
        "wall": ((0.8, 1.3), (0, 10), (0, 15), (0, 10), (0, 15), (0, 0.1), (0.1, 0.25)),
    }
    drawn = [rng.uniform(*ends) for ends in ranges["left" if kind == "right" else kind]]
    late, hips, knees, trunk, nod, step, slip = drawn
    kept = {"wall": (0.05, 0.3), "seat": (0.4, 0.8)}.get(kind, (0.5, 0.8))
    stands = {"left": 0, "right": 1}.get(kind, int(rng.integers(2)))
    return Style(
        late=late,
        hips=hips,
        knees=knees,
        trunk=trunk,
        nod=nod,
        step=step,
        stands=stands,
        slip=slip * unit,
        kept=rng.uniform(*kept),
        when=rng.uniform(0.6, 0.85),
        lag=rng.uniform(0.02, 0.12),
        reach=_reach(rng, kind) if protected and kind != "wall" else _flail(rng),
    )


def _reach(rng: Rng, kind: str) -> dict[str, dict[str, float]]:
    """Channels of arms that reach for the floor in the direction of the fall."""
    both = {"curl": 0.1, "elbow": rng.uniform(10, 60), "wrist_flex": rng.uniform(-60, -20)}
    if kind == "forward":
        arm = {**both, "flex": rng.uniform(50, 110), "abduct": rng.uniform(0, 35)}
        return dict.fromkeys(SIDES, arm)
    if kind in ("left", "right"):
        arm = {**both, "flex": rng.uniform(-10, 40), "abduct": rng.uniform(40, 95)}
        other = {"flex": rng.uniform(10, 70), "abduct": rng.uniform(10, 60), "elbow": 50.0}
        return {side: arm if side == kind else other for side in SIDES}
    arm = {**both, "flex": rng.uniform(-50, -20), "abduct": rng.uniform(20, 50)}
    return dict.fromkeys(SIDES, arm)


def _flail(rng: Rng) -> dict[str, dict[str, float]]:
    size = rng.uniform(0, 1)
    return {
        side: {
            "flex": size * rng.uniform(-40, 80),
            "abduct": size * rng.uniform(10, 90),
            "elbow": rng.uniform(10, 60),
        }
        for side in SIDES
    }


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
        for names, weight in ((sided(LEG), legs), (_TRUNK, trunk), (sided(ARM), ease(arms))):
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


def sided(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names of channels of both sides."""
    return tuple(f"{side}_{name}" for side in SIDES for name in names)
