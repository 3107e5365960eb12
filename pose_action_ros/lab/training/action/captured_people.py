"""People of motion capture recordings: their labels, their split, excerpts before a camera.

Recordings without a label of the package, and those of several actions in turn, are named OTHER,
which is no action; those with an unknown action are omitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.bodies import on_bodies, random_lengths
from pose_action_ros.lab.datasets.capture import Capture, check_subject
from pose_action_ros.lab.datasets.cmu import read_positions
from pose_action_ros.lab.datasets.mocap_npz import read_mocap
from pose_action_ros.lab.datasets.open import BVH, MOCAP, POSITIONS, kind_of, read_captures
from pose_action_ros.lab.datasets.person import PERSON
from pose_action_ros.lab.datasets.simulated import figure_of
from pose_action_ros.lab.training.action.framing import View
from pose_action_ros.lab.training.lifter.clips import fitted_body
from pose_action_ros.settings import names_of
from pose_action_ros.simulation import Body
from pose_action_ros.simulation.kinematics import Posed

Array = npt.NDArray[np.float64]
Rng = np.random.Generator

OTHER: Final = "other"
AMBIGUOUS: Final = "ambiguous"
POSITION_LABELS: Final = {
    "walking": "walking",
    "walking_extra": "walking",
    "running": "running",
    "basketball_signal": OTHER,
    "directing_traffic": OTHER,
    "washwindow": OTHER,
}
"""Label by action of CMU's file of positions; people who play games walk, run and jump in turn."""
CAPTURE_SECONDS: Final = 8.0
"""Longest excerpt of a recording [s]."""
_OWN_BONES: Final = 0.5  # share of people with the recorded bones; others get a random body's
_SOLE: Final = (0.05, 0.12)  # [m] from the floor to the lowest joint
_SHOULDERS, _HIPS = (
    [PERSON.index(f"{side}_{part}") for side in ("left", "right")] for part in ("shoulder", "hip")
)


@lru_cache(maxsize=8)
def read_people(files: str, validation: str, test: str) -> dict[str, tuple[Capture, ...]]:
    """Recordings by part: train, validation and test; `action` is a label, or OTHER.

    Args:
        files: joint positions (.npz), CMU's positions, or folders of .bvh files, separated by
            commas. CMU's positions name no subjects; their own split tells recordings for training
            and for testing apart. People in .bvh files do none of the actions.
        validation: subjects, separated by commas.
        test: the same.

    Raises:
        InputError: a file is missing or of another kind.
        SettingError: a subject is in none of the files.
    """
    parts: dict[str, list[Capture]] = {"train": [], "validation": [], "test": []}
    split = dict.fromkeys(names_of(validation), "validation")
    split |= dict.fromkeys(names_of(test), "test")
    subjects = set()
    for path in map(Path, names_of(files)):
        kind = kind_of(path)
        if kind == POSITIONS:
            for part in ("train", "test"):
                parts[part] += _labelled_positions(path, part)
        elif kind == MOCAP:
            for one in read_mocap(path):
                subjects.add(one.subject)
                if one.action != AMBIGUOUS:
                    parts[split.get(one.subject, "train")].append(one)
        elif kind == BVH:
            for one in read_captures(path):
                subjects.add(one.subject)
                parts[split.get(one.subject, "train")].append(replace(one, action=OTHER))
        else:
            raise InputError(f"{path}: got {kind}, expected {MOCAP}, {POSITIONS} or {BVH}")
    for subject in split:
        check_subject(subjects, subject)
    return {part: tuple(some) for part, some in parts.items()}


def _labelled_positions(path: Path, part: str) -> list[Capture]:
    return [
        replace(one, action=POSITION_LABELS[one.action])
        for one in read_positions(path, part)
        if one.action in POSITION_LABELS
    ]


def excerpt(captures: Sequence[Capture], rng: Rng, length: float = CAPTURE_SECONDS) -> Capture:
    """Draw a part of a recording of at most `length` [s].

    A label is as likely as the root of its time is long.
    """
    times: dict[str, float] = {}
    for one in captures:
        times[one.action] = times.get(one.action, 0.0) + len(one.joints) / one.rate
    shares = np.sqrt(list(times.values()))
    label = str(rng.choice(list(times), p=shares / shares.sum()))
    some = [one for one in captures if one.action == label]
    one = some[int(rng.integers(len(some)))]
    count = min(len(one.joints), int(length * one.rate))
    first = int(rng.integers(len(one.joints) - count + 1))
    return replace(one, joints=one.joints[first : first + count])


def posed_excerpt(capture: Capture, stamps: Array, view: View, rng: Rng) -> tuple[Body, Posed]:
    """A body and its figures (T moments) of a recording at stamps (T,) [s], before a camera.

    The person begins at the origin with the heading of the view. The way across the floor is
    reduced, which stands for a robot that turns towards the person.
    """
    times = np.arange(len(capture.joints)) / capture.rate
    flat = capture.joints.reshape(len(times), -1)
    joints = np.stack([np.interp(stamps, times, column) for column in flat.T], axis=-1)
    joints = joints.reshape(len(stamps), -1, 3)
    if rng.random() >= _OWN_BONES:
        joints = on_bodies(joints, random_lengths(rng, 1)[0])
    joints = _turned(joints, view.heading)
    joints[..., :2] -= rng.uniform(0.6, 1.0) * (joints[:, :1, :2] - joints[:1, :1, :2])
    joints -= [*joints[0, PERSON.root, :2], joints[..., 2].min() - rng.uniform(*_SOLE)]
    body = fitted_body(Body.random(rng), joints)
    return body, figure_of(body, joints)


def _turned(joints: Array, heading: float) -> Array:
    """Joints (T, 21, 3) turned about z so that the person has the heading [rad] at first."""
    across = (joints[0, [_SHOULDERS[0], _HIPS[0]]] - joints[0, [_SHOULDERS[1], _HIPS[1]]]).sum(0)
    angle = heading - float(np.arctan2(-across[0], across[1]))
    cosine, sine = np.cos(angle), np.sin(angle)
    matrix = np.array([[cosine, sine], [-sine, cosine]])
    return np.concatenate([joints[..., :2] @ matrix, joints[..., 2:]], axis=-1)
