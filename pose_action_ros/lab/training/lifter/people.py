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
from pose_action_ros.lab.datasets.bvh_people import read_bvh_people
from pose_action_ros.lab.datasets.capture import Capture, check_subject
from pose_action_ros.lab.datasets.cmu import read_acclaim, read_positions
from pose_action_ros.lab.datasets.mocap_npz import read_mocap
from pose_action_ros.lab.datasets.simulated import simulate_free_people, simulate_people
from pose_action_ros.lab.training.lifter.settings import LifterTraining, RecordedPeople
from pose_action_ros.lab.training.lifter.views import STRETCH, Views, random_people, random_views
from pose_action_ros.simulation.free_movement import FREE

Array = npt.NDArray[np.float64]
Generator = np.random.Generator

RECORDED = "recorded/"
"""Prefix of the actions of recorded people; simulated ones have the simulation's labels."""
TRAIN, CALIBRATION, TEST = "train", "calibration", "test"
"""Splits; no person is in two of them."""
KINDS = ("recorded", "simulated", "free")
_TEST_SEED = 1_000_003  # added to the seed, for other bodies and styles than in training


def kinds_of(actions: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    """(N,) kinds of people, each in KINDS, from their actions (N,)."""
    kinds: npt.NDArray[np.str_] = np.select(
        [np.char.startswith(actions, RECORDED), actions == FREE], ["recorded", "free"], "simulated"
    )
    return kinds


def recorded_captures(settings: RecordedPeople) -> dict[str, list[Capture]]:
    """Read all recordings, by the split of their people.

    Recordings of the positions file belong to people of training and of calibration.

    Raises:
        InputError: a file or folder has another content.
        SettingError: a subject to hold out is in none of the files.
    """
    captures: list[Capture] = []
    for path in _names(settings.captures):
        captures += read_mocap(Path(path))
    if settings.subjects:
        for folder in _subject_folders(Path(settings.subjects)):
            captures += _recordings(folder)
    splits = dict.fromkeys(_names(settings.calibration_subjects), CALIBRATION)
    splits |= dict.fromkeys(_names(settings.test_subjects), TEST)
    for subject in splits:
        check_subject({one.subject for one in captures}, subject)
    groups: dict[str, list[Capture]] = {TRAIN: [], CALIBRATION: [], TEST: []}
    for one in captures:
        groups[splits.get(one.subject, TRAIN)].append(one)
    if settings.positions:
        groups[TRAIN] += read_positions(Path(settings.positions), "train")
        groups[CALIBRATION] += read_positions(Path(settings.positions), "test")
    return groups


def _names(text: str) -> list[str]:
    """Names separated by commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


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
        recorded=_by_action(recorded_captures(settings)[split]),
        simulated=_simulated(bodies, settings.frames, seed) if bodies else {},
        free={FREE: simulate_free_people(free, settings.frames, 1, 0.0, seed)[:, 0]}
        if free
        else {},
        simulated_share=settings.simulated_share,
        free_share=settings.free_share,
    )


def _simulated(performances: int, frames: int, seed: int) -> dict[str, Array]:
    """People (P, 21, 3) [m] in actions, at single moments."""
    people = simulate_people(performances, frames, 1, 0.0, seed)
    return {action: clips[:, 0] for action, clips in people.items()}


def _by_action(captures: list[Capture]) -> dict[str, Array]:
    groups: dict[str, list[Array]] = {}
    for one in captures:
        groups.setdefault(RECORDED + one.action, []).append(one.joints)
    return {name: np.concatenate(parts) for name, parts in groups.items()}
