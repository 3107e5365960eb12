"""Missing parts of a copy of Human3.6M, which has two sequences of each action in four cameras."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator

from pose_action_ros.lab.datasets.human36m.recordings import ACTIONS, DAMAGED, CameraRecording

_LOG = logging.getLogger(__name__)

_SEQUENCES, _CAMERAS = 2, 4


def inventoried(
    recordings: Iterable[CameraRecording], *, detections: bool
) -> Iterator[CameraRecording]:
    """Pass recordings of whole subjects on; one warning names what is missing after the last one.

    Args:
        recordings: by subject.
        detections: whether a recording without detections counts as missing.
    """
    subjects: dict[int, dict[tuple[str, str], set[str]]] = {}
    for one in recordings:
        cameras = subjects.setdefault(one.subject, defaultdict(set))[one.action, one.sequence]
        if not detections or one.detected is not None:
            cameras.add(one.camera.name)
        yield one
    groups: dict[str, list[str]] = {}
    for subject, sequences in subjects.items():
        if found := ", ".join(_missing(subject, sequences)):
            groups.setdefault(found, []).append(f"S{subject}")
    if groups:
        text = "; ".join(f"{', '.join(names)}: {found}" for found, names in groups.items())
        _LOG.warning("this copy of Human3.6M is incomplete, missing are %s", text)


def _missing(subject: int, sequences: dict[tuple[str, str], set[str]]) -> Iterator[str]:
    """Names of what is missing of one subject, from the cameras of its actions and sequences."""
    for action in ACTIONS:
        own = {
            sequence: cameras for (name, sequence), cameras in sequences.items() if name == action
        }
        # VideoPose3D leaves the whole sequence with the damaged video out.
        expected = _SEQUENCES - ((subject, action) == DAMAGED[:2])
        if len(own) < expected:
            yield f"{action} ({expected - len(own)} of {_SEQUENCES} sequences)"
        for sequence, cameras in own.items():
            count = _CAMERAS - ((subject, sequence) == DAMAGED[:2] and DAMAGED[2] not in cameras)
            if len(cameras) < count:
                yield f"{sequence} ({count - len(cameras)} of {_CAMERAS} cameras)"
