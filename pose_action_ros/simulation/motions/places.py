"""Places of hands: at parts of the head, and on paths to and fro or round about a place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import Array, Channels, Rng
from pose_action_ros.simulation.reach import arm
from pose_action_ros.simulation.standing import arm_posture
from pose_action_ros.simulation.timing import Beat, Wander

Arm = dict[str, Array]
"""Channels of one arm, named without the side."""

_HEAD: Mapping[str, tuple[float, float, float]] = {
    # ahead [head lengths], outwards [head breadths], above the base of the skull [head heights]
    "mouth": (0.47, 0.0, -0.10),
    "chin": (0.42, 0.0, -0.28),
    "cheek": (0.33, 0.36, -0.05),
    "nose": (0.60, 0.0, 0.11),
    "eye": (0.49, 0.215, 0.235),
    "temple": (0.25, 0.47, 0.25),
    "forehead": (0.48, 0.1, 0.42),
    "ear": (0.0, 0.52, 0.17),
    "crown": (0.1, 0.15, 0.70),
    "nape": (-0.4, 0.1, 0.0),
}


def at_head(body: Body, part: str, offset: npt.ArrayLike = (0.0, 0.0, 0.0)) -> Array:
    """Place of a part of the upright head, for the arm of one side.

    Args:
        body: the person's measures.
        part: mouth, chin, cheek, nose, eye, temple, forehead, ear, crown or nape.
        offset: (3,) added [hand lengths].

    Returns:
        (3,) relative to the shoulder [arm lengths]: ahead, outwards, up.
    """
    ahead, out, up = _HEAD[part]
    size = body.head_height
    place = np.array(
        [
            ahead * body.head_length,
            out * body.head_breadth - body.half_shoulders,
            body.neck_and_head - size + (0.3 + up) * size,
        ]
    )
    where: Array = (place + np.asarray(offset) * body.hand) / body.arm
    return where


def middle(body: Body) -> float:
    """Half the breadth of the shoulders [arm lengths]: -middle is the middle of the body."""
    return body.half_shoulders / body.arm


def holding(body: Body, wrist: npt.ArrayLike, elbow: npt.ArrayLike, **hand: float) -> Arm:
    """Channels of an arm with the wrist at a place, and of its hand (see reach.arm)."""
    return {**arm(body, wrist, elbow), **{name: np.array(value) for name, value in hand.items()}}


def held_arms(body: Body, rng: Rng, name: str) -> tuple[Arm, Arm]:
    """Draw both arms of a walking person, of a kind; an empty one is free to swing.

    Args:
        body: the person's measures.
        rng: source of randomness.
        name: folded, bag, phone, reading, or a posture of standing.ARMS.
    """
    inward, elbow = middle(body), [-0.3, rng.uniform(0.2, 0.8), -1.0]
    if name in ("folded", "reading"):
        over = np.array([0.06, 0.0, 0.06]) * (name == "folded")
        place = {
            "folded": np.array([0.42, -1.35 * inward, -0.42]),
            "reading": np.array(
                [rng.uniform(0.4, 0.6), rng.uniform(-0.9, -0.2) * inward, rng.uniform(-0.5, -0.1)]
            ),
        }[name]
        pair = (
            holding(body, place + over, elbow, pronate=30.0, curl=0.5),
            holding(body, place - over, elbow, pronate=30.0, curl=0.5),
        )
        arms = (pair[0], {}) if name == "reading" and rng.random() < 0.6 else pair
    elif name == "phone":
        wrist = at_head(body, "ear", rng.uniform([0.35, 0.1, -0.7], [0.75, 0.45, -0.35]))
        arms = (holding(body, wrist, [0.2, rng.triangular(0.0, 0.2, 1.1), -1.0], curl=0.55), {})
    elif name == "bag":
        heavy = {"flex": 2.0, "abduct": rng.uniform(3, 14), "elbow": rng.uniform(2, 14)}
        arms = (
            {**{key: np.array(value) for key, value in heavy.items()}, "curl": np.array(1.0)},
            {},
        )
    else:
        left, right = arm_posture(body, rng, name)
        both = name in ("behind", "in_front") or rng.random() < 0.65
        arms = (_arrays(left), _arrays(right) if both else {})
    return arms if rng.random() < 0.5 else (arms[1], arms[0])


def _arrays(posture: Mapping[str, npt.ArrayLike]) -> Arm:
    return {name: np.asarray(value, dtype=np.float64) for name, value in posture.items()}


def calm(pose: Channels, level: Array, share: float = 0.8) -> None:
    """Keep the head still by a level (T,) from 0 to 1."""
    for name in ("turn_left", "tilt_left", "nod"):
        pose[name] *= 1 - share * level


@dataclass(frozen=True, eq=False)
class Loop:
    """A wrist that moves to and fro or round about a place.

    Attributes:
        place: (3,) relative to the shoulder [arm lengths], y outwards.
        way, round: (3,) parts of the movement in phase with the beat and a quarter cycle later.
        beat: of the movement.
        drift: slow changes of the place, one each for ahead, outwards and up.
        elbow: (3,) direction of the elbow.
        hand: channels of the hand.
        wandering: size of the drift [arm lengths].
    """

    place: npt.ArrayLike
    way: npt.ArrayLike
    round: npt.ArrayLike
    beat: Beat
    drift: tuple[Wander, ...]
    elbow: npt.ArrayLike = (-0.3, 0.6, -1.0)
    hand: Mapping[str, float] = field(default_factory=dict)
    wandering: float = 0.03

    @classmethod
    def draw(
        cls,
        rng: Rng,
        place: npt.ArrayLike,
        way: npt.ArrayLike,
        beat: Beat | float,
        *,
        round: npt.ArrayLike = (0.0, 0.0, 0.0),  # noqa: A002 - names the attribute
        elbow: npt.ArrayLike = (-0.3, 0.6, -1.0),
        wandering: float = 0.03,
        **hand: float,
    ) -> Loop:
        """Draw a loop about a place, with a beat or a rate [Hz] of its own."""
        if not isinstance(beat, Beat):
            beat = Beat(rng, beat, drift=0.15)
        hand = {"pronate": rng.uniform(10, 70), "curl": rng.uniform(0.2, 0.9), **hand}
        drift = tuple(Wander(rng, 0.05, 0.5) for _ in range(3))
        return cls(place, way, round, beat, drift, elbow, hand, wandering)

    def __call__(self, body: Body, times: Array, offset: float = 0.0) -> Arm:
        """Arm channels at times (T,) [s]; the offset is added to the phase [cycles]."""
        angle = 2 * np.pi * (self.beat(times) + offset)[:, None]
        wrist = np.asarray(self.place) + np.sin(angle) * self.way + np.cos(angle) * self.round
        wrist = wrist + self.wandering * np.stack([wander(times) for wander in self.drift], -1)
        return holding(body, wrist, self.elbow, **self.hand)
