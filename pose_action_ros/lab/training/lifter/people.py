"""People for training and tests of the robot's lifter: recorded, simulated, freely moving.

Test people are never trained on: other recordings, another subject, other simulated bodies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError, SettingError
from pose_action_ros.lab.datasets.bvh import read_bvh_people
from pose_action_ros.lab.datasets.capture import Capture, check_subject
from pose_action_ros.lab.datasets.cmu import read_acclaim, read_positions
from pose_action_ros.lab.datasets.simulated import simulate_free_people, simulate_people
from pose_action_ros.lab.training.lifter.settings import LifterTraining
from pose_action_ros.lab.training.lifter.views import STRETCH, Views, random_people, random_views
from pose_action_ros.simulation.free_movement import FREE

Array = npt.NDArray[np.float64]
Generator = np.random.Generator

RECORDED = "recorded/"
"""Prefix of the actions of recorded people; simulated ones have the simulation's labels."""
KINDS = ("recorded", "simulated", "free")
_TEST_SEED = 1_000_003  # added to the seed, for other bodies and styles than in training


def kinds_of(actions: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    """(N,) kinds of people, each in KINDS, from their actions (N,)."""
    kinds: npt.NDArray[np.str_] = np.select(
        [np.char.startswith(actions, RECORDED), actions == FREE], ["recorded", "free"], "simulated"
    )
    return kinds


def recorded_people(
    positions: str, subjects: str, held_out_subject: str, split: str
) -> dict[str, Array]:
    """Read all recorded frames of one split.

    Args:
        positions: CMU positions file, which has its own splits; empty for none.
        subjects: folder with a folder per subject, of .asf and .amc or of .bvh; empty for none.
        held_out_subject: the subject of the test split.
        split: "train" or "test".

    Returns:
        (P, 21, 3) [m] PERSON joints, z up, by RECORDED and the action, or the subject if its
        recordings have no action names.

    Raises:
        InputError: a file or folder has another content.
        SettingError: the held-out subject has no folder.
    """
    groups: dict[str, list[Array]] = {}
    if positions:
        for capture in read_positions(Path(positions), split):
            groups.setdefault(RECORDED + capture.action, []).append(capture.joints)
    if subjects:
        folders = _subject_folders(Path(subjects))
        check_subject([folder.name for folder in folders], held_out_subject)
        for folder in folders:
            if (folder.name == held_out_subject) == (split == "test"):
                joints = [capture.joints for capture in _recordings(folder)]
                groups[f"{RECORDED}subject_{folder.name}"] = joints
    return {name: np.concatenate(parts) for name, parts in groups.items()}


def _subject_folders(parent: Path) -> list[Path]:
    folders = sorted(path for path in parent.glob("*") if path.is_dir())
    if not folders:
        raise InputError(
            f"{parent} has no folders; expected one for each subject, with .asf and .amc or .bvh"
        )
    return folders


def _recordings(folder: Path) -> list[Capture]:
    files = sorted(folder.glob("*.bvh"))
    found = [capture for path in files for capture in read_bvh_people(path)]
    return found or read_acclaim(folder)


@dataclass(frozen=True, eq=False)
class Pools:
    """People (P, 21, 3) [m], z up, by action; an unused pool is empty.

    Attributes:
        recorded: of the heights as recorded.
        simulated: of various heights, in actions.
        free: of various heights, moving freely.
        simulated_share: of all people, if there are recorded ones as well.
        free_share: of the simulated people, if there are some in actions as well.
    """

    recorded: Mapping[str, Array]
    simulated: Mapping[str, Array]
    free: Mapping[str, Array]
    simulated_share: float
    free_share: float

    def views(self, count: int, rng: Generator) -> Views:
        """Draw varied people, actions in equal shares, each in the view of a random camera."""
        share = self.simulated_share if self.recorded else 1.0
        simulated = round(count * share) if self.simulated or self.free else 0
        share = self.free_share if self.simulated else 1.0
        free = round(simulated * share) if self.free else 0
        people = [
            *_draw(self.simulated, simulated - free, 0.0, rng),
            *_draw(self.free, free, 0.0, rng),
            *_draw(self.recorded, count - simulated, STRETCH, rng),
        ]
        return random_views(np.concatenate(people), rng)


def _draw(pool: Mapping[str, Array], count: int, stretch: float, rng: Generator) -> list[Array]:
    """Draw `count` people in parts, the actions of the pool in equal shares."""
    if not count:
        return []
    shares = rng.multinomial(count, [1 / len(pool)] * len(pool))
    return [
        random_people(people, int(size), rng, stretch)
        for people, size in zip(pool.values(), shares, strict=True)
    ]


def training_pools(settings: LifterTraining) -> Pools:
    """The people to train on.

    Raises:
        SettingError: there are none.
        InputError: a file has another content.
    """
    pools = _pools(settings, "train", settings.seed, 1)
    if not (pools.recorded or pools.simulated or pools.free):
        raise SettingError(
            "nothing to train on: set positions, subjects, performances or free_performances"
        )
    return pools


def held_out_pools(settings: LifterTraining) -> Pools:
    """The people to test on."""
    return _pools(settings, "test", settings.seed + _TEST_SEED, 6)


def _pools(settings: LifterTraining, split: str, seed: int, divisor: int) -> Pools:
    """The people of a split; the settings' number of simulated bodies is divided."""
    bodies, free = (
        -(-count // divisor) for count in (settings.performances, settings.free_performances)
    )
    return Pools(
        recorded=recorded_people(
            settings.positions, settings.subjects, settings.held_out_subject, split
        ),
        simulated=simulate_people(bodies, settings.frames, seed) if bodies else {},
        free={FREE: simulate_free_people(free, settings.frames, seed)} if free else {},
        simulated_share=settings.simulated_share,
        free_share=settings.free_share,
    )
