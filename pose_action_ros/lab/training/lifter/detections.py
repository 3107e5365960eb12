"""A 2D detector's keypoints of rendered clips of people, from files of `train detections`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.person import PERSON
from pose_action_ros.lab.training.lifter.views import Views, about, exact_rays
from pose_action_ros.settings import names_of
from pose_action_ros.skeletons import COCO_18

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]
Generator = np.random.Generator

_SECTORS = 16  # of the direction that a person faces, relative to the camera
_LEFT, _RIGHT = PERSON.index("left_shoulder"), PERSON.index("right_shoulder")
_STRIDES, _STRIDE_SHARES = (1, 2, 3), (0.7, 0.2, 0.1)  # images of a clip from one to the next
_NEWEST_ONLY, _LOST = 0.2, 0.05


@dataclass(frozen=True, eq=False)
class Columns:
    """One row for each detected person in an image; see rendering.make_detections."""

    joints: Array
    rays: Array
    scores: Array
    defined: Flags
    scene: Indices
    image: Indices
    action: npt.NDArray[np.str_]
    split: npt.NDArray[np.str_]


class Detections:
    """Detected people with ground truth, in clips.

    Args:
        columns: of people.
        interval: between the images of a clip [s].

    Attributes:
        columns: see Columns.
        actions: (R,) of the rows, with the prefix RECORDED for recorded people.
    """

    def __init__(self, columns: Columns, interval: float) -> None:
        self.columns, self._interval = columns, interval
        self.actions = columns.action
        images = int(columns.image.max(initial=0)) + 1
        self._table = np.full((int(columns.scene.max(initial=-1)) + 1, images), -1)
        self._table[columns.scene, columns.image] = np.arange(len(self))
        self._facing = _facing(columns.joints)

    def __len__(self) -> int:
        return len(self.actions)

    def windows(self, rows: Indices, images: int, strides: Indices | None = None) -> Views:
        """People in rows (N,) and in the detected images of the same clips before them.

        Args:
            rows: of the newest images.
            images: number M of images in a window.
            strides: (N,) images of the clip from one to the next in the window; 1 when None.
        """
        columns, steps = self.columns, np.arange(images)
        step = np.ones(len(rows), np.intp) if strides is None else strides
        before = columns.image[rows, None] - step[:, None] * steps  # (N, M)
        found = self._table[columns.scene[rows, None], np.maximum(before, 0)]
        present = (before >= 0) & (found >= 0)
        found = np.where(present, found, rows[:, None])
        times = np.where(present, -self._interval * step[:, None] * steps, np.nan)
        rays = np.where(present[..., None, None], columns.rays[found], np.nan)
        scores = np.where(present[..., None], columns.scores[found], 0.0)
        return Views(columns.joints[found], rays, scores, times, columns.defined[rows])

    def draw(self, count: int, images: int, rng: Generator) -> Views:
        """Draw random detections, half of them mirrored, with a slightly rolled camera."""
        rows = rng.integers(len(self), size=count)
        views = self.windows(rows, images, random_strides(count, rng))
        views = _mirror(without_images(views, rng), rng.random(count) < 0.5)
        rolls = about(rng.normal(0.0, np.radians(4), count), 0, 1).astype(views.joints.dtype)
        turn = rolls.transpose(0, 2, 1)[:, None]
        rays = views.rays @ turn[..., :2, :2]
        return Views(views.joints @ turn, rays, views.scores, views.times, views.defined)

    def transplant(self, views: Views, strides: Indices, rng: Generator) -> Views:
        """Add the errors of detections to exact views of other people with a similar facing.

        A joint that is missing in either is missing in the result, and so is an image; the others
        have the same displacement in metres as in the same image of the detections.

        Args:
            views: at the times of `times_of`.
            strides: (N,) of these times.
            rng: source of randomness.
        """
        donors = self.windows(self._similar(views, rng), views.times.shape[1], strides)
        donors = _mirror(donors, _left_is_farther(donors.joints) != _left_is_farther(views.joints))
        depths = donors.joints[:, :, :1, 2:] / np.maximum(views.joints[:, :, :1, 2:], 0.1)
        rays = views.rays + (donors.rays - exact_rays(donors.joints)) * depths
        finite = np.isfinite(rays).all(axis=-1)
        scores = np.where(finite, views.scores * donors.scores, 0.0)
        return Views(views.joints, rays, scores, views.times + 0 * donors.times, views.defined)

    def times_of(self, strides: Indices, images: int) -> Array:
        """(N, M) times [s] of images with strides (N,) in the clips, see Views."""
        return np.asarray(-self._interval * strides[:, None] * np.arange(images))

    def _similar(self, views: Views, rng: Generator) -> Indices:
        """(N,) random rows with the facing of the views' people or its mirror image."""
        others = _facing(views.joints[:, 0])
        chosen = rng.integers(len(self), size=len(others))
        for sector in range(_SECTORS // 2 + 1):
            candidates = np.flatnonzero(self._facing == sector)
            rows = np.flatnonzero(others == sector)
            if len(candidates):
                chosen[rows] = rng.choice(candidates, len(rows))
        return chosen


def random_strides(count: int, rng: Generator) -> Indices:
    """Draw strides (count,), see Detections.windows."""
    return rng.choice(_STRIDES, count, p=_STRIDE_SHARES)


def without_images(views: Views, rng: Generator) -> Views:
    """Remove all images but the newest from a share of the views, and a few others."""
    lost = rng.random(views.times.shape) < _LOST
    lost |= rng.random((len(views), 1)) < _NEWEST_ONLY
    lost[:, 0] = False
    times = np.where(lost, np.nan, views.times)
    return Views(views.joints, views.rays, views.scores, times, views.defined)


def read_detections(paths: str, split: str) -> Detections | None:
    """Read the detections of a split, see people.TRAIN, from files separated by commas.

    Returns:
        None for an empty text.

    Raises:
        InputError: a file is missing or is not one of `train detections`.
    """
    names = names_of(paths)
    if not names:
        return None
    parts, rates, scenes = [], set(), 0
    for name in names:
        columns, rate = _read(Path(name))
        rates.add(rate)
        columns["scene"] = columns["scene"] + scenes
        scenes = int(columns["scene"].max(initial=-1)) + 1
        rows = columns["split"] == split
        parts.append({name: values[rows] for name, values in columns.items()})
    if len(rates) > 1:
        raise InputError(f"{paths}: got clips of {sorted(rates)} Hz, expected one rate")
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Detections(Columns(**joined), 1 / rates.pop())


def _read(path: Path) -> tuple[dict[str, npt.NDArray[np.generic]], float]:
    """Columns and image rate of one file."""
    names = [item.name for item in fields(Columns)]
    try:
        with np.load(path) as file:
            return {name: file[name] for name in names}, float(file["rate"])
    except (OSError, KeyError, ValueError, IndexError, BadZipFile) as error:
        raise InputError(
            f"{path} is no file of detections ({', '.join(names)} and rate in an .npz): {error!r}; "
            "make one with `pose-action train detections`"
        ) from error


def _facing(joints: Array) -> Indices:
    """(N,) sector of the direction that people face, the same for their mirror images."""
    across = joints[:, _LEFT] - joints[:, _RIGHT]
    angle = np.abs(np.arctan2(across[:, 2], across[:, 0]))  # 0 to pi, 0 facing the camera
    sectors: Indices = (angle / (2 * np.pi) * _SECTORS).astype(np.intp)
    return sectors


def _left_is_farther(joints: Array) -> Flags:
    """(N,) true where the left shoulder is farther from the camera in the newest image."""
    left: Flags = joints[:, 0, _LEFT, 2] > joints[:, 0, _RIGHT, 2]
    return left


def _mirror(views: Views, flip: Flags) -> Views:
    """Mirror the views where flip (N,) is true."""
    axes = np.array([-1.0, 1.0, 1.0], views.joints.dtype)
    chosen = flip[:, None, None, None]
    return Views(
        np.where(chosen, views.joints[:, :, PERSON.mirror] * axes, views.joints),
        np.where(chosen, views.rays[:, :, COCO_18.mirror] * axes[:2], views.rays),
        np.where(flip[:, None, None], views.scores[:, :, COCO_18.mirror], views.scores),
        views.times,
        np.where(flip[:, None], views.defined[:, PERSON.mirror], views.defined),
    )
