"""Standing: stance, posture of the arms, sway, breathing and gaze.

Gestures are added to the base pose of a standing person; the feet are planted at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.reach import Stance, arm, plant
from pose_action_ros.simulation.timing import Strokes, Wander

Arm = dict[str, npt.ArrayLike]


def _hanging(body: Body, rng: Rng) -> Arm:
    """Arm hanging down at the side."""
    return {
        "flex": rng.normal(2, 6),
        "abduct": rng.normal(9, 3) + 6 * (body.build - 1) * 3,
        "rotate_in": rng.normal(15, 12),
        "elbow": abs(rng.normal(14, 8)),
        "pronate": rng.normal(25, 15),
        "curl": rng.uniform(0.15, 0.45),
    }


def _on_hip(body: Body, rng: Rng) -> Arm:
    """Hand on the hip, elbow out."""
    aside = (0.52 * body.hip_breadth - body.half_shoulders) / body.arm
    place = np.array([0.02, aside, -body.trunk * 0.88 / body.arm]) + rng.normal(0, 0.02, 3)
    return {
        **arm(body, place, [-0.35 + rng.normal(0, 0.15), 1.0, 0.1]),
        "pronate": rng.normal(55, 10),
        "wrist_flex": rng.uniform(20, 50),
        "curl": rng.uniform(0.2, 0.6),
    }


def _in_front(body: Body, rng: Rng) -> Arm:
    """Hands held together before the belly or below."""
    place = np.array(
        [
            rng.uniform(0.22, 0.34),
            -(body.half_shoulders - rng.uniform(-0.01, 0.07)) / body.arm,
            -rng.uniform(0.5, 0.95) * body.trunk / body.arm,
        ]
    )
    return {
        **arm(body, place, [-0.4, 1.0, -rng.uniform(0.3, 1.2)]),
        "pronate": rng.normal(20, 15),
        "wrist_flex": rng.uniform(0, 25),
        "curl": rng.uniform(0.2, 0.6),
    }


def _behind(body: Body, rng: Rng) -> Arm:
    """Hands held behind the back."""
    place = np.array([-0.24, -(body.half_shoulders - 0.05) / body.arm, -0.80 + rng.normal(0, 0.03)])
    return {
        **arm(body, place, [-0.6, 1.0, -0.2]),
        "pronate": rng.normal(30, 10),
        "curl": rng.uniform(0.2, 0.5),
    }


def _in_pocket(body: Body, rng: Rng) -> Arm:
    """Hand in the trouser pocket."""
    place = np.array([0.10, 0.04, -body.trunk * 1.06 / body.arm]) + rng.normal(0, 0.015, 3)
    return {
        **arm(body, place, [-1.0, 0.9, 0.0]),
        "pronate": rng.normal(30, 8),
        "wrist_flex": rng.uniform(0, 15),
        "curl": 0.3,
    }


def _bent(body: Body, rng: Rng) -> Arm:
    """Forearm ahead at the level of the belly."""
    return {
        "flex": rng.normal(8, 8),
        "abduct": rng.normal(12, 5) * body.build,
        "rotate_in": rng.normal(25, 15),
        "elbow": rng.uniform(60, 115),
        "pronate": rng.normal(30, 25),
        "curl": rng.uniform(0.2, 0.8),
    }


def _at_strap(body: Body, rng: Rng) -> Arm:
    """Hand before the shoulder, at the strap of a bag."""
    place = np.array([0.24, -0.02, -0.1]) + rng.normal(0, 0.03, 3)
    return {
        **arm(body, place, [-0.2, rng.uniform(0.2, 0.8), -1.0]),
        "pronate": rng.normal(30, 15),
        "curl": 0.8,
    }


ARMS: Mapping[str, tuple[Callable[[Body, Rng], Arm], bool, float]] = {
    # name: (posture, same for both arms, probability)
    "hanging": (_hanging, False, 0.54),
    "in_front": (_in_front, True, 0.2),
    "behind": (_behind, True, 0.05),
    "on_hip": (_on_hip, False, 0.06),
    "in_pocket": (_in_pocket, False, 0.07),
    "bent": (_bent, False, 0.06),
    "at_strap": (_at_strap, False, 0.02),
}


def arm_posture(body: Body, rng: Rng, name: str = "") -> tuple[Arm, Arm]:
    """Draw the postures of the left and the right arm, of the named kind or of a random one."""
    if not name:
        shares = np.array([share for _, _, share in ARMS.values()])
        name = str(rng.choice(list(ARMS), p=shares / shares.sum()))
    make, same, _ = ARMS[name]
    if same:
        arms = make(body, rng)
        return arms, arms
    if name not in ("hanging", "bent") and rng.random() < 0.4:
        pair = (make(body, rng), _hanging(body, rng))
        return pair if rng.random() < 0.5 else (pair[1], pair[0])
    if name == "hanging":
        left = _hanging(body, rng)
        right = {key: np.asarray(value) + rng.normal(0, 0.8) for key, value in left.items()}
        return left, {**right, "curl": left["curl"]}
    return make(body, rng), make(body, rng)


Motion = Callable[[Array], Channels]
"""Function from times (T,) [s] to channels."""


class Standing:
    """A standing person, a motion: `base` gives the pose without the legs, `settle` the legs.

    Movements of arms, chest and head after `settle` do not change the legs.
    """

    def __init__(
        self, body: Body, rng: Rng, arms: str = "", wide: float = 1.0, step: float = 0.02
    ) -> None:
        """Draw a style.

        Args:
            body: the person's measures.
            rng: random generator.
            arms: one of ARMS; random if empty.
            wide: width of the stance, relative to a usual one.
            step: distance by which one foot is ahead, standard deviation [heights].
        """
        self.body = body
        self._arms = arm_posture(body, rng, arms)
        self._lean = rng.normal(0, [2.0, 1.0, 3.0, 2.5])  # pitch, roll, bend forward, nod
        self._shift = rng.normal(0, 0.012 * body.height)
        self._stance = _random_stance(body, rng, wide, step)
        self._breath = rng.uniform(0.2, 0.35), rng.uniform(0, 6.3), rng.uniform(0.5, 1.5)
        self._sway = [Wander(rng, 0.05, 0.6) for _ in range(4)]
        self._unrest = float(rng.gamma(2.0, 0.5))
        self._gaze = [Wander(rng, 0.04, 0.25, 4) for _ in range(3)]
        self._curious = float(rng.choice([2.0, 5.0, 12.0], p=[0.5, 0.35, 0.15]))
        self._fidget = [Wander(rng, 0.1, 1.2) for _ in range(2 * len(_FIDGETS))]

    def base(self, times: Array) -> Channels:
        """Compute the pose at times (T,) without the legs."""
        pose = Channels.zeros(len(times))
        height, unrest = self.body.height, self._unrest
        ahead, aside, roll, twist = (wander(times) for wander in self._sway)
        pose["forward"] = 0.005 * height * unrest * ahead
        pose["sideways"] = self._shift + 0.009 * height * unrest * aside
        pose["pitch"] = self._lean[0] + 0.5 * unrest * ahead
        pose["roll"] = self._lean[1] - 0.8 * unrest * aside + 0.3 * roll
        pose["bend_left"] = -pose["roll"]
        pose["yaw"] = 1.2 * unrest * twist
        pose["twist_left"] = unrest * roll
        rate, start, depth = self._breath
        breath = depth * np.sin(2 * np.pi * rate * times + start)
        pose["bend_forward"] = self._lean[2] - 0.6 * breath
        turn, nod, tilt = (wander(times) for wander in self._gaze)
        pose["turn_left"] = self._curious * 1.3 * turn - pose["yaw"]
        pose["nod"] = self._lean[3] - pose["bend_forward"] + self._curious * 0.4 * nod
        pose["tilt_left"] = 1.5 * tilt
        self._hang(pose, times, breath)
        return pose

    def __call__(self, times: Array) -> Channels:
        """Compute the whole pose at times (T,)."""
        return self.settle(self.base(times))

    def _hang(self, pose: Channels, times: Array, breath: Array) -> None:
        """Set the arms to their posture with small movements."""
        noise = iter(self._fidget)
        for side, posture in zip(SIDES, self._arms, strict=True):
            pose.toward(posture, side=side)
            pose[f"{side}_shrug"] += 0.7 * breath
            for name, size in _FIDGETS.items():
                pose[f"{side}_{name}"] += size * self._unrest * next(noise)(times)

    def settle(self, pose: Channels, drop: npt.ArrayLike = 0.0) -> Channels:
        """Plant the feet under the pelvis, `drop` [m] below its upright height."""
        plant(self.body, pose, self._stance.lowered(drop))
        return pose


_FIDGETS = {"flex": 0.8, "abduct": 0.6, "rotate_in": 1.0, "elbow": 0.9, "wrist_flex": 1.5}


def _random_stance(body: Body, rng: Rng, wide: float, step: float) -> Stance:
    width = wide * body.height * np.clip(rng.normal(0.12, 0.035), 0.05, 0.25)
    toes = rng.normal(8, 5)
    return Stance(
        width=float(width),
        stagger=float(body.height * rng.normal(0, step)),
        toes_out=(float(toes + rng.normal(0, 3)), float(toes + rng.normal(0, 3))),
        drop=float(body.leg * rng.uniform(0.0, 0.006)),
    )


def standing(body: Body, rng: Rng) -> Motion:
    """Stand, shift the weight, look around, turn a little, and at times move the arms."""
    stand = Standing(body, rng)
    turns, looks = rng.uniform(0, 22) * (rng.random() < 0.35), rng.uniform(0, 25)
    looks *= float(rng.random() < 0.35)
    turn = Wander(rng, 0.04, 0.25, 4)
    shift = Strokes(rng, rise=0.8, hold=3.0, fall=0.8, rest=3.0, vary=0.4)
    aside = float(rng.choice([-1.0, 1.0])) * rng.uniform(0, 0.03) * body.height
    other = arm_posture(body, rng)
    quick = rng.uniform(0.4, 1.1)
    change = Strokes(rng, rise=quick, hold=4.0, fall=quick, rest=6.0, vary=0.5)
    restless = float(rng.random() < 0.4)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        away, turned = shift(times + 2.0), turn(times)
        pose["yaw"] += 0.4 * turns * turned
        pose["twist_left"] += 0.6 * turns * turned
        pose["turn_left"] += looks * turned
        pose["sideways"] += aside * away
        pose["roll"] -= 90 * aside / body.height * away
        pose["bend_left"] += 90 * aside / body.height * away
        for side, posture in zip(SIDES, other, strict=True):
            pose.toward(posture, restless * change(times - 1.0), side)
        return stand.settle(pose)

    return motion
