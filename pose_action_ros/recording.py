"""Recordings of one person's poses, and their files, which NumPy alone reads.

A file is an .npz without pickled objects, made by numpy.savez_compressed, with these arrays for T
images and J joints::

    format () "pose_action_recording" · version () 1
    skeleton () name of the joint order, as in skeletons.py · joints (J,) names of the joints
    stamps (T,) float64 [s], rising; images in which the person was not seen are left out
    points (T, J, 3) float32 [m], the camera's optical frame (x right, y down); NaN where missing
    scores (T, J) float32, 0 to 1; 0 where missing
    placed () bool: points are positions in the camera frame, otherwise offsets from the root joint
    label () what the person does; empty when nobody has said
    person_id () the tracker's number · source () name of the file or camera, without folders
    rate () images per second of the source; NaN when not known

Two people of one source are two recordings with the stamps of the same clock.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError, SettingError
from pose_action_ros.skeletons import Skeleton, skeleton_named

Array = npt.NDArray[np.float64]

FORMAT, VERSION = "pose_action_recording", 1
SUFFIX = ".npz"

_LABEL = re.compile(r"[a-z0-9_]+")
_DAMAGED = (
    OSError,
    EOFError,
    LookupError,
    RuntimeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What NumPy and zipfile raise for what is no .npz, only a part of one, or damaged."""


@dataclass(frozen=True, eq=False)
class PoseRecording:
    """One person over time. Arrays are copied in and read-only.

    Attributes:
        skeleton: joint order.
        stamps: (T,) [s], rising.
        points: (T, J, 3) [m], optical frame; NaN where missing.
        scores: (T, J) 0 to 1; 0 where missing.
        label: what the person does; empty when nobody has said.
        person_id: the tracker's number.
        source: name of the file or camera, without folders.
        placed: True when points are positions in the camera frame, False when they are offsets
            from the skeleton's root joint.
        rate: images per second of the source, where it is known.

    Raises:
        InputError: shapes do not fit, fewer than two images, stamps that are missing or do not
            rise, no joint in any image, or not a label.
    """

    skeleton: Skeleton
    stamps: Array
    points: Array
    scores: Array
    label: str = ""
    person_id: int = 0
    source: str = ""
    placed: bool = False
    rate: float | None = None

    def __post_init__(self) -> None:
        stamps = np.array(self.stamps, dtype=np.float64)
        points = np.array(self.points, dtype=np.float64)
        scores = np.array(self.scores, dtype=np.float64)
        _check_shapes(self.skeleton, stamps, points, scores)
        _check_stamps(stamps)
        missing = ~np.isfinite(points).all(axis=-1) | ~(scores > 0)
        if missing.all():
            raise InputError("no joint is known in any image: there is no person to learn from")
        points[missing], scores[missing] = np.nan, 0.0
        np.minimum(scores, 1.0, out=scores)
        if self.label:
            checked_label(self.label)
        for name, array in (("stamps", stamps), ("points", points), ("scores", scores)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.stamps)

    @property
    def seconds(self) -> float:
        """Time from the first to the last image [s]."""
        return float(self.stamps[-1] - self.stamps[0])


def checked_label(label: str) -> str:
    """The label, when it is one.

    Raises:
        InputError: other than lower-case letters, digits and underscores.
    """
    if not _LABEL.fullmatch(label):
        raise InputError(
            f"got the label {label!r}, expected lower-case letters, digits and underscores, "
            "such as waving_left"
        )
    return label


def _check_shapes(skeleton: Skeleton, stamps: Array, points: Array, scores: Array) -> None:
    count, joints = len(stamps) if stamps.ndim else 0, len(skeleton)
    got = (stamps.shape, points.shape, scores.shape)
    if got != ((count,), (count, joints, 3), (count, joints)):
        raise InputError(
            f"got stamps {got[0]}, points {got[1]} and scores {got[2]}, expected (T,), "
            f"(T, {joints}, 3) and (T, {joints}) for skeleton {skeleton.name!r}"
        )


