"""A 2D detector's keypoints of rendered people, from a file of `pose-action train detections`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.person import PERSON
from pose_action_ros.lab.training.lifter.views import Views, exact_rays
from pose_action_ros.skeletons import COCO_18

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Generator = np.random.Generator

_SECTORS = 16  # of the direction that a person faces, relative to the camera
_LEFT, _RIGHT = PERSON.index("left_shoulder"), PERSON.index("right_shoulder")


@dataclass(frozen=True, eq=False)
class Detections:
    """Detected people with ground truth.

    Attributes:
        views: of M people.
        actions: (M,) names, with the prefix RECORDED for recorded people.
    """

    views: Views
    actions: npt.NDArray[np.str_]

    def draw(self, count: int, rng: Generator) -> Views:
        """Draw random detections, half of them mirrored, with a slightly rolled camera."""
        drawn = self.views[rng.integers(len(self.views), size=count)]
        views = _mirror(drawn, rng.random(count) < 0.5)
        angles = rng.normal(0.0, np.radians(4), count)
        cosine, sine = np.cos(angles)[:, None, None], np.sin(angles)[:, None, None]

        def roll(points: Array) -> Array:
            x, y = points[..., :1], points[..., 1:2]
            return np.concatenate(
                [cosine * x - sine * y, sine * x + cosine * y, points[..., 2:]], axis=-1
            )

        return Views(roll(views.joints), roll(views.rays), views.scores)

    def transplant(self, views: Views, rng: Generator) -> Views:
        """Add the errors of detections to exact views of other people with a similar facing.

        A joint that is missing in either is missing in the result; the others have the same
        displacement in metres as in the detection.
        """
        donors = self.views[self._similar(views, rng)]
        donors = _mirror(donors, _left_is_farther(donors.joints) != _left_is_farther(views.joints))
        depths = donors.joints[:, :1, 2:] / views.joints[:, :1, 2:]  # (N, 1, 1)
        rays = views.rays + (donors.rays - exact_rays(donors.joints)) * depths
        scores = np.where(np.isfinite(rays).all(axis=-1), views.scores * donors.scores, 0.0)
        return Views(views.joints, rays, scores)

    def _similar(self, views: Views, rng: Generator) -> npt.NDArray[np.intp]:
        """(N,) random rows with the facing of the views' people or its mirror image."""
        own, others = _facing(self.views.joints), _facing(views.joints)
        chosen = rng.integers(len(own), size=len(others))
        for sector in range(_SECTORS // 2 + 1):
            candidates, rows = np.flatnonzero(own == sector), np.flatnonzero(others == sector)
            if len(candidates):
                chosen[rows] = rng.choice(candidates, len(rows))
        return chosen


def read_detections(path: str, split: str) -> Detections | None:
    """Read the detections of a split, "train" or "test"; None for an empty path.

    Raises:
        InputError: the file is missing or is not one of `train detections`.
    """
    if not path:
        return None
    try:
        with np.load(Path(path)) as file:
            rows = file["split"] == split
            joints, rays, scores = (file[name][rows] for name in ("joints", "rays", "scores"))
            actions = file["action"][rows]
    except (OSError, KeyError, ValueError, IndexError, BadZipFile) as error:
        raise InputError(
            f"{path} is no file of detections (joints, rays, scores, action and test in an "
            f".npz): {error!r}; make one with `pose-action train detections`"
        ) from error
    return Detections(Views(joints, rays, scores), actions)


def _facing(joints: Array) -> npt.NDArray[np.intp]:
    """(N,) sector of the direction that people face, the same for their mirror images."""
    across = joints[:, _LEFT] - joints[:, _RIGHT]
    angle = np.abs(np.arctan2(across[:, 2], across[:, 0]))  # 0 to pi, 0 facing the camera
    sectors: npt.NDArray[np.intp] = (angle / (2 * np.pi) * _SECTORS).astype(np.intp)
    return sectors


def _left_is_farther(joints: Array) -> Flags:
    """(N,) true where the left shoulder is farther from the camera than the right one."""
    left: Flags = joints[:, _LEFT, 2] > joints[:, _RIGHT, 2]
    return left


def _mirror(views: Views, flip: Flags) -> Views:
    """Mirror the views where flip (N,) is true."""
    axes = [-1.0, 1.0, 1.0]
    joints = np.where(flip[:, None, None], views.joints[:, PERSON.mirror] * axes, views.joints)
    rays = np.where(flip[:, None, None], views.rays[:, COCO_18.mirror] * axes[:2], views.rays)
    scores = np.where(flip[:, None], views.scores[:, COCO_18.mirror], views.scores)
    return Views(joints, rays, scores)
