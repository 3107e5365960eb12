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
from pose_action_ros.folders import files_in
from pose_action_ros.lab.datasets.bvh_people import read_bvh_people
from pose_action_ros.lab.datasets.capture import Capture, check_subject
from pose_action_ros.lab.datasets.cmu import read_acclaim, read_positions
from pose_action_ros.lab.datasets.mocap_npz import read_mocap
from pose_action_ros.lab.datasets.person import PERSON
from pose_action_ros.lab.datasets.simulated import (
    simulate_free_people,
    simulate_people,
    simulate_postures,
)
from pose_action_ros.lab.training.lifter.pool import Pool, placed
from pose_action_ros.lab.training.lifter.recombination import recombined, toppled
from pose_action_ros.lab.training.lifter.settings import LifterTraining, People
from pose_action_ros.lab.training.lifter.views import Views, random_views
from pose_action_ros.settings import names_of
from pose_action_ros.simulation.free_movement import FREE
from pose_action_ros.simulation.motions.postures import POSTURES

Array = npt.NDArray[np.float64]
Generator = np.random.Generator

RECORDED = "recorded/"
"""Prefix of the actions of recorded people; simulated ones have the simulation's labels."""
TRAIN, CALIBRATION, TEST = "train", "calibration", "test"
"""Splits; no person is in two of them."""
KINDS = ("recorded", "simulated", "free", "postures")
OWN_BONES = {"recorded": 0.5, "simulated": 0.7, "free": 0.7, "postures": 0.8}
"""Share of people with their own bones, by kind; the others get a random body's."""
_SEEDS = {TRAIN: 0, CALIBRATION: 2_000_003, TEST: 1_000_003}  # other bodies, styles and times
_FEWER = 6
_SPACING = 0.05  # [s] of the images of a simulated motion
_ACTION, _LONG = (200, _SPACING), (500, _SPACING)  # number and spacing of images


def kinds_of(actions: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    """(N,) kinds of people, each in KINDS, from their actions (N,)."""
    kinds: npt.NDArray[np.str_] = np.select(
        [np.char.startswith(actions, RECORDED), actions == FREE, np.isin(actions, POSTURES)],
        ["recorded", "free", "postures"],
        "simulated",
    )
    return kinds


def recorded_captures(settings: People) -> dict[str, list[Capture]]:
    """Read all recordings, by the split of their people.

    Recordings of the positions file belong to people of training and of calibration.

    Raises:
        InputError: a file or folder has another content.
        SettingError: a subject to hold out is in none of the files.
    """
    captures: list[Capture] = []
    for path in names_of(settings.captures):
        captures += read_mocap(Path(path))
    if settings.subjects:
        for folder in _subject_folders(Path(settings.subjects)):
            captures += _recordings(folder)
    splits = dict.fromkeys(names_of(settings.calibration_subjects), CALIBRATION)
    splits |= dict.fromkeys(names_of(settings.test_subjects), TEST)
    for subject in splits:
        check_subject({one.subject for one in captures}, subject)
    groups: dict[str, list[Capture]] = {TRAIN: [], CALIBRATION: [], TEST: []}
    for one in captures:
        groups[splits.get(one.subject, TRAIN)].append(one)
    if settings.positions:
        groups[TRAIN] += read_positions(Path(settings.positions), "train")
        groups[CALIBRATION] += read_positions(Path(settings.positions), "test")
    return groups


def _subject_folders(parent: Path) -> list[Path]:
    folders = sorted(path for path in parent.glob("*") if path.is_dir())
    if not folders:
        raise InputError(
            f"{parent} has no folders; expected one for each subject, with .asf and .amc or .bvh"
        )
    return folders


def _recordings(folder: Path) -> list[Capture]:
    files = sorted(files_in(folder, ".bvh"))
    found = [capture for path in files for capture in read_bvh_people(path)]
    return found or read_acclaim(folder)


@dataclass(frozen=True, eq=False)
class Pools:
    """Motions to draw people from.

    Attributes:
        pools: by kind, none of them empty.
        shares: of the people, by kind; relative to each other.
        recombined, toppled: shares of people with such postures, see recombination.
    """

    pools: Mapping[str, Pool]
    shares: Mapping[str, float]
    recombined: float = 0.0
    toppled: float = 0.0

    def views(self, times: Array, rng: Generator) -> Views:
        """Draw people of all kinds at times (N, M), see Views, in views of random cameras."""
        shares = np.array([self.shares[kind] for kind in self.pools])
        kinds = rng.choice(len(shares), len(times), p=shares / shares.sum())
        people = np.empty((*times.shape, len(PERSON), 3), np.float32)
        defined = np.empty((len(times), len(PERSON)), np.bool_)
        for number, (kind, pool) in enumerate(self.pools.items()):
            rows = np.flatnonzero(kinds == number)
            people[rows], defined[rows] = pool.people(times[rows], OWN_BONES[kind], rng)
        people = toppled(recombined(people, self.recombined, rng), self.toppled, rng)
        return random_views(placed(people, rng), times, defined, rng)


def open_pools(settings: LifterTraining, split: str) -> Pools:
    """The people of a split; those to calibrate and to test with are fewer.

    Raises:
        SettingError: there are none.
        InputError: a file has another content.
    """
    seed = settings.seed + _SEEDS[split]
    bodies, free, postures = (
        count if split == TRAIN else -(-count // _FEWER)
        for count in (
            settings.performances,
            settings.free_performances,
            settings.posture_performances,
        )
    )
    captures = {"recorded": recorded_captures(settings)[split]}
    if bodies:
        captures["simulated"] = _captures(simulate_people(bodies, 1, *_ACTION, seed))
    if free:
        captures["free"] = _captures({FREE: simulate_free_people(free, 1, *_LONG, seed)})
    if postures:
        captures["postures"] = _captures(simulate_postures(postures, 1, *_LONG, seed))
    pools = {kind: Pool(some) for kind, some in captures.items() if some}
    if not pools:
        raise SettingError(
            f"no people for the split {split!r}: set positions, subjects, captures, performances, "
            "free_performances or posture_performances"
        )
    shares = {kind: getattr(settings, f"{kind}_share") for kind in KINDS}
    return Pools(pools, shares, settings.recombined_share, settings.toppled_share)


def _captures(people: Mapping[str, Array]) -> list[Capture]:
    """Clips (P, T, 21, 3) of simulated people by action, as recordings."""
    defined = np.ones(len(PERSON), np.bool_)
    return [
        Capture(f"{action}/{number}", "", action, joints, 1 / _SPACING, defined)
        for action, clips in people.items()
        for number, joints in enumerate(clips)
    ]
