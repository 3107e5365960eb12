"""Falls from standing, walking and sitting, with hands that protect or not, and the state after.

Causes, directions and activities after Robinovitch et al., Lancet 381 (2013): 227 falls on video,
most by wrong shifts of weight and trips, from walking, standing and sitting down. Hands reach the
floor together with the pelvis, and the trunk turns in sideways falls (Hsiao and Robinovitch,
J. Biomech. 31, 1998). Timing: see `pose_action_ros.simulation.fall`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import PHASE, SIDES, Array, Channels, Rng, both_sides
from pose_action_ros.simulation.fall import Fall, Style, Way
from pose_action_ros.simulation.furniture import Box, random_colour
from pose_action_ros.simulation.key_poses import GazeAndBreath, KeyPose, channels_of
from pose_action_ros.simulation.motions.gait import strolling
from pose_action_ros.simulation.motions.low import back_on_wall
from pose_action_ros.simulation.motions.lying import at_rest, on_back, on_front, on_side
from pose_action_ros.simulation.motions.sitting import on_chair, sitting_on_floor
from pose_action_ros.simulation.performance import Performance
from pose_action_ros.simulation.route import Route
from pose_action_ros.simulation.standing import Motion, standing
from pose_action_ros.simulation.timing import Strokes, Wander, ease

DURATIONS: Final = (0.4, 1.5)
"""Least and greatest time from the loss of balance until the trunk is on the floor [s]."""
_TRIES: Final = 30
_SETTLING: Final = 0.35
"""Time after the impact until the limbs are at rest [s]."""
_AFTER: Final = 0.7
"""Time after the impact in which the label is still the fall's [s]: a network needs the end of a
fall to tell it from sitting or lying down."""


@dataclass(frozen=True, eq=False)
class _Before:
    """The state at the loss of balance.

    Attributes:
        motion: until then.
        balance: moment of the loss of balance [s].
        speed: of the body [m/s].
        label: of the state.
        furniture: the boxes there.
        free: False beside a wall, which leads the fall to the floor below.
    """

    motion: Motion
    balance: float
    speed: float
    label: str
    furniture: tuple[Box, ...] = ()
    free: bool = True


def falling(body: Body, rng: Rng) -> Performance:
    """Fall and stay on the floor: lying, or sitting after a fall on the seat or along a wall."""
    for _ in range(_TRIES):
        before = _before(body, rng)
        kind = _kind(rng, before)
        end = _end(body, rng, kind, seated=bool(before.furniture) and before.free)
        style = _style(body, rng, kind)
        first = before.motion(np.array([before.balance])).limited()
        way = Way(body, first, end, style, "" if before.free else "mid_hip")
        fall = Fall(body, way, before.speed, style.kept)
        if DURATIONS[0] <= fall.duration <= DURATIONS[1]:
            break
    after = "sitting" if kind in ("seat", "wall") else "lying"
    motion = _motion(rng, before, way, fall)
    return Performance("falling", body, motion, before.furniture, before.label, after)


def _before(body: Body, rng: Rng) -> _Before:
    draw = rng.random()
    if draw < 0.42:
        return _Before(
            standing(body, rng), rng.uniform(0.1, 1.2), rng.uniform(0.1, 0.5), "standing"
        )
    if draw < 0.78:
        return _walking(body, rng)
    if draw < 0.9:
        return _seated(body, rng)
    return _at_wall(body, rng)


def _walking(body: Body, rng: Rng) -> _Before:
    speed, balance = rng.uniform(0.6, 1.3), rng.uniform(0.7, 1.6)
    route = Route.through([(0.0, 0.0), (6.0, 0.0)], speed, 0.0)
    return _Before(strolling(body, rng, route), balance, rng.uniform(0.4, 0.9) * speed, "walking")


def _held(body: Body, key: KeyPose, rng: Rng) -> Motion:
    alive = GazeAndBreath(rng)

    def motion(times: Array) -> Channels:
        return alive.added(channels_of(body, [key], np.zeros(len(times))), times)

    return motion


def _seated(body: Body, rng: Rng) -> _Before:
    setting = on_chair(body, rng)
    motion = _held(body, setting.draw(), rng)
    speed = rng.uniform(0.3, 0.8)
    return _Before(motion, rng.uniform(0.1, 1.0), speed, "sitting", tuple(setting.furniture))


def _at_wall(body: Body, rng: Rng) -> _Before:
    key = back_on_wall(body, rng, rng.uniform(4, 10))
    behind = key.root[0] - 0.25 - 0.5 * body.chest_depth
    wall = Box((behind, 0, 1.1), (0.1, 1.6, 2.2), 0.0, random_colour(rng))
    motion = _held(body, key, rng)
    moment, speed = rng.uniform(0.1, 1.0), rng.uniform(0.1, 0.3)
    return _Before(motion, moment, speed, "standing", (wall,), free=False)


def _kind(rng: Rng, before: _Before) -> str:
    if not before.free:
        return "wall"
    names = ("forward", "backward", "left", "right", "collapse", "seat")
    if before.furniture:
        return str(rng.choice(["forward", "left", "right"]))
    return str(rng.choice(names, p=[0.27, 0.2, 0.14, 0.14, 0.15, 0.1]))


def _end(body: Body, rng: Rng, kind: str, seated: bool) -> KeyPose:
    """Draw the pose on the floor, the head in the direction of the fall, away from a seat."""
    if kind in ("seat", "wall"):
        among = ("raised", "stretched") if kind == "wall" else ()
        return sitting_on_floor(body, rng, among).resting(body)
    if kind == "collapse":
        kind = str(rng.choice(["forward", "backward", "left", "right"]))
    likely = {"forward": on_front, "backward": on_back}.get(kind, on_side)
    ways = [likely, *(way for way in (on_side, on_back, on_front) if way is not likely)]
    if kind in ("forward", "backward"):
        ways[1], ways[2] = on_side, likely
    way = ways[rng.choice(3, p=[0.6, 0.25, 0.15])]
    key = at_rest(way, body, rng)
    aside = -140.0 if seated else -90.0
    heading = {"forward": 180.0, "backward": 0.0}.get(kind, aside) + rng.normal(0, 12)
    if kind in ("forward", "backward") and rng.random() < 0.5:
        key = key.mirrored()
    key = key.moved(0.0, 0.0, heading)
    return key.mirrored() if kind == "right" else key


def _style(body: Body, rng: Rng, kind: str) -> Style:
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


def _motion(rng: Rng, before: _Before, way: Way, fall: Fall) -> Motion:
    """Before, fall, and rest on the floor with limbs that settle and move later."""
    alive, lag, when = GazeAndBreath(rng), way.style.lag, way.style.when
    limp = rng.random() < 0.4
    stirs = {name: Wander(rng, 0.05, 0.4) for name in both_sides(("flex", "abduct", "elbow"))}
    stir = Strokes(rng, rise=0.8, hold=1.5, fall=0.8, rest=2.5, vary=0.4)
    late = fall.duration + rng.uniform(1.0, 4.0)
    size = 0.0 if limp else rng.uniform(3, 12)
    swing = rng.uniform(0.02, 0.08)

    def motion(times: Array) -> Channels:
        since = times - before.balance
        rest = np.maximum(since - fall.duration, 0.0)
        arms = fall.share(since - lag)
        slow = when + (1 - when) * (since - lag - fall.moment(when)) / _SETTLING
        arms = np.where(arms > when, np.minimum(arms, slow), arms)
        arms = arms - swing * np.exp(-rest / 0.12) * np.sin(2 * np.pi * rest / 0.3)
        pose = way(fall.share(since), np.clip(arms, 0, 1))
        level = stir(since - late) * size
        for name, wander in stirs.items():
            pose[name] += level * wander(times)
        breathing = alive.added(Channels.zeros(len(times)), times).values
        pose.values += ease(rest)[:, None] * breathing
        earlier = times < before.balance
        if earlier.any():
            pose.values[earlier] = before.motion(times[earlier]).values
        down = since >= fall.duration + _AFTER
        pose[PHASE] = np.where(earlier, 1.0, np.where(down, 2.0, 0.0))
        return pose

    return motion
