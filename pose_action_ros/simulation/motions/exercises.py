"""Exercises: jumping jacks, lunges and arm circles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.feet import Foot, plant_feet
from pose_action_ros.simulation.kinematics import OUTWARD
from pose_action_ros.simulation.motions.gesturing import lift_shoulder
from pose_action_ros.simulation.motions.legs import GRAVITY
from pose_action_ros.simulation.motions.places import Arm, holding, middle
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Beat, Strokes, bump, ease


def jumping_jack(body: Body, rng: Rng) -> Motion:
    """Jumping jacks: legs and arms open and close with one hop each, or one step aside each."""
    stand = Standing(body, rng, arms="hanging", wide=0.7)
    half = bool(rng.random() < 0.25)  # arms to the shoulders' height only
    quick = rng.uniform(0.5, 1.0)
    beat = Beat(rng, quick, drift=0.03)
    air = rng.uniform(0.5, 0.72)  # share of the time in the air
    high = min(GRAVITY * (air * 0.5 / quick) ** 2 / 8, rng.uniform(0.06, 0.16) * body.height)
    wide = rng.uniform(10, 28)
    up = rng.uniform(70, 105) if half else rng.uniform(125, 176)
    bend, ahead = rng.uniform(3, 45), rng.uniform(0, 25)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        going = ease(times / 0.5)
        hop = np.mod(2 * beat(times), 1.0)  # one hop each way
        opening = np.mod(np.floor(2 * beat(times)), 2) == 0
        fly = np.clip(hop / air, 0, 1)
        spread, raised = (
            np.where(opening, ease(hop / share), 1 - ease(hop / share)) * going
            for share in (air, 0.95)
        )
        soft = bump((hop - air) / (1 - air), 0.4) * going
        for side in SIDES:
            pose[f"{side}_abduct"] += (up - pose[f"{side}_abduct"]) * raised
            pose[f"{side}_flex"] += ahead * raised
            pose[f"{side}_rotate_in"] -= 50 * raised
            pose[f"{side}_elbow"] += (bend - pose[f"{side}_elbow"]) * raised
            lift_shoulder(pose, side)
        stand.settle(pose, drop=0.05 * body.leg * soft)
        for side in SIDES:
            pose[f"{side}_hip_abduct"] += wide * spread
            pose[f"{side}_ankle"] -= 25 * np.sin(np.pi * fly) * going
        pose["lift"] = 4 * high * fly * (1 - fly) * going
        return pose

    return motion


def lunging(body: Body, rng: Rng) -> Motion:
    """Lunge forward, backward or sideways, with one leg or with both in turn, and step back."""
    arms = str(rng.choice(["hanging", "on_hip", "in_front", "bent"], p=[0.45, 0.3, 0.13, 0.12]))
    stand = Standing(body, rng, arms=arms)
    kind = str(rng.choice(["forward", "backward", "sideways"], p=[0.5, 0.25, 0.25]))
    first = int(rng.integers(2))
    turns = bool(rng.random() < 0.6)
    strokes = Strokes(
        rng,
        rise=rng.uniform(0.7, 1.4),
        hold=float(rng.choice([rng.uniform(0.05, 0.4), rng.uniform(0.5, 3.0)], p=[0.75, 0.25])),
        fall=rng.uniform(0.6, 1.2),
        rest=rng.uniform(0.1, 0.8),
    )
    far = rng.uniform(0.7, 1.1) * body.leg
    depth = rng.uniform(0.12, 0.34) * body.leg
    lean, heel = rng.uniform(-3, 18), rng.uniform(45, 70)
    apart = rng.uniform(0.05, 0.085) * body.height
    raised = _lunge_arms(body, rng) if arms == "hanging" and rng.random() < 0.4 else {}

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        level = strokes(times)
        pose["phase"] = strokes.resting(times)
        number, _ = strokes.local(times)
        turn = np.where(np.mod(number * turns + first, 2) == 0, 1.0, 0.0)  # of the left leg
        stepped, low = ease(level / 0.7), np.clip((level - 0.25) / 0.75, 0, 1)
        feet = {}
        for side, moves in zip(SIDES, (turn, 1 - turn), strict=True):
            away = far * stepped * moves
            still = heel * low * (1 - moves)
            feet[side] = Foot(
                x={"forward": away, "backward": -away, "sideways": 0.0}[kind],
                y=OUTWARD[side] * (apart + (away if kind == "sideways" else 0.0)),
                height=0.12 * far * bump(level / 0.7, 0.5) * moves,
                toes=OUTWARD[side] * (12 if kind == "sideways" else 6),
                heel={"forward": still, "backward": heel * low * moves, "sideways": 0.0}[kind],
            )
            pose.toward(raised, level, side)
        if kind == "sideways":
            pose["sideways"] += 0.72 * far * stepped * (2 * turn - 1)
            pose["forward"] -= 0.1 * body.leg * low
        else:
            pose["forward"] += (0.5 if kind == "forward" else -0.5) * far * stepped
        tipped = (18 + lean if kind == "sideways" else lean) * low
        pose["pitch"] += 0.6 * tipped
        pose["bend_forward"] += 0.4 * tipped
        pose["nod"] -= 0.6 * tipped
        return plant_feet(body, pose, feet, 0.008 * body.leg + depth * low)

    return motion


def _lunge_arms(body: Body, rng: Rng) -> Arm:
    """Draw the arms in a lunge: overhead, ahead, or together before the chest."""
    inward = middle(body)
    place = [
        [0.05, -0.4 * inward, 0.9],
        [0.9, -0.3 * inward, 0.0],
        [0.38, -0.9 * inward, -0.2],
    ][int(rng.integers(3))]
    return holding(body, place, [-0.1, 1.0, -0.4], pronate=rng.uniform(0, 40), curl=0.2)


def arm_circles(body: Body, rng: Rng) -> Motion:
    """Circle one arm or both, small or large, forward or backward, to the side or ahead."""
    stand = Standing(body, rng, arms="hanging")
    both = rng.random() < 0.75
    sides = SIDES if both else (SIDES[rng.integers(2)],)
    circle = _circle(rng)
    beat = Beat(rng, rng.uniform(0.35, 1.0) if circle.large else rng.uniform(0.7, 2.0), drift=0.04)
    way = float(rng.choice([-1.0, 1.0]))
    opposite = 0.5 * float(both and rng.random() < 0.2)  # as in swimming
    bend, rise = rng.uniform(2, 22), rng.uniform(0.5, 0.9)
    roll = rng.uniform(0, 6) * opposite

    def motion(times: Array) -> Channels:
        pose = stand(times)
        up = ease(times / rise)
        for side in sides:
            phase = way * beat(times) + (opposite if side == "right" else 0.0)
            pose.toward({**circle(phase), "elbow": bend, "pronate": 20.0}, up, side)
            lift_shoulder(pose, side)
        pose["twist_left"] += roll * np.sin(2 * np.pi * beat(times))
        return pose

    return motion


class _Circle:
    """A straight arm on a cone."""

    def __init__(self, axis: Array, width: float) -> None:
        """Take the axis (3,), ahead, outwards and up, and half the angle of the cone [degrees]."""
        self.large = width > 30
        self._axis = axis / np.linalg.norm(axis)
        self._first = np.cross(self._axis, [0.0, 0.0, 1.0])
        self._first /= np.linalg.norm(self._first)
        self._second = np.cross(self._axis, self._first)
        self._width = np.radians(width)

    def __call__(self, phase: Array) -> dict[str, Array]:
        """Shoulder channels at phases (T,) [cycles]."""
        angle = 2 * np.pi * phase[:, None]
        around = np.cos(angle) * self._first + np.sin(angle) * self._second
        bone = np.cos(self._width) * self._axis + np.sin(self._width) * around  # (T, 3)
        ahead, out, up = bone.T
        side = np.maximum(np.hypot(ahead, out), 1e-6)
        raised = np.degrees(np.arctan2(side, -up))
        return {
            "flex": raised * ahead / side,
            "abduct": raised * out / side,
            "rotate_in": -0.35 * raised * np.maximum(out, 0),
        }


def _circle(rng: Rng) -> _Circle:
    """Draw a small circle aside or ahead, a large one beside the body, or one before it."""
    makers: dict[str, Callable[[], _Circle]] = {
        "small": lambda: _Circle(
            np.array([rng.uniform(-0.1, 0.3), 1.0, rng.uniform(-0.3, 0.15)]), rng.uniform(6, 22)
        ),
        "ahead": lambda: _Circle(
            np.array([1.0, rng.uniform(0.0, 0.5), rng.uniform(-0.2, 0.2)]), rng.uniform(8, 30)
        ),
        "large": lambda: _Circle(
            np.array([rng.uniform(0.3, 0.7), 1.0, rng.uniform(-0.1, 0.1)]), rng.uniform(50, 72)
        ),
        "before": lambda: _Circle(
            np.array([1.0, rng.uniform(0.4, 0.7), 0.05]), rng.uniform(45, 62)
        ),
    }
    return makers[str(rng.choice(list(makers), p=[0.32, 0.1, 0.43, 0.15]))]()
