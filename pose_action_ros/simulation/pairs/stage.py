"""A stage of two people: their ways, gestures and reaching hands, and the label of each moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import Array, Rng
from pose_action_ros.simulation.kinematics import Posed
from pose_action_ros.simulation.pairs.actor import (
    Actor,
    Gesture,
    Level,
    Path,
    Reach,
    Target,
)
from pose_action_ros.simulation.standing import Motion

NONE = "unknown"
"""Label of a moment in which two people do none of the interactions."""
UNLABELLED = ""
"""Label of a moment between an interaction and none of them."""

_LONG = 0.55  # [m] of a way towards a person from which it is an approach
_CALM = 0.4
"""Share of people who stand still when they do not walk."""
_SMOOTH = (0.08, 0.2)  # of paths [s]


@dataclass
class Stage:
    """Two people, number 0 before number 1 in the direction x, who face each other at first.

    Attributes:
        rng: random generator.
        bodies: measures of both.
        apart: first distance between them [m].
        time: of the next event [s].
        spans: start, end and label of the labelled parts; the others are NONE.
    """

    rng: Rng
    bodies: tuple[Body, Body]
    apart: float
    time: float = 0.0
    spans: list[tuple[float, float, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        rng = self.rng
        self.arms = ["", ""]
        self.steps = rng.choice([0.02, 0.08, 0.15], 2)
        self.own: list[Motion | None] = [None, None]
        self.trunk: tuple[list[Gesture], list[Gesture]] = ([], [])
        self.limbs: tuple[list[Gesture], list[Gesture]] = ([], [])
        self.reaches: tuple[list[Reach], list[Reach]] = ([], [])
        aside = rng.normal(0, 0.06, 2)
        self._rows = [
            [(0.0, sign * self.apart / 2, float(aside[who]), turn + float(rng.normal(0, 8)))]
            for who, (sign, turn) in enumerate(((-1.0, 0.0), (1.0, 180.0)))
        ]

    def place(self, who: int) -> tuple[float, float, float]:
        """x, y [m] and heading [degrees] of a person after the last way."""
        return self._rows[who][-1][1:]

    def distance(self) -> float:
        """Between both people after their last ways [m]."""
        one, other = self.place(0), self.place(1)
        return float(np.hypot(other[0] - one[0], other[1] - one[1]))

    def face(self, who: int, heading: float) -> None:
        """Set the first heading [degrees] of a person, before any way."""
        self._rows[who][0] = (*self._rows[who][0][:3], heading)

    def go(
        self,
        who: int,
        ahead: float,
        seconds: float,
        *,
        aside: float = 0.0,
        turn: float = 0.0,
        start: float | None = None,
    ) -> float:
        """Move a person in the direction towards the other one.

        Args:
            who: number of the person.
            ahead: way towards the other person [m], below 0 for away.
            seconds: duration.
            aside: way to the left of that direction [m].
            turn: change of the heading [degrees], left positive.
            start: time [s], that of the stage if None; not before the end of the way before.

        Returns:
            The end [s].
        """
        begin = max(self.time if start is None else start, self._rows[who][-1][0])
        x, y, heading = self.place(who)
        along = self.toward(who)
        across = np.array([-along[1], along[0]])
        to = np.array([x, y]) + ahead * along + aside * across
        self._rows[who].append((begin, x, y, heading))
        self._rows[who].append((begin + seconds, float(to[0]), float(to[1]), heading + turn))
        return begin + seconds

    def move_start(self, who: int, x: float, y: float) -> None:
        """Move the first place [m] of a person, before any way."""
        self._rows[who][0] = (0.0, x, y, self._rows[who][0][3])

    def walk_straight(self, who: int, way: float, seconds: float) -> float:
        """Walk in the direction of the present heading; returns the end [s]."""
        begin = max(self.time, self._rows[who][-1][0])
        x, y, heading = self.place(who)
        angle = np.radians(heading)
        end = (x + way * float(np.cos(angle)), y + way * float(np.sin(angle)))
        self._rows[who].append((begin, x, y, heading))
        self._rows[who].append((begin + seconds, *end, heading))
        return begin + seconds

    def toward(self, who: int) -> Array:
        """(2,) unit vector from a person to the other one, after their last ways."""
        one, other = (np.array(self.place(number)[:2]) for number in (who, 1 - who))
        way = other - one
        unit: Array = way / max(float(np.linalg.norm(way)), 1e-6)
        return unit

    def close_in(self, near: float) -> None:
        """Let one or both walk until they are `near` [m], and the stage wait for them.

        A long way is labelled as an approach.
        """
        rng, way = self.rng, self.distance() - near
        if abs(way) < 0.05:
            return
        share = float(rng.choice([1.0, 0.0, rng.uniform(0.3, 0.7)], p=[0.5, 0.25, 0.25]))
        seconds = max(0.4, abs(way) / rng.uniform(0.6, 1.4))
        begin = self.time
        for who, part in ((0, share), (1, 1 - share)):
            if part:
                self.go(who, part * way, seconds)
        self.time += seconds
        if way > _LONG:
            self.mark("approaching", begin + 0.15, self.time - 0.1)
        else:
            self.mark(UNLABELLED, begin, self.time)

    def mark(self, label: str, start: float, end: float) -> None:
        """Label a part of the time [s]; later marks win."""
        self.spans.append((start, end, label))

    def wait(self, low: float, high: float) -> None:
        """Let time pass, a random number of seconds between two."""
        self.time += float(self.rng.uniform(low, high))

    def lean(self, who: int, level: Level, **angles: float) -> None:
        """Add angles of the trunk."""
        self.trunk[who].append(Gesture(angles, level))

    def reach(self, who: int, side: str, target: Target, level: Level, **palm: float) -> None:
        """Let a hand reach for points; the elbow points down and somewhat outwards."""
        elbow = (-0.2, float(self.rng.uniform(0.1, 1.0)), -1.0)
        self.reaches[who].append(Reach(side, target, level, elbow, palm))

    def _restless(self, who: int) -> Array:
        """Rows of the path of a person, with steps to and fro if the person is restless."""
        rows = np.array(self._rows[who])
        if self.rng.random() < _CALM:
            return rows
        size = self.rng.uniform(0.03, 0.12)
        moments = np.cumsum(self.rng.uniform(0.3, 1.2, 2 + int(2 * self.time)))
        offsets = self.rng.normal(0, size, (len(moments), 2))
        times = np.union1d(rows[:, 0], moments[moments < self.time])
        mixed = np.column_stack([times, *(np.interp(times, rows[:, 0], row) for row in rows.T[1:])])
        for axis, row in enumerate(offsets.T, start=1):
            mixed[:, axis] += np.interp(times, moments, row)
        return mixed

    def actors(self) -> tuple[Actor, Actor]:
        """The two people."""
        smooth = float(self.rng.uniform(*_SMOOTH))
        one, other = (
            Actor(
                self.bodies[who],
                self.rng,
                Path(self._restless(who), smooth),
                self.arms[who],
                float(self.steps[who]),
                self.own[who],
                self.trunk[who],
                self.limbs[who],
                self.reaches[who],
            )
            for who in (0, 1)
        )
        return one, other


def on_body(who: int, joint: str, offset: tuple[float, float, float]) -> Target:
    """A point of a person: offset [m] ahead, to the left and up from a joint, as the chest is."""

    def point(_: Array, posed: Sequence[Posed]) -> Array:
        body = posed[who]
        return np.asarray(body.joint(joint) + body.frames["chest"] @ np.array(offset))

    return point


def before(who: int, side: str, offset: Array) -> Target:
    """A point before a person's own shoulder: offset (3,) ahead, outwards, up [m]."""
    return on_body(
        who,
        f"{side}_shoulder",
        (float(offset[0]), float(offset[1]) * (1 if side == "left" else -1), float(offset[2])),
    )


def between(first: Target, second: Target, share: Level) -> Target:
    """From the first point to the second as the share goes from 0 to 1."""

    def point(times: Array, posed: Sequence[Posed]) -> Array:
        start, end = first(times, posed), second(times, posed)
        return np.asarray(start + share(times)[:, None] * (end - start))

    return point


def world(place: Array) -> Target:
    """A fixed point (3,) [m]."""
    return lambda times, _: np.broadcast_to(place, (len(times), 3))
