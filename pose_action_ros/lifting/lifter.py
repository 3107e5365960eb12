"""Lifter: people's keypoints in one image to their poses in metres."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.engines import load_engine
from pose_action_ros.errors import InputError, ModelError
from pose_action_ros.lifting.normalisation import (
    NORMALISATION,
    STANDARD_HEIGHT,
    normalise,
    virtual_to_optical,
)
from pose_action_ros.lifting.placement import place
from pose_action_ros.lifting.scores import joint_scores
from pose_action_ros.lifting.settings import LifterSettings
from pose_action_ros.models.card import ModelCard, find_model, read_card
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17

Array = npt.NDArray[np.float64]


class Lifter:
    """Lifts people from 2D to 3D; keeps no memory between frames.

    Raises:
        ModelError: the model is missing, damaged, or made for other inputs.
        EngineError: the engine cannot be had.
    """

    def __init__(self, settings: LifterSettings) -> None:
        path = find_model(settings.lifter_model)
        self.card = read_card(path, "lifter")
        _check(self.card)
        self._engine = load_engine(path, settings.lifter_engine, settings.lifter_threads)
        self.engine = self._engine.name
        self._scale = settings.person_height / STANDARD_HEIGHT

    def __call__(self, people: Sequence[Pose2D], intrinsics: Intrinsics) -> tuple[Pose3D, ...]:
        """Lift everybody in one image.

        Args:
            people: in any skeleton that has shoulders or hips.
            intrinsics: of the camera that made the image.

        Returns:
            One pose per person, in order, with the same id: Human3.6M joints [m] in the optical
            frame, placed where placing was possible. Who shows too little of the torso has a pose
            with every joint missing.
        """
        if not people:
            return ()
        coco = [person.to(COCO_18) for person in people]
        rays = intrinsics.rays(np.stack([person.points for person in coco]))  # (N, 18, 2)
        scores = np.stack([person.scores for person in coco])
        poses, pose_scores = self._lift(rays, scores)
        positions, placed = place(rays, scores, poses)
        poses += np.where(placed[:, None], positions, 0.0)[:, None]
        return tuple(
            Pose3D(HUMAN36M_17, pose, score, person.person_id, bool(known))
            for person, pose, score, known in zip(people, poses, pose_scores, placed, strict=True)
        )

    def lift(
        self, points: npt.ArrayLike, scores: npt.ArrayLike, intrinsics: Intrinsics
    ) -> tuple[Array, Array]:
        """Lift a batch of people, for training and evaluation.

        Args:
            points: (N, 18, 2) [px] COCO-18 joints; NaN if missing.
            scores: (N, 18) 0 to 1; 0 if missing.
            intrinsics: of the camera that saw them all.

        Returns:
            (N, 17, 3) [m] Human3.6M joints relative to the root, optical frame, and (N, 17) their
            scores; NaN and 0 for people who cannot be lifted.

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

    def _lift(self, rays: Array, scores: Array) -> tuple[Array, Array]:
        """Rays (N, 18, 2) and scores (N, 18) to root-relative poses (N, 17, 3), scores (N, 17)."""
        scores = np.where(np.isfinite(rays).all(axis=-1), np.nan_to_num(scores), 0.0)
        inputs = normalise(rays, scores)
        outputs = self._engine({"keypoints": inputs.features.astype(np.float32)})["joints"]
        poses = virtual_to_optical(outputs.astype(np.float64), inputs.rotations) * self._scale
        poses[~inputs.liftable] = np.nan
        return poses, np.where(inputs.liftable[:, None], joint_scores(scores), 0.0)


def _check(card: ModelCard) -> None:
    """ModelError unless the network takes and gives what this version prepares and reads."""
    expected = {
        "normalisation": NORMALISATION,
        "output_skeleton": HUMAN36M_17.name,
        "height": STANDARD_HEIGHT,
    }
    found = {key: card.settings.get(key) for key in expected}
    if card.skeleton != COCO_18.name or found != expected:
        raise ModelError(
            f"lifter {card.name!r} takes {card.skeleton!r} with {found}, expected "
            f"{COCO_18.name!r} with {expected}; export it again with this version"
        )
