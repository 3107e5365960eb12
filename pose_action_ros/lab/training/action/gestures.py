"""Unnamed gestures: procedurally generated movements as additional training classes.

Classifying them teaches the network features beyond those that the named actions need, from which
new actions can be learnt, and to reject movements that are none of the named actions (auxiliary
outlier classes as in Hendrycks, Mazeika, Dietterich: Deep Anomaly Detection with Outlier Exposure,
ICLR 2019).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation import Body
from pose_action_ros.simulation.channels import SIDES, Channels
from pose_action_ros.simulation.motions.gesturing import lift_shoulder
from pose_action_ros.simulation.reach import arm
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Beat, Strokes, Wander, ease

Array = npt.NDArray[np.float64]
Rng = np.random.Generator
Course = Callable[[Array], tuple[Array, Array]]

PREFIX = "gesture_"
KINDS = ("held", "strokes", "to_and_fro", "circling")
_SEED = 1909
_NEAR, _FAR = 0.25, 0.72  # from the shoulder [arm lengths]; named actions have stretched arms
_ONE = ((0.05, 0.5), (-0.85, 0.35), (-0.7, 0.5))  # ranges ahead, outwards, up of one hand
_BOTH = ((-0.1, 0.3), (-0.2, 0.4), (-0.75, 0.5))  # of both hands
_OWN = 0.05  # standard deviation of the hand position between people
_TRUNK = {"bend_forward": 12.0, "bend_left": 8.0, "twist_left": 12.0, "nod": 15.0}  # [degrees]


@dataclass(frozen=True, eq=False)
class Gesture:
    """Definition of a gesture, common to all people.

    Attributes:
        kind: course in time, one of KINDS.
        both: True if both arms do the same.
        places: (2, 3) two hand positions ahead, outwards and up from the shoulder [arm lengths].
        elbow: (3,) direction of the elbow.
        trunk: rotations of trunk and head during the gesture [degrees].
        pace: repetition frequency [Hz].
    """

    kind: str
    both: bool
    places: Array
    elbow: Array
    trunk: dict[str, float]
    pace: float

    def motion(self, body: Body, rng: Rng) -> Motion:
        """Motion of one person in a random style, with a random hand."""
        stand = Standing(body, rng)
        first = int(rng.integers(2))
        sides = SIDES if self.both else (SIDES[first],)
        places = self.places + rng.normal(0, _OWN, (2, 3))
        elbow = self.elbow + rng.normal(0, 0.25, 3)
        course = _course(self.kind, self.pace * float(np.exp(rng.normal(0, 0.25))), rng)
        trunk = {name: turn * rng.uniform(0.6, 1.4) for name, turn in self.trunk.items()}
        hand = {"pronate": np.array(rng.normal(0, 30)), "curl": np.array(rng.uniform(0, 1))}
        flipped = -1.0 if first else 1.0  # left stands for the side of the hand

        def motion(times: Array) -> Channels:
            pose = stand.base(times)
            level, offset = course(times)
            way = offset[:, :1] * (places[1] - places[0])
            round_about = 0.16 * offset[:, 1:]  # (T, 2) outwards and up
            wrist = places[0] + way + np.pad(round_about, ((0, 0), (1, 0)))
            for side in sides:
                pose.toward({**arm(body, wrist, elbow), **hand}, level, side)
                lift_shoulder(pose, side)
            for name, turn in trunk.items():
                pose[name] += turn * level * (flipped if name.endswith("left") else 1.0)
            return stand.settle(pose)

        return motion


def gesture_names(count: int, first: int = 0) -> tuple[str, ...]:
    """Labels of recordings of `count` gestures: "standing", followed by the gestures."""
    return ("standing", *(f"{PREFIX}{number}" for number in range(first, first + count)))


def gesture(number: int) -> Gesture:
    """The gesture with this number, deterministic."""
    rng = np.random.default_rng([_SEED, number])
    both = bool(rng.random() < 0.35)
    places = np.stack([_place(both, rng), _place(both, rng)])
    return Gesture(
        kind=KINDS[number % len(KINDS)],
        both=both,
        places=places,
        elbow=np.array([rng.uniform(-0.4, 0.2), rng.uniform(0.0, 1.2), rng.uniform(-1.0, 0.2)]),
        trunk={
            name: float(rng.normal(0, size)) for name, size in _TRUNK.items() if rng.random() < 0.3
        },
        pace=float(np.exp(rng.uniform(np.log(0.25), np.log(1.6)))),
    )


def _place(both: bool, rng: Rng) -> Array:
    """(3,) position of a hand; a single hand is low or across the body.

    Raised beside the body or before it, it would wave, greet, stop, phone or drink: with a label of
    the model, and as a gesture of none, which contradict each other.
    """
    low, high = np.array(_BOTH if both else _ONE).T
    while True:
        place: Array = rng.uniform(low, high)
        raised = not both and place[2] > -0.35 and (place[1] > -0.15 or place[0] > 0.15)
        if _NEAR < np.linalg.norm(place) < _FAR and not raised:
            return place


def _course(kind: str, pace: float, rng: Rng) -> Course:
    """Weight (T,) of the gesture and (T, 3) share of the way to the second place, outwards, up."""
    if kind == "strokes":
        share = rng.dirichlet([8.0, 10.0, 8.0, 4.0]) / min(pace, 0.5)
        strokes = Strokes(rng, rise=share[0], hold=share[1], fall=share[2], rest=share[3])
        return lambda times: (strokes(times), np.zeros((len(times), 3)))
    start, beat, calm = rng.uniform(0.4, 0.8), Beat(rng, pace), Wander(rng, 0.1, 0.6)
    way = rng.choice([-1.0, 1.0])

    def course(times: Array) -> tuple[Array, Array]:
        offset, angle = np.zeros((len(times), 3)), 2 * np.pi * way * beat(times)
        if kind == "held":
            offset[:, 1] = 0.15 * calm(times)
        elif kind == "to_and_fro":
            offset[:, 0] = 0.5 - 0.5 * np.cos(angle)
        else:
            offset[:, 1:] = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        return ease(times / start), offset

    return course
