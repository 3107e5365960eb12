"""Throwing: overhand, underhand, sidearm, and with both hands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng, other_side
from pose_action_ros.simulation.feet import Foot, plant_feet
from pose_action_ros.simulation.kinematics import OUTWARD
from pose_action_ros.simulation.motions.gesturing import lift_shoulder
from pose_action_ros.simulation.motions.places import Arm, holding, middle
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Rounds, ease

_SHARES: Final = {
    "overhand": 0.3,
    "sidearm": 0.14,
    "underhand": 0.2,
    "shot": 0.14,
    "chest": 0.13,
    "overhead": 0.09,
}
"""Kinds of throws with their probabilities."""
Place = tuple[float, float, float]


def _places(inward: float, kind: str) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """Wrist at the end of the wind-up, when the ball leaves, and at the end; elbows there.

    Relative to the shoulder [arm lengths]; `inward` is the middle of the body.
    """
    return {
        "overhand": (
            ((-0.2, 0.5, 0.5), (0.55, 0.15, 0.6), (0.5, -0.4, -0.5)),
            ((-0.2, 1.0, -0.4), (0.3, 1.0, -0.5), (-0.2, 0.8, -0.6)),
        ),
        "sidearm": (
            ((-0.3, 0.8, -0.15), (0.6, 0.5, -0.05), (0.55, -0.5, 0.05)),
            ((-0.6, 0.3, -0.6), (-0.2, 0.6, -1.0), (-0.1, 0.8, -0.8)),
        ),
        "underhand": (
            ((-0.5, 0.2, -0.75), (0.55, 0.05, -0.6), (0.75, -0.05, 0.3)),
            ((-0.5, 0.3, -0.5), (-0.4, 0.3, -0.8), (-0.2, 0.4, -1.0)),
        ),
        "shot": (
            ((0.35, 0.75 * inward, 0.4), *((0.5, 0.7 * inward, 0.8),) * 2),
            ((0.5, 0.4, -0.8),) * 3,
        ),
        "chest": (
            ((0.27, 0.6 * inward, -0.2), *((0.9, 0.6 * inward, -0.15),) * 2),
            ((-0.3, 1.0, -0.6),) * 3,
        ),
        "overhead": (
            ((-0.05, 0.7 * inward, 0.62), (0.5, 0.7 * inward, 0.72), (0.8, 0.7 * inward, -0.1)),
            ((0.5, 0.9, 0.3), (0.5, 0.9, -0.3), (-0.2, 0.6, -1.0)),
        ),
    }[kind]


@dataclass(frozen=True)
class Throw:
    """Wrists of a throw, relative to the shoulder [arm lengths], and elbows at these places.

    Attributes:
        hands: 1 or 2.
        ready, back, out, end: wrist before the throw, at the end of the wind-up, when the ball
            leaves, and at the end of the follow-through.
        elbows: direction of the elbow at each of them.
        twist: angle of the trunk in the wind-up, and in the throw [degrees].
        lean: inclination of the trunk in the follow-through [degrees].
        dip: bend of the knees in the wind-up [leg lengths].
    """

    hands: int
    ready: Array
    back: Array
    out: Array
    end: Array
    elbows: tuple[Place, ...]
    twist: tuple[float, float]
    lean: float
    dip: float

    @classmethod
    def draw(cls, body: Body, rng: Rng) -> Throw:
        """Draw a throw of a random kind."""
        kind = str(rng.choice(list(_SHARES), p=list(_SHARES.values())))
        inward, size = -middle(body), rng.uniform(0.6, 1.2)
        both = kind in ("shot", "chest", "overhead")
        places, elbows = _places(inward, kind)
        back, out, end = (np.array(place) + rng.normal(0, 0.05, 3) for place in places)
        if kind in ("shot", "chest"):  # the arms stay stretched
            end = out + np.array([0.02, 0.03, 0.01])
        turn = size * {"underhand": 0.5}.get(kind, 1.0) * (not both)
        lean, dip = rng.uniform(2, 18) * size, rng.uniform(0.01, 0.06)
        return cls(
            hands=2 if both else 1,
            ready=np.array([rng.uniform(0.35, 0.55), 0.75 * inward, rng.uniform(-0.6, -0.15)]),
            back=back,
            out=out,
            end=end,
            elbows=((-0.3, rng.uniform(0.2, 0.8), -1.0), *elbows),
            twist=(-32 * turn, 26 * turn),
            lean=lean * {"shot": 0.0, "sidearm": 0.6}.get(kind, 1.0),
            dip=4 * dip if kind == "shot" else dip,
        )

    def arms(self, body: Body, hand: dict[str, float]) -> tuple[Arm, Arm, Arm, Arm]:
        """Channels of the arm at the four places."""
        ready, back, out, end = (
            holding(body, place, elbow, **hand)
            for place, elbow in zip(
                (self.ready, self.back, self.out, self.end), self.elbows, strict=True
            )
        )
        return ready, back, out, end


def throwing(body: Body, rng: Rng) -> Motion:
    """Throw something again and again, at times with a step ahead."""
    stand = Standing(body, rng, arms="hanging")
    throw = Throw.draw(body, rng)
    side = SIDES[rng.integers(2)]
    hand = {"pronate": rng.uniform(-20, 50), "wrist_flex": rng.normal(0, 10), "curl": 0.4}
    ready, back, out, end = throw.arms(body, hand)
    wind, quick, follow = rng.uniform(0.4, 0.9), rng.uniform(0.2, 0.36), rng.uniform(0.15, 0.35)
    home, wait = rng.uniform(0.5, 1.0), rng.uniform(0.2, 1.3)
    rounds = Rounds(rng, wind + quick + follow + home + wait)
    keeps = throw.hands == 2 or rng.random() < 0.5  # the next ball is held before the chest
    step = rng.uniform(0.25, 0.6) * body.leg * float(rng.random() < 0.5)
    apart, stagger = rng.uniform(0.06, 0.1) * body.height, rng.uniform(0.0, 0.12) * body.height
    balance = holding(body, [rng.uniform(0.5, 0.9), 0.1, rng.uniform(-0.3, 0.2)], [-0.2, 0.6, -1])
    balances = rng.uniform(0.2, 1.0) * (throw.hands == 1)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        local = rounds(times)
        drawn = ease(local / wind)
        thrown = ease((local - wind) / quick)
        ended = ease((local - wind - 0.7 * quick) / (0.3 * quick + follow))
        home_from = wind + quick + follow
        gone = ease((local - home_from) / home)
        pose["phase"] = np.where(local > home_from, 1.0, 0.0)
        busy = drawn * (1 - gone)
        for one in SIDES if throw.hands == 2 else (side,):
            if keeps:
                pose.toward(ready, ease(times / 0.6), one)
            rest = pose.side(one, tuple(ready))
            for goal, level in ((back, drawn), (out, thrown), (end, ended), (rest, gone)):
                pose.toward(goal, level, one)
            lift_shoulder(pose, one)
        free = other_side(side)
        if throw.hands == 1:
            pose.toward(balance, balances * drawn * (1 - thrown), free)
        sign = OUTWARD[side]
        turn = throw.twist[0] * drawn * (1 - thrown) + throw.twist[1] * thrown * (1 - gone)
        pose["twist_left"] -= sign * turn
        pose["yaw"] -= 0.4 * sign * turn
        pose["turn_left"] += 1.2 * sign * turn
        pose["pitch"] += throw.lean * ended * (1 - gone) - 0.4 * throw.lean * drawn * (1 - thrown)
        stepped = ease((local - 0.5 * wind) / (0.5 * wind + quick)) * (1 - gone)
        pose["forward"] += (0.5 * stepped - 0.12 * drawn * (1 - thrown)) * step
        height = 0.35 * step * 4 * stepped * (1 - stepped)
        feet = {
            one: Foot(
                x=(step * stepped + stagger if one == free else 0.0) - stagger / 2,
                y=OUTWARD[one] * apart,
                height=height if one == free else 0.0,
                toes=OUTWARD[one] * 8,
                heel=25 * stepped * (step > 0) if one == side else 0.0,
            )
            for one in SIDES
        }
        dip = throw.dip * busy * (1 - 0.7 * ended) + 0.01
        return plant_feet(body, pose, feet, dip * body.leg)

    return motion
