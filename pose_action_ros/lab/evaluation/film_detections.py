"""Detections of films, kept in files: the detector, the expensive stage, runs once for each film.

A file is named by the content of the film and by the settings of the detector, so that a moved film
is found again, and another detector has files of its own. Arrays of a file: stamps (F,) [s], counts
(F,) of people in each image, joints (P, J, 3) x, y [px] and score, scores (P,) of the people, size
(2,) of the images [px], rate [Hz], and the name of the skeleton.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros import __version__
from pose_action_ros.arrays import SUFFIX, read_arrays
from pose_action_ros.detection import Detector, DetectorSettings, make_detector
from pose_action_ros.errors import InputError, SettingError
from pose_action_ros.models.card import sha256_of
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import Skeleton, skeleton_named
from pose_action_ros.sources import SourceSettings, open_source

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

_WITHOUT_EFFECT = ("detector_threads",)
"""Settings that change the time, not the result."""


@dataclass(frozen=True, eq=False)
class FilmDetections:
    """The people that a detector finds in each image of a film; they have no ids yet.

    Attributes:
        size: width and height of the images [px].
        rate: images per second.
        stamps: (F,) times of the images [s].
        counts: (F,) number of people in each image.
        joints: (P, J, 3) x, y [px] and score of the people of all images in order.
        scores: (P,) scores of the people.
        skeleton: joint order.
    """

    size: tuple[int, int]
    rate: float
    stamps: Array
    counts: Numbers
    joints: Array
    scores: Array
    skeleton: Skeleton

    def images(self) -> Iterator[tuple[float, tuple[Pose2D, ...]]]:
        """Time [s] and people of each image."""
        ends = np.cumsum(self.counts)
        for stamp, first, last in zip(self.stamps, ends - self.counts, ends, strict=True):
            people = tuple(
                Pose2D(self.skeleton, joints[:, :2], joints[:, 2], score=float(score))
                for joints, score in zip(
                    self.joints[first:last], self.scores[first:last], strict=True
                )
            )
            yield float(stamp), people


class FilmDetector:
    """Detects the people in films, or reads what an earlier run found.

    Args:
        settings: of the detector.
        cache: folder of the files; None to keep nothing.

    Raises:
        SettingError: the folder cannot be written.
    """

    def __init__(self, settings: DetectorSettings, cache: Path | None = None) -> None:
        self._settings, self._cache = settings, cache
        self._detector: Detector | None = None
        if cache is not None:
            try:
                cache.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise SettingError(f"cannot write into {cache}: {error}") from error

    def __call__(self, film: Path) -> FilmDetections:
        """All detections of a film.

        Raises:
            SourceError: the film cannot be read.
            ModelError, EngineError: the detector cannot be loaded, or failed.
        """
        if self._cache is None:
            return self._detect(film)
        path = self._cache / f"{sha256_of(film)[:32]}_{_digest(self._settings)}{SUFFIX}"
        if path.is_file():
            try:
                return _read(path)
            except (InputError, KeyError, ValueError):
                path.unlink()  # written by an interrupted run, or damaged
        found = self._detect(film)
        _write(path, found)
        return found

    def _detect(self, film: Path) -> FilmDetections:
        if self._detector is None:
            self._detector = make_detector(self._settings)
        detector = self._detector
        detector.reset()
        stamps, people, size = [], [], (0, 0)
        with closing(open_source(SourceSettings(source=str(film)))) as source:
            for frame in source:
                size = frame.image.shape[1], frame.image.shape[0]
                stamps.append(frame.stamp)
                people.append(detector(frame.image))
            return _joined(size, source.rate, stamps, people, detector.skeleton)


def _joined(
    size: tuple[int, int],
    rate: float,
    stamps: Sequence[float],
    images: Sequence[Sequence[Pose2D]],
    skeleton: Skeleton,
) -> FilmDetections:
    people = [person for image in images for person in image]
    joints = [np.column_stack([person.points, person.scores]) for person in people]
    return FilmDetections(
        size=size,
        rate=rate,
        stamps=np.array(stamps),
        counts=np.array([len(image) for image in images], dtype=np.int64),
        joints=np.array(joints).reshape(-1, len(skeleton), 3),
        scores=np.array([person.score for person in people]),
        skeleton=skeleton,
    )


def _digest(settings: DetectorSettings) -> str:
    """Digest of the detector's settings, of its model file if one is named, and of the version."""
    values = {item.name: getattr(settings, item.name) for item in fields(DetectorSettings)}
    values = {name: value for name, value in values.items() if name not in _WITHOUT_EFFECT}
    model = Path(settings.detector_model)
    values["content"] = sha256_of(model) if model.is_file() else ""
    text = json.dumps([__version__, values], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _write(path: Path, found: FilmDetections) -> None:
    unfinished = path.with_suffix(".part")
    values = {**vars(found), "skeleton": found.skeleton.name}
    with unfinished.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **values)
    unfinished.replace(path)


def _read(path: Path) -> FilmDetections:
    arrays = read_arrays(path)
    width, height = arrays["size"].tolist()
    return FilmDetections(
        size=(int(width), int(height)),
        rate=float(arrays["rate"]),
        stamps=arrays["stamps"],
        counts=arrays["counts"],
        joints=arrays["joints"],
        scores=arrays["scores"],
        skeleton=skeleton_named(str(arrays["skeleton"])),
    )
