"""Lifters measured on people of any data set: `pose-action evaluate lifter --data`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from pose_action_ros.errors import InputError, SettingError
from pose_action_ros.lab.datasets.capture import Capture, check_subject
from pose_action_ros.lab.datasets.open import HUMAN36M, RECORDING, kind_of, read_captures
from pose_action_ros.lab.evaluation.camera_shots import human36m_shots, recording_shots
from pose_action_ros.lab.evaluation.lifter_poses import Lifts, Truth
from pose_action_ros.lab.evaluation.lifter_report import (
    DETECTED,
    LifterReport,
    Row,
    lifter_report,
)
from pose_action_ros.lab.evaluation.lifter_report import (
    EXACT as EXACT_2D,
)
from pose_action_ros.lab.evaluation.postures import views
from pose_action_ros.lab.evaluation.rendered_shots import rendered_shots
from pose_action_ros.lab.evaluation.settings import DETECTOR, EXACT, FILES, NEWEST, LifterRun
from pose_action_ros.lab.evaluation.shots import Shot, takes_of
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.lifting.normalisation import STANDARD_HEIGHT
from pose_action_ros.settings import names_of

Array = npt.NDArray[np.float64]

_SHOTS: Mapping[str, Callable[[Path, LifterRun], Iterator[Shot]]] = {
    HUMAN36M: human36m_shots,
    RECORDING: recording_shots,
}
"""Kinds of data with cameras; captures of all others come before virtual cameras."""
_KEYPOINTS: Mapping[str, str] = {EXACT: EXACT_2D, DETECTOR: DETECTED, FILES: "2D of the files"}


def measure_lifters(
    models: Sequence[str], paths: Sequence[Path], settings: LifterRun
) -> LifterReport:
    """Measure model files on the people of data sets, in their true sizes.

    Args:
        models: names or paths of lifters; the first is the one of comparison.
        paths: of data sets.
        settings: of the views.

    Raises:
        InputError, SettingError: no data, of an unknown kind, or without such keypoints.
        ModelError, EngineError: a model is missing or cannot be loaded.
    """
    lifters = {name: Lifter(LifterSettings(lifter_model=name)) for name in models}
    shots = {path: shots_of(path, settings) for path in paths}
    truth = truth_of({path.stem: found for path, found in shots.items()})
    every = [shot for found in shots.values() for shot in found]
    keypoints = _KEYPOINTS[settings.keypoints]
    if settings.images == NEWEST:
        keypoints += ", newest image"
    predictions = {
        Row(name, keypoints): [lifts_of(lifter, every, settings.images == NEWEST)]
        for name, lifter in lifters.items()
    }
    return lifter_report(truth, predictions, models[0])


def shots_of(path: Path, settings: LifterRun) -> list[Shot]:
    """All shots of a data set.

    Raises:
        InputError, SettingError: see measure_lifters.
    """
    kind = kind_of(path)
    if kind in _SHOTS:
        if settings.keypoints == DETECTOR:
            raise SettingError(
                f"{path}: {kind} has no motion for the renderer, expected keypoints "
                f"{EXACT!r} or {FILES!r}"
            )
        shots = list(_SHOTS[kind](path, settings))
    elif settings.keypoints == FILES:
        raise SettingError(
            f"{path}: {kind} has no keypoints, expected keypoints {EXACT!r} or {DETECTOR!r}"
        )
    else:
        names = Path(settings.joint_names) if settings.joint_names else None
        captures = _chosen(read_captures(path, names), settings.subjects)
        takes = list(takes_of(captures, settings, settings.images_each))
        if settings.keypoints == DETECTOR:
            shots = list(rendered_shots(takes))
        else:
            shots = [take.shot(take.exact()) for take in takes]
    if not shots:
        raise InputError(f"{path}: got no people, expected at least one")
    return shots


def _chosen(captures: Sequence[Capture], subjects: str) -> list[Capture]:
    """The recordings of some subjects, separated by commas; all for an empty text.

    Raises:
        SettingError: there is no such subject; lists them.
    """
    names = set(names_of(subjects))
    for name in names:
        check_subject({one.subject for one in captures}, name)
    return [one for one in captures if not names or one.subject in names]


def truth_of(shots: Mapping[str, Sequence[Shot]]) -> Truth:
    """The truth of shots by data set, in order; by data set, posture, view, subject, action."""
    every = [shot for found in shots.values() for shot in found]
    sets = [name for name, found in shots.items() for _ in found]
    sizes = [len(shot) for shot in every]

    def column(values: Sequence[str]) -> npt.NDArray[np.str_]:
        return np.repeat(np.array(values), sizes)

    groups = {
        "data": column(sets),
        "posture": np.concatenate([shot.postures for shot in every]),
        "view": np.concatenate([views(shot.joints) for shot in every]),
        "subject": column([shot.subject or "unknown" for shot in every]),
        "action": column([shot.action for shot in every]),
    }
    return Truth(
        joints=np.concatenate([shot.joints for shot in every]),
        groups=groups,
        defined=np.repeat([shot.defined for shot in every], sizes, axis=0),
        tracks=np.repeat(np.arange(len(every)), sizes),
        stamps=np.concatenate([shot.stamps for shot in every]),
    )


def lifts_of(lifter: Lifter, shots: Sequence[Shot], newest: bool) -> Lifts:
    """Poses of the people of all shots at their true standing heights.

    Args:
        lifter: to measure.
        shots: of people.
        newest: True for poses from single images, False for those from all images so far.
    """
    parts = []
    for shot in tqdm(shots, desc="lifter", unit="shot"):
        keypoints = shot.keypoints[..., :2], shot.keypoints[..., 2], shot.intrinsics
        lifted = lifter.lift(*keypoints) if newest else lifter.lift_track(*keypoints, shot.stamps)
        joints = lifted.joints * (shot.height / STANDARD_HEIGHT)
        parts.append(Lifts(joints, lifted.scores, lifted.known))
    return Lifts(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0]))
    )
