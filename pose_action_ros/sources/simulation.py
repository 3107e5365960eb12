"""Simulated people, with their true poses."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

import numpy as np

from pose_action_ros.errors import SettingError
from pose_action_ros.recognition.classifier import labels_of
from pose_action_ros.recognition.settings import RecogniserSettings
from pose_action_ros.settings import names_of
from pose_action_ros.simulation import ACTIONS, Scene
from pose_action_ros.sources.base import SourceFrame
from pose_action_ros.sources.settings import SourceSettings


class SimulatedSource:
    """A simulated scene without end, the same for the same seed; see Source.

    Raises:
        SettingError: unknown actions.
    """

    length = None
    skipped = late = 0
    damage = ""
    uncalibrated = ""

    def __init__(self, settings: SourceSettings) -> None:
        self.rate = settings.rate
        self._next = 0
        self._scene = Scene.random(
            np.random.default_rng(settings.seed),
            people=settings.people,
            actions=_parse_actions(settings.actions),
            size=(settings.image_width, settings.image_height),
            seconds_each=settings.action_seconds,
        )
        self.intrinsics = self._scene.camera.intrinsics

    def __iter__(self) -> Iterator[SourceFrame]:
        """Render the frames one by one."""
        self._next = 0
        while True:
            index, self._next = self._next, self._next + 1
            frame = self._scene.frame(index / self.rate)
            yield SourceFrame(index, frame.stamp, frame.image, tuple(frame.people))

    def skip_until(self, stamp: float) -> bool:
        """See Source; time passes as before a real camera."""
        self._next = max(self._next, ceil(stamp * self.rate))
        return True

    def close(self) -> None:
        """See Source; there is nothing to release."""


def _parse_actions(names: str) -> tuple[str, ...]:
    """Split action names at commas; those that the shipped model knows for an empty text."""
    actions = names_of(names)
    unknown = [name for name in actions if name not in ACTIONS]
    if unknown:
        raise SettingError(f"unknown actions {unknown}; there are {', '.join(ACTIONS)}")
    if actions:
        return actions
    known = labels_of(RecogniserSettings().action_model)
    return tuple(name for name in ACTIONS if name in known)
