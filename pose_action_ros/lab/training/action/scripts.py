"""What simulated people do: actions, other movements, unnamed gestures, or standing about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from pose_action_ros.lab.training.action.framing import View
from pose_action_ros.lab.training.action.gestures import PREFIX, gesture
from pose_action_ros.simulation import ACTIONS, OTHERS, Body, Performance, Script, perform
from pose_action_ros.simulation.free_movement import FREE, free_performance
from pose_action_ros.simulation.motions.postures import POSTURES, posture_performance
from pose_action_ros.simulation.script import linked

Rng = np.random.Generator

STANDING: Final = "standing"
SECONDS: Final = (2.5, 5.0)
"""Duration of an action [s]."""
IDLE_SECONDS: Final = (5.0, 9.0)
"""Duration of the recording of a person who stands about [s]."""
_BETWEEN: Final = 0.45
"""Share of the actions with another movement before them: standing, or a movement of OTHERS."""
_STANDING: Final = 0.7
"""Share of standing among these movements."""
_CHANGING: Final = ("getting_up",)
"""Postures that are several actions in turn."""

_OFTEN: Final = ("wagging_finger", "wagging_finger", "step_dancing")
"""What is easily taken for an action; more frequent than others."""

MOVEMENTS: Final = (
    *OTHERS,
    *_OFTEN,
    *(FREE,) * 2,
    *(posture for posture in POSTURES if posture not in _CHANGING),
)
"""Movements of people who perform no action, as frequent as they are listed, and postures."""


def label_of(name: str) -> str:
    """Name of the action that a movement's name stands for; unchanged if there is none.

    A posture is the action with its first word: lying_back is lying.
    """
    first = name.partition("_")[0]
    return first if name in POSTURES and first in ACTIONS else name


def action_script(rng: Rng, view: View, body: Body, labels: Sequence[str]) -> tuple[Script, float]:
    """A script of actions, sometimes with another movement before an action, and its length [s]."""
    order: list[str] = []
    for label in labels:
        if rng.random() < _BETWEEN:
            others = OTHERS if rng.random() >= _STANDING else ()
            order.append(str(rng.choice(list(others))) if others else STANDING)
        order.append(label)
    return _chained(rng, view, [perform(name, rng, body, view.room) for name in order])


def dealt(labels: Sequence[str], number: int, count: int, seed: Sequence[int]) -> list[str]:
    """The labels of one of many people, so that all labels are equally frequent.

    Args:
        labels: to deal, in random order, again and again.
        number: of the person.
        count: labels of each person.
        seed: of the order.
    """
    result = []
    for place in range(number * count, (number + 1) * count):
        deal, row = divmod(place, len(labels))
        order = np.random.default_rng([*seed, deal]).permutation(len(labels))
        result.append(labels[order[row]])
    return result


def other_script(rng: Rng, view: View, body: Body, names: Sequence[str]) -> tuple[Script, float]:
    """A script of MOVEMENTS or gestures, and its length [s]."""
    parts = [_performance(name, rng, body) for name in names]
    return _chained(rng, view, parts)


def _performance(name: str, rng: Rng, body: Body) -> Performance:
    if name == FREE:
        return free_performance(rng, body)
    if name.startswith(PREFIX):
        made = gesture(int(name.removeprefix(PREFIX)))
        return Performance(name, body, made.motion(body, rng))
    if name in POSTURES:
        return posture_performance(rng, name, body)
    return perform(name, rng, body)


def gesture_script(rng: Rng, view: View, body: Body, names: Sequence[str]) -> tuple[Script, float]:
    """A script of gestures, sometimes with standing before a gesture, and its length [s]."""
    order: list[str] = []
    for name in names:
        order += [STANDING, name] if rng.random() < _BETWEEN else [name]
    return other_script(rng, view, body, order)


def idle_script(rng: Rng, view: View, body: Body) -> tuple[Script, float]:
    """A script of a person who stands about, and its length [s]."""
    script = Script([perform(STANDING, rng, body)], [0.0], (0.0, 0.0), view.heading)
    return script, float(rng.uniform(*IDLE_SECONDS))


def _chained(rng: Rng, view: View, drawn: Sequence[Performance]) -> tuple[Script, float]:
    parts = linked(drawn, rng)
    seconds = rng.uniform(*SECONDS, len(parts))
    starts = np.concatenate([[0.0], np.cumsum(seconds)[:-1]])
    return Script(parts, starts, (0.0, 0.0), view.heading), float(seconds.sum())
