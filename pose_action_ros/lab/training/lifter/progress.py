"""Progress of a run: position, losses, and checkpoints to resume from and to prolong.

checkpoint.pt   newest state, also in the middle of a round
steady.pt       state before the learning rate falls, with which a longer run begins
curve.csv       one row for each round
"""

from __future__ import annotations

import csv
import logging
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from torch import Tensor

from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.checkpoints import load_checkpoint, save_checkpoint
from pose_action_ros.lab.training.lifter.run import CHECKPOINT
from pose_action_ros.lab.training.lifter.schedule import Schedule

_LOG = logging.getLogger(__name__)

STEADY = "steady.pt"
_CURVE = "curve.csv"
_POSITION = ("round", "step", "steps", "views")


class Part(Protocol):
    """A part of a run with a state: the networks, their optimizer."""

    def state_dict(self) -> dict[str, Any]:
        """The state as tensors, numbers and containers of them."""
        ...

    def load_state_dict(self, state_dict: dict[str, Any]) -> Any:
        """Set the state."""
        ...


class Progress:
    """Position of a run; it saves and loads the state of all its parts.

    Args:
        folder: of the run.
        config: settings of the run. A run resumes with the same ones; "rounds" may be more.
        schedule: of the learning rate.
        parts: to save, by name.

    Attributes:
        round: number of the present round.
        step: finished steps of the round.
        steps: finished steps of the run.
        views: trained in the run, in all processes together.
    """

    def __init__(
        self,
        folder: Path,
        config: Mapping[str, Any],
        schedule: Schedule,
        parts: Mapping[str, Part],
    ) -> None:
        self._folder, self._config, self._schedule = folder, dict(config), schedule
        self._parts = dict(parts)
        self.round = self.step = self.steps = self.views = 0
        self._sums: dict[str, Tensor] = {}
        self._curve: list[dict[str, str]] = []
        self._saved = monotonic()

    @property
    def minutes(self) -> float:
        """Time since the last checkpoint [minutes]."""
        return (monotonic() - self._saved) / 60

    @property
    def before_decay(self) -> bool:
        """Whether the next step is the first one with a falling learning rate."""
        return (self.round, self.step) == (self._schedule.decay, 0)

    def add(self, losses: Mapping[str, Tensor]) -> None:
        """Count one step with these losses."""
        self.step += 1
        self.steps += 1
        self.views += self._schedule.batch
        for name, loss in losses.items():
            before = self._sums.get(name)
            self._sums[name] = loss.detach() if before is None else before + loss.detach()

    def finish_round(self, rate: float) -> None:
        """Add the round to the curve and go to the next one.

        Args:
            rate: learning rate of the round's last step.
        """
        means = {
            f"loss_{name}": f"{float(loss) / self.step:.5f}" for name, loss in self._sums.items()
        }
        self._curve.append({"round": str(self.round), "learning_rate": f"{rate:.3e}", **means})
        self.round, self.step, self._sums = self.round + 1, 0, {}

    def save(self, name: str = CHECKPOINT) -> None:
        """Write a checkpoint, and the curve of all finished rounds."""
        state = {
            "config": self._config,
            **{item: getattr(self, item) for item in _POSITION},
            "losses": {key: loss.cpu() for key, loss in self._sums.items()},
            "curve": self._curve,
            **{key: part.state_dict() for key, part in self._parts.items()},
        }
        save_checkpoint(self._folder / name, state)
        if self._curve:
            with (self._folder / _CURVE).open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, list(self._curve[0]))
                writer.writeheader()
                writer.writerows(self._curve)
        self._saved = monotonic()

    def resume(self) -> None:
        """Go to the newest checkpoint through which a run of this length passes, if there is one.

        Raises:
            ModelError: a checkpoint is damaged or of a run with other settings, or all are of a
                shorter or longer run with a falling learning rate.
        """
        if not (self._folder / CHECKPOINT).is_file():
            return
        for name in (CHECKPOINT, STEADY):
            state = load_checkpoint(self._folder / name, self._config, free={"rounds"})
            if state is not None and self._passes(state):
                self._load(state)
                return
        raise ModelError(
            f"{self._folder} has no checkpoint of a run of {self._schedule.rounds} rounds before "
            f"its learning rate falls: expected the rounds of {CHECKPOINT}, or more and its "
            f"{STEADY}; choose another output folder"
        )

    def _passes(self, state: Mapping[str, Any]) -> bool:
        """Whether this run has the same state at the same position."""
        rounds = int(state["config"]["rounds"])
        if rounds == self._schedule.rounds:
            return True
        decay = min(Schedule(rounds, self._schedule.batch).decay, self._schedule.decay)
        return (state["round"], state["step"]) <= (decay, 0)

    def _load(self, state: Mapping[str, Any]) -> None:
        for item in _POSITION:
            setattr(self, item, state[item])
        self._sums, self._curve = dict(state["losses"]), list(state["curve"])
        for name, part in self._parts.items():
            part.load_state_dict(state[name])
        _LOG.info("%s resumes in round %d of %d", self._folder, self.round, self._schedule.rounds)
