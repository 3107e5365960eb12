"""The published protocol on Human3.6M, as Martinez et al. 2017 set it: subjects, joints, scaling.

2D: 16 joints [px]. 3D: 16 joints in the camera's frame, relative to the hip, which is the 17th and
zero. The networks z-score both with the statistics of the training subjects, each dimension on its
own (networks.standardise).
Error: MPJPE over the 17 joints (protocol 1), after alignment of each pose (protocol 2).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.human36m import KEYPOINTS, Recording
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]

TRAIN_SUBJECTS = (1, 5, 6, 7, 8)
TEST_SUBJECTS = (9, 11)

_INPUTS = 2 * len(KEYPOINTS)
_TARGETS = 3 * (len(HUMAN36M_17) - 1)


@dataclass(frozen=True, eq=False)
class Samples:
    """Frames of recordings, each by itself.

    Attributes:
        exact: (N, 32) [px] keypoints as the camera sees them.
        detected: (N, 32) [px] as a detector found them, NaN where it did not.
        targets: (N, 48) [m] joints relative to the hip.
        actions: (N,) names.
        subjects: (N,) numbers.
        cameras: (N,) names.
    """

    exact: Array
    detected: Array
    targets: Array
    actions: npt.NDArray[np.str_]
    subjects: npt.NDArray[np.int64]
    cameras: npt.NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.targets)

    def rows(self, chosen: npt.NDArray[np.intp]) -> Samples:
        """Those at these places."""
        return Samples(**{name: values[chosen] for name, values in vars(self).items()})

    def with_detections(self) -> Samples:
        """Those of which all 16 joints were detected."""
        return self.rows(_finite(self.detected))


def samples_of(recordings: Iterable[Recording]) -> Samples:
    """The frames of recordings whose 3D pose is known.

    Raises:
        InputError: there are none.
    """
    parts = [_samples(recording) for recording in recordings]
    if not parts:
        raise InputError("got no recordings, expected at least one; check subjects and folder")
    found = Samples(
        **{name: np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])}
    )
    return found.rows(_finite(np.hstack([found.targets, found.exact])))


def poses_of(targets: Array) -> Array:
    """(N, 17, 3) [m] HUMAN36M_17 poses, the hip zero, of targets (N, 48)."""
    if targets.ndim != 2 or targets.shape[1] != _TARGETS:
        raise InputError(f"got targets {targets.shape}, expected (N, {_TARGETS})")
    others = targets.reshape(len(targets), -1, 3)  # (N, 16, 3)
    return np.concatenate([np.zeros((len(targets), 1, 3)), others], axis=1)


def _samples(recording: Recording) -> Samples:
    count = len(recording.joints)
    exact = recording.exact_keypoints.reshape(count, _INPUTS)
    detected = np.full_like(exact, np.nan)
    if recording.detected is not None:
        detected = recording.detected.reshape(count, _INPUTS)
    roots = recording.joints[:, 0]
    return Samples(
        exact=exact,
        detected=detected,
        targets=(recording.joints[:, 1:] - roots[:, None]).reshape(count, _TARGETS),
        actions=np.full(count, recording.action),
        subjects=np.full(count, recording.subject),
        cameras=np.full(count, recording.camera.name),
    )


def _finite(rows: Array) -> npt.NDArray[np.intp]:
    """Places of rows without NaN."""
    return np.flatnonzero(np.isfinite(rows).all(axis=1))
