"""REINFORCE: makes what earned more than usual more likely.

Williams 1992, Machine Learning 8, with a moving average of the rewards as the baseline and the
entropy in the objective.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from pose_action_ros.lab.networks.genotype import Genotype
from pose_action_ros.lab.search.controller import Controller
from pose_action_ros.lab.search.settings import SearchSettings

Rewards = Callable[[Sequence[Genotype]], Sequence[float]]


@dataclass(frozen=True)
class Update:
    """What an update saw: rewards of the sampled genotypes, and their mean entropy [nats]."""

    rewards: tuple[float, ...]
    entropy: float


class Reinforce:
    """Trains a controller; `baseline` is the moving average, None before the first reward."""

    def __init__(self, controller: Controller, settings: SearchSettings) -> None:
        self.controller = controller
        self.baseline: float | None = None
        self._settings = settings
        self._optimiser = torch.optim.Adam(
            controller.parameters(), lr=settings.controller_learning_rate
        )

    def update(self, rewards: Rewards) -> Update:
        """Sample genotypes, get their rewards, and change the controller by them once."""
        sampled = self.controller(self._settings.architectures)
        earned = torch.tensor(rewards(sampled.genotypes()), dtype=torch.float32)  # (K,)
        mean = float(earned.mean())
        decay = self._settings.baseline_decay
        # From the first rewards on, and not from 0, from where it would take hundreds of updates.
        self.baseline = (
            mean if self.baseline is None else decay * self.baseline + (1 - decay) * mean
        )
        gain = ((earned - self.baseline) * sampled.log_probability).mean()
        loss = -(gain + self._settings.entropy_weight * sampled.entropy.mean())
        self._optimiser.zero_grad()
        torch.autograd.backward(loss)
        self._optimiser.step()
        return Update(tuple(earned.tolist()), float(sampled.entropy.detach().mean()))

    def state_dict(self) -> dict[str, Any]:
        """All that is needed to go on."""
        return {
            "controller": self.controller.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "baseline": self.baseline,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self.controller.load_state_dict(state["controller"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.baseline = state["baseline"]
