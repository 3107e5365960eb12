"""Lifter: people's keypoints in one image to their poses in metres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.engines import load_engine
from pose_action_ros.errors import InputError, ModelError
from pose_action_ros.lifting.memory import Memory
from pose_action_ros.lifting.normalisation import (
    NORMALISATION,
    STANDARD_HEIGHT,
    normalise,
    virtual_to_optical,
)
from pose_action_ros.lifting.placement import place
from pose_action_ros.lifting.settings import LifterSettings
from pose_action_ros.models.card import ModelCard, find_model, read_card
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17, convert

Array = npt.NDArray[np.float64]

OUTPUTS = ("joints", "scores")
"""What the network gives."""


@dataclass(frozen=True, eq=False)
class Lifted:
    """N people lifted, each on their own.

    Attributes:
        joints: (N, 17, 3) [m] Human3.6M joints relative to the root, optical frame, as of a person
            of standard height; NaN for people who cannot be lifted.
        scores: (N, 17) probability that the joint is within 150 mm of the truth; 0 if missing.
    """

    joints: Array
    scores: Array


class Lifter:
    """Lifts people from 2D to 3D and places them before the camera.

    The pose comes from one image alone; how far away somebody with an id is, is steadied over time.

    Attributes:
        settings: may be replaced between images; the model and the engine stay.

    Raises:
        ModelError: the model is missing, damaged, or made for other inputs.
        EngineError: the engine cannot be had.
    """

    def __init__(self, settings: LifterSettings) -> None:
        path = find_model(settings.lifter_model)
        self.card = read_card(path, "lifter")
        _check(self.card)
        self._engine = load_engine(path, settings.lifter_engine, settings.lifter_threads)
        self.settings = settings
        self._memory = Memory()

    @property
    def engine(self) -> str:
        """Name of the current inference engine."""
        return self._engine.name

    def __call__(
        self, people: Sequence[Pose2D], intrinsics: Intrinsics, stamp: float | None = None
    ) -> tuple[Pose3D, ...]:
        """Lift everybody in one image.

        Args:
            people: in any skeleton that has shoulders or hips.
            intrinsics: of the camera that made the image.
            stamp: time of the image [s]; None for an image on its own.

        Returns:
            One pose per person, in order, with the same id: Human3.6M joints [m] in the optical
            frame, placed where placing was possible. Who shows too little of the torso has a pose
            with every joint missing.
        """
        if stamp is not None:
            self._memory.at(stamp)
        if not people:
            return ()
        points, scores = _coco(people)
        rays = intrinsics.rays(points)  # (N, 18, 2)
        lifted = self._lift(rays, scores)
        found = place(rays, scores, lifted.joints)
        depths = found.depths
        if stamp is not None:
            ids = [person.person_id for person in people]
            depths = self._memory.steady(ids, np.where(found.solved, depths, np.nan))
        positions = np.where(found.solved[:, None], found.at(np.nan_to_num(depths)), 0.0)
        poses = (lifted.joints + positions[:, None]) * (
            self.settings.person_height / STANDARD_HEIGHT
        )
        return tuple(
            Pose3D(HUMAN36M_17, pose, score, person.person_id, bool(placed))
            for person, pose, score, placed in zip(
                people, poses, lifted.scores, found.solved, strict=True
            )
        )

    def reset(self) -> None:
        """Forget all earlier images."""
        self._memory = Memory()

    def lift(self, points: npt.ArrayLike, scores: npt.ArrayLike, intrinsics: Intrinsics) -> Lifted:
        """Lift a batch of people, for training and evaluation.

        Args:
            points: (N, 18, 2) [px] COCO-18 joints; NaN if missing.
            scores: (N, 18) 0 to 1; 0 if missing.
            intrinsics: of the camera that saw them all.

        Raises:
            InputError: shapes are others.
        """
        pixels, confidence = np.asarray(points, np.float64), np.asarray(scores, np.float64)
        if pixels.shape[1:] != (18, 2) or confidence.shape != pixels.shape[:2]:
            raise InputError(
                f"got points {pixels.shape} and scores {confidence.shape}, "
                "expected (N, 18, 2) and (N, 18)"
            )
        return self._lift(intrinsics.rays(pixels), confidence)

    def _lift(self, rays: Array, scores: Array) -> Lifted:
        """Rays (N, 18, 2) and scores (N, 18) through the network."""
        if not len(rays):
            return Lifted(np.zeros((0, 17, 3)), np.zeros((0, 17)))
        scores = np.where(np.isfinite(rays).all(axis=-1), np.nan_to_num(scores), 0.0)
        inputs = normalise(rays, scores)
        told = self._engine({"keypoints": inputs.features.astype(np.float32)})
        joints = virtual_to_optical(told["joints"].astype(np.float64), inputs.rotations)
        joints[~inputs.liftable] = np.nan
        sure = np.where(inputs.liftable[:, None], told["scores"].astype(np.float64), 0.0)
        return Lifted(joints, sure)


def _coco(people: Sequence[Pose2D]) -> tuple[Array, Array]:
    """COCO-18 points (N, 18, 2) [px], NaN if missing, and scores (N, 18).

    At once for people of one skeleton, as a detector's are.
    """
    if len({person.skeleton.name for person in people}) > 1:
        people = [person.to(COCO_18) for person in people]
    points = np.stack([person.points for person in people])  # (N, J, 2)
    scores = np.stack([person.scores for person in people])  # (N, J)
    known = convert(np.dstack([points, scores]), people[0].skeleton, COCO_18)
    return known[..., :2], np.nan_to_num(known[..., 2])


def _check(card: ModelCard) -> None:
    """ModelError unless the network takes and gives what this version prepares and reads."""
    expected = {
        "normalisation": NORMALISATION,
        "output_skeleton": HUMAN36M_17.name,
        "height": STANDARD_HEIGHT,
        "outputs": list(OUTPUTS),
    }
    found = {key: card.settings.get(key) for key in expected}
    if card.skeleton != COCO_18.name or found != expected:
        raise ModelError(
            f"lifter {card.name!r} takes {card.skeleton!r} with {found}, expected "
            f"{COCO_18.name!r} with {expected}; export it again with this version"
        )
