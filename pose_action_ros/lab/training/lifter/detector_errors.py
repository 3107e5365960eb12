"""The real errors of a 2D detector, from a file of `pose-action train detections`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.person import PERSON, SEEN
from pose_action_ros.lab.training.lifter.views import Views
from pose_action_ros.skeletons import COCO_18

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Generator = np.random.Generator

_FACINGS = 16  # sectors of the direction a person faces, seen from the camera
_LEFT, _RIGHT = PERSON.index("left_shoulder"), PERSON.index("right_shoulder")


@dataclass(frozen=True, eq=False)
class Detections:
    """People whose truth is known, as a detector saw them.

    Attributes:
        views: of M people.
        actions: (M,) what they do, RECORDED before it when recorded.
    """

    views: Views
    actions: npt.NDArray[np.str_]


def read_detections(path: str, split: str) -> Detections | None:
    """Detections of the scenes of a split, "train" or "test"; None for an empty path.

    Raises:
        InputError: the file is missing or is not one of `train detections`.
    """
    if not path:
        return None
    try:
        with np.load(Path(path)) as file:
            rows = file["test"] == (split == "test")
            joints, rays, scores = (file[name][rows] for name in ("joints", "rays", "scores"))
            actions = file["action"][rows]
    except (OSError, KeyError, ValueError, IndexError, BadZipFile) as error:
        raise InputError(
            f"{path} is no file of detections (joints, rays, scores, action and test in an "
            f".npz): {error!r}; make one with `pose-action train detections`"
        ) from error
    return Detections(Views(joints, rays, scores), actions)


@dataclass(frozen=True, eq=False)
class DetectorErrors:
    """People whose truth is known, as a detector saw them."""

    views: Views

    def draw(self, count: int, rng: Generator) -> Views:
        """Detections at random, half of them mirrored, the camera slightly rolled."""
        taken = self.views[rng.integers(len(self.views), size=count)]
        views = _mirrored(taken, rng.random(count) < 0.5)
        angles = rng.normal(0.0, np.radians(4), count)
        cosine, sine = np.cos(angles)[:, None, None], np.sin(angles)[:, None, None]

        def rolled(points: Array) -> Array:
            x, y = points[..., :1], points[..., 1:2]
            return np.concatenate(
                [cosine * x - sine * y, sine * x + cosine * y, points[..., 2:]], axis=-1
            )

        return Views(rolled(views.joints), rolled(views.rays), views.scores)

    def transplant(self, views: Views, rng: Generator) -> Views:
        """Other people seen exactly, with errors of detections of people who face alike.

        A joint is missing where either lacks it, and is displaced by as many metres as in the
        detection.
        """
        donors = self.views[self._alike(views, rng)]
        donors = _mirrored(donors, _turned_left(donors.joints) != _turned_left(views.joints))
        seen = donors.joints[:, SEEN]
        exact = seen[..., :2] / seen[..., 2:]
        depths = donors.joints[:, :1, 2:] / views.joints[:, :1, 2:]  # (N, 1, 1)
        rays = views.rays + (donors.rays - exact) * depths
        scores = np.where(np.isfinite(rays).all(axis=-1), views.scores * donors.scores, 0.0)
        return Views(views.joints, rays, scores)

    def _alike(self, views: Views, rng: Generator) -> npt.NDArray[np.intp]:
        """(N,) rows of this set who face the camera as the people do, left or right alike."""
        own, wanted = _facing(self.views.joints), _facing(views.joints)
        chosen = rng.integers(len(own), size=len(wanted))
        for sector in range(_FACINGS // 2 + 1):
            candidates, rows = np.flatnonzero(own == sector), np.flatnonzero(wanted == sector)
            if len(candidates):
                chosen[rows] = rng.choice(candidates, len(rows))
        return chosen


def _facing(joints: Array) -> npt.NDArray[np.intp]:
    """(N,) sector of the direction people face; their mirror images have the same."""
    across = joints[:, _LEFT] - joints[:, _RIGHT]
    angle = np.abs(np.arctan2(across[:, 2], across[:, 0]))  # 0 to pi, 0 facing the camera
    sectors: npt.NDArray[np.intp] = (angle / (2 * np.pi) * _FACINGS).astype(np.intp)
    return sectors


def _turned_left(joints: Array) -> Flags:
    """(N,) whose left shoulder is the farther one."""
    left: Flags = joints[:, _LEFT, 2] > joints[:, _RIGHT, 2]
    return left


def _mirrored(views: Views, flip: Flags) -> Views:
    """The views, those with a flip (N,) as in a mirror."""
    axes = [-1.0, 1.0, 1.0]
    joints = np.where(flip[:, None, None], views.joints[:, PERSON.mirror] * axes, views.joints)
    rays = np.where(flip[:, None, None], views.rays[:, COCO_18.mirror] * axes[:2], views.rays)
    scores = np.where(flip[:, None], views.scores[:, COCO_18.mirror], views.scores)
    return Views(joints, rays, scores)
