"""Actors: people who move about together, with gestures and hands that reach for points.

World frame: z up, floor at 0, metres. Headings and angles in degrees; heading 0 faces x.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import ARM, LATERAL, LEG, SIDES, Array, Channels, Rng
from pose_action_ros.simulation.kinematics import OUTWARD, Posed, pose_body
from pose_action_ros.simulation.motions.gait import Steps, full_steps
from pose_action_ros.simulation.reach import arm
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import ease

Level = Callable[[Array], Array]
"""Function from times (T,) [s] to levels (T,), 0 to 1."""
Target = Callable[[Array, Sequence[Posed]], Array]
"""Function from times (T,) and the bodies without reaching arms to points (T, 3) [m]."""

_STEP = 0.02  # [s] between the samples of a path
_CARRIED = ("bend_forward", "nod", *LATERAL[2:])  # channels of the trunk that steps move


def pulse(start: float, rise: float, hold: float, fall: float) -> Level:
    """Level that rises at a start, holds and falls again, durations in [s]."""

    def level(times: Array) -> Array:
        local = times - start
        return np.asarray(ease(local / rise) * (1 - ease((local - rise - hold) / fall)))

    return level


class Path:
    """Positions and headings over time, smoothed through way points.

    Args:
        points: rows of time [s], x, y [m] and heading [degrees]; the last one is held.
        smooth: standard deviation of the smoothing in time [s].
    """

    def __init__(self, points: npt.ArrayLike, smooth: float) -> None:
        rows = np.array(points, dtype=np.float64)
        margin = 4 * smooth + _STEP
        self._times = np.arange(rows[0, 0] - margin, rows[-1, 0] + margin, _STEP)
        sharp = np.column_stack([np.interp(self._times, rows[:, 0], row) for row in rows.T[1:]])
        reach = int(3 * smooth / _STEP)
        weights = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) * _STEP / smooth))
        padded = np.pad(sharp, ((reach, reach), (0, 0)), mode="edge")
        self._values = np.column_stack(
            [np.convolve(column, weights / weights.sum(), mode="valid") for column in padded.T]
        )  # (N, 3)
        steps = np.diff(self._values[:, :2], axis=0, prepend=self._values[:1, :2])
        angle = np.radians(self._values[:, 2])
        ahead = steps[:, 0] * np.cos(angle) + steps[:, 1] * np.sin(angle)
        length = np.linalg.norm(steps, axis=1)
        turned = abs(np.diff(self._values[:, 2], prepend=self._values[0, 2])) / 400  # [m]
        sign = np.where(ahead < -0.3 * length, -1.0, 1.0)
        self._way = np.cumsum(sign * (length + turned))
        self._speed = (length + turned) / _STEP

    def place(self, times: Array) -> tuple[Array, Array, Array]:
        """x, y [m] and heading [degrees], (T,) each."""
        x, y, heading = (np.interp(times, self._times, column) for column in self._values.T)
        return x, y, heading

    def way(self, times: Array) -> Array:
        """(T,) distance travelled [m], also while turning; falling on the way backwards."""
        way: Array = np.interp(times, self._times, self._way)
        return way

    def speed(self, times: Array) -> Array:
        """(T,) [m/s], also while turning."""
        speed: Array = np.interp(times, self._times, self._speed)
        return speed


@dataclass(frozen=True, eq=False)
class Gesture:
    """Angles of some channels over time.

    Attributes:
        angles: by channel, at level 1; (T,) arrays or functions are not needed.
        level: over time.
        side: prefix of the channels, empty for those of the trunk.
        added: True if the angles are added to the present ones, False if they replace them.
    """

    angles: Mapping[str, npt.ArrayLike]
    level: Level
    side: str = ""
    added: bool = True

    def apply(self, pose: Channels, times: Array) -> None:
        """Change the pose in place."""
        level = self.level(times)
        if not self.added:
            pose.toward(self.angles, level, self.side)
            return
        prefix = f"{self.side}_" if self.side else ""
        for name, angle in self.angles.items():
            pose[prefix + name] += level * np.asarray(angle)


@dataclass(frozen=True, eq=False)
class Reach:
    """A hand that reaches for a point.

    Attributes:
        side: of the hand.
        target: of the wrist.
        level: 1 where the wrist is at the target, if it is within reach.
        elbow: (3,) direction of the elbow in the chest's frame, y outwards.
        palm: channels of the hand.
    """

    side: str
    target: Target
    level: Level
    elbow: tuple[float, float, float] = (-0.2, 0.5, -1.0)
    palm: Mapping[str, float] = field(default_factory=dict)

    def apply(self, body: Body, pose: Channels, posed: Posed, point: Array, level: Array) -> None:
        """Change the arm in place; point (T, 3) [m] and level (T,) are those of the times."""
        out = OUTWARD[self.side]
        offset = point - posed.joint(f"{self.side}_shoulder")
        local = (np.swapaxes(posed.frames["chest"], -1, -2) @ offset[..., None])[..., 0]
        wrist = local * [1.0, out, 1.0] / body.arm
        pose.toward({**arm(body, wrist, self.elbow), **self.palm}, level, self.side)


@dataclass(eq=False)
class Actor:
    """One person: a style of standing and of walking, a path, and gestures.

    Attributes:
        body: the person's measures.
        rng: random generator of the style.
        path: positions.
        arms: posture of the arms, see Standing; random if empty.
        step: distance by which one foot is ahead, see Standing.
        own: a motion on the spot instead of standing, None for standing.
        trunk, limbs: gestures before and after the feet are planted.
        reaches: of the hands.
    """

    body: Body
    rng: Rng
    path: Path
    arms: str = ""
    step: float = 0.02
    own: Motion | None = None
    trunk: list[Gesture] = field(default_factory=list)
    limbs: list[Gesture] = field(default_factory=list)
    reaches: list[Reach] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._standing = Standing(self.body, self.rng, self.arms, step=self.step)
        self._steps = Steps(self.body, self.rng)

    def base(self, times: Array) -> Channels:
        """The pose in the world without reaching hands."""
        going = full_steps(self.path.speed(times))
        walk = self._steps(self.path.way(times), going)
        if self.own:
            pose = self.own(times)
        else:
            pose = self._standing.base(times)
            _blend(pose, walk, going, ARM)
            for gesture in self.trunk:
                gesture.apply(pose, times)
            self._standing.settle(pose)
        _blend(pose, walk, going, LEG)
        for name in _CARRIED:
            pose[name] += going * walk[name]
        for gesture in self.limbs:
            gesture.apply(pose, times)
        return _placed(pose, *self.path.place(times))


def _blend(pose: Channels, walk: Channels, going: Array, names: Sequence[str]) -> None:
    for side in SIDES:
        for name in names:
            channel = f"{side}_{name}"
            pose[channel] += going * (walk[channel] - pose[channel])


def _placed(pose: Channels, x: Array, y: Array, heading: Array) -> Channels:
    """Move a pose from the origin to places (T,), in place."""
    turned = np.radians(heading)
    ahead, aside = pose["forward"].copy(), pose["sideways"].copy()
    pose["forward"] = x + ahead * np.cos(turned) - aside * np.sin(turned)
    pose["sideways"] = y + ahead * np.sin(turned) + aside * np.cos(turned)
    pose["yaw"] += heading
    return pose


def together(actors: Sequence[Actor], times: Array) -> list[Channels]:
    """Channels of all actors, with hands that reach for points of each other or of the world."""
    poses = [actor.base(times).limited() for actor in actors]
    posed = [pose_body(actor.body, pose) for actor, pose in zip(actors, poses, strict=True)]
    for actor, pose, own in zip(actors, poses, posed, strict=True):
        for reach in actor.reaches:
            point, level = reach.target(times, posed), reach.level(times)
            if level.any():
                reach.apply(actor.body, pose, own, point, level)
    return poses
