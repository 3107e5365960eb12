"""Performances of two people: an interaction with what comes before and after, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import Array, Channels, Rng
from pose_action_ros.simulation.kinematics import pose_body
from pose_action_ros.simulation.pairs.actor import Actor, together
from pose_action_ros.simulation.pairs.beside import BESIDE
from pose_action_ros.simulation.pairs.blows import kicking, punching, pushing
from pose_action_ros.simulation.pairs.stage import NONE, UNLABELLED, Stage
from pose_action_ros.simulation.pairs.touch import handing_over, hugging, shaking_hands
from pose_action_ros.simulation.pairs.ways import approaching, departing
from pose_action_ros.simulation.performance import Performance
from pose_action_ros.simulation.script import Script

INTERACTIONS: Mapping[str, Callable[[Stage], None]] = {
    "approaching": approaching,
    "departing": departing,
    "kicking": kicking,
    "punching": punching,
    "pushing": pushing,
    "hugging": hugging,
    "shaking_hands": shaking_hands,
    "handing_over": handing_over,
}
"""Label to interaction, in the order of the model's labels."""

_DRIFT = 0.3  # [m/s] of a change of distance from which people without interaction approach
_SPAN = 0.4  # [s] over which that is measured


@dataclass(frozen=True, eq=False)
class PairPerformance:
    """Two people in one performance, for any time.

    Attributes:
        label: one of INTERACTIONS, or NONE.
        actors: both people, in random order.
        spans: start, end [s] and label; the later ones win, all other times are NONE.
        seconds: length.
    """

    label: str
    actors: tuple[Actor, Actor]
    spans: tuple[tuple[float, float, str], ...]
    seconds: float

    def channels(self, times: npt.ArrayLike) -> tuple[Channels, Channels]:
        """Joint angles and places of both at times (T,) [s], within the joint limits."""
        moments = np.atleast_1d(np.asarray(times, dtype=np.float64))
        one, other = together(self.actors, moments)
        return one.limited(), other.limited()

    def joints(self, times: npt.ArrayLike) -> Array:
        """(T, 2, J, 3) joints of FIGURE [m] at times (T,) [s]; z up, floor at 0."""
        posed = [
            pose_body(actor.body, channels).joints
            for actor, channels in zip(self.actors, self.channels(times), strict=True)
        ]
        return np.stack(posed, axis=1)

    def labels(self, times: npt.ArrayLike) -> list[str]:
        """Labels at times (T,) [s]: one of INTERACTIONS, NONE, or UNLABELLED between them.

        While the distance of people without interaction changes, as in a game, they are UNLABELLED.
        """
        moments = np.atleast_1d(np.asarray(times, dtype=np.float64))
        labels = np.full(len(moments), NONE, dtype=object)
        labels[abs(self._drift(moments)) > _DRIFT] = UNLABELLED
        for start, end, label in self.spans:
            labels[(moments >= start) & (moments < end)] = label
        return [str(label) for label in labels]

    def _drift(self, times: Array) -> Array:
        """(T,) change of the distance between both [m/s]."""
        return (self._distance(times) - self._distance(times - _SPAN)) / _SPAN

    def _distance(self, times: Array) -> Array:
        places = self.places(times)
        return np.asarray(np.linalg.norm(places[:, 0] - places[:, 1], axis=-1))

    def places(self, times: Array) -> Array:
        """(T, 2, 2) x, y [m] of both people at times (T,) [s], but for small movements."""
        return np.stack(
            [np.stack(actor.path.place(times)[:2], axis=-1) for actor in self.actors], axis=1
        )

    def scripts(self) -> tuple[Script, Script]:
        """Both people for a scene."""
        one, other = (
            Script([Performance(self.label, actor.body, partial(self._motion, who))], [0.0])
            for who, actor in enumerate(self.actors)
        )
        return one, other

    def _motion(self, who: int, times: Array) -> Channels:
        return together(self.actors, times)[who]


def perform_pair(
    label: str, rng: Rng, bodies: Sequence[Body] = (), apart: float | None = None
) -> PairPerformance:
    """Draw a performance of an interaction, or of none, in a random style.

    Args:
        label: one of INTERACTIONS, or "unknown" for none.
        rng: random numbers.
        bodies: measures of both; random if empty.
        apart: first distance between both [m]; random if None.

    Raises:
        InputError: unknown label; the message lists the labels.
    """
    if label not in INTERACTIONS and label != NONE:
        expected = ", ".join((*INTERACTIONS, NONE))
        raise InputError(f"unknown interaction {label!r}, expected one of {expected}")
    one, other = bodies or (Body.random(rng), Body.random(rng))
    stage = Stage(rng, (one, other), apart or _first_distance(label, rng))
    stage.wait(0.2, 1.6)
    if label == NONE:
        names = list(BESIDE)
        shares = np.array([share for _, share in BESIDE.values()])
        BESIDE[str(rng.choice(names, p=shares / shares.sum()))][0](stage)
    else:
        INTERACTIONS[label](stage)
        if rng.random() < 0.15 and label not in {"approaching", "departing"}:
            departing(stage)
        stage.wait(0.5, 1.5)
    actors = stage.actors()
    if rng.random() < 0.5:
        actors = actors[::-1]
    return PairPerformance(label, actors, tuple(stage.spans), stage.time)


def _first_distance(label: str, rng: Rng) -> float:
    """Draw a first distance [m]."""
    if label == "approaching":
        return float(rng.uniform(1.1, 3.2))
    if label == NONE:
        return float(rng.uniform(0.5, 2.5))
    if label == "departing":
        return float(rng.uniform(0.4, 1.2))
    return float(rng.uniform(0.7, 1.5) if rng.random() < 0.75 else rng.uniform(1.5, 2.8))


__all__ = ["INTERACTIONS", "NONE", "UNLABELLED", "PairPerformance", "perform_pair"]