def _check_stamps(stamps: Array) -> None:
    if len(stamps) < 2:
        raise InputError(f"got {len(stamps)} images, expected at least 2: record for longer")
    if not np.isfinite(stamps).all():
        raise InputError("got stamps that are not numbers, expected seconds")
    late = np.flatnonzero(np.diff(stamps) <= 0)
    if len(late):
        before, after = stamps[late[0]], stamps[late[0] + 1]
        raise InputError(f"stamps must rise, but {after} s follows {before} s")


def save_recording(path: Path, recording: PoseRecording) -> None:
    """Write a recording; the file is there whole or not at all, an older one is replaced.

    Raises:
        SettingError: the name does not end in .npz, or it cannot be written.
    """
    if path.suffix != SUFFIX:
        raise SettingError(f"got the name {path.name!r} for a recording, expected one in {SUFFIX}")
    unfinished = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            _write(file, recording)
        unfinished.replace(path)
    except OSError as error:
        raise SettingError(f"cannot write {path}: {error.strerror}") from error
    finally:
        _remove(unfinished)


def _remove(path: Path) -> None:
    """Nothing of a file that could not be written stays; where nothing can be, nothing is."""
    if path.is_file():
        path.unlink()


def _write(file: IO[bytes], recording: PoseRecording) -> None:
    np.savez_compressed(
        file,
        format=np.array(FORMAT),
        version=np.array(VERSION),
        skeleton=np.array(recording.skeleton.name),
        joints=np.array(recording.skeleton.joints),
        stamps=recording.stamps,
        points=recording.points.astype(np.float32),
        scores=recording.scores.astype(np.float32),
        placed=np.array(recording.placed),
        label=np.array(recording.label),
        person_id=np.array(recording.person_id),
        source=np.array(recording.source),
        rate=np.array(np.nan if recording.rate is None else recording.rate),
    )


def load_recording(path: Path) -> PoseRecording:
    """Read a recording.

    Raises:
        InputError: it is missing, damaged, no recording, of a newer version or an unknown
            skeleton, or what it says is no recording of a person (see PoseRecording); names the
            file.
    """
    try:
        return _recording(_arrays(path))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _arrays(path: Path) -> Mapping[str, npt.NDArray[Any]]:
    """All arrays of a file that says that it is a recording of this version."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
            kind, version = str(content["format"]), int(content["version"])
            if kind == FORMAT and version == VERSION:
                return {name: content[name] for name in content.files}
    except FileNotFoundError:
        raise InputError("there is no such file") from None
    except (*_DAMAGED, TypeError, AttributeError) as error:  # the last two: an .npy
        raise InputError(f"no recording, or damaged ({error}); record it again") from error
    if kind == FORMAT and version > VERSION:
        raise InputError(
            f"version {version} of the format, this pose_action_ros reads {VERSION}: update it"
        )
    raise InputError(f"got format {kind!r}, version {version}, expected {FORMAT!r}, {VERSION}")


def _recording(arrays: Mapping[str, npt.NDArray[Any]]) -> PoseRecording:
    try:
        rate = float(arrays["rate"])
        return PoseRecording(
            skeleton=skeleton_named(str(arrays["skeleton"])),
            stamps=arrays["stamps"],
            points=arrays["points"],
            scores=arrays["scores"],
            label=str(arrays["label"]),
            person_id=int(arrays["person_id"]),
            source=str(arrays["source"]),
            placed=bool(arrays["placed"]),
            rate=rate if np.isfinite(rate) else None,
        )
    except InputError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"the recording is not complete ({error}); record it again") from error


def load_recordings(folder: Path) -> list[PoseRecording]:
    """All recordings in a folder and the folders below, in the order of their paths.

    Raises:
        InputError: there are none, or one of them cannot be used; see load_recording.
    """
    paths = sorted(folder.rglob(f"*{SUFFIX}"))
    if not paths:
        raise InputError(
            f"no recordings (*{SUFFIX}) in {folder}; make some with: pose-action record"
        )
    return [load_recording(path) for path in paths]
