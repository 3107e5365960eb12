"""Lifter: 3D poses [m] from the keypoints of people in an image and shortly before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.engines import load_engine
from pose_action_ros.errors import InputError, ModelError
from pose_action_ros.lifting.depth_filter import DepthFilter
from pose_action_ros.lifting.normalisation import (
    NORMALISATION,
    STANDARD_HEIGHT,
    Normalised,
    normalise,
    virtual_to_optical,
)
from pose_action_ros.lifting.occlusion import RecentJoints, behind_own_body, given_joints, heads
from pose_action_ros.lifting.placement import Placement, place
from pose_action_ros.lifting.reprojection import towards_rays
from pose_action_ros.lifting.settings import LifterSettings
from pose_action_ros.lifting.window import (
    History,
    images_before,
    newest_only,
    resample_rows,
    span_of,
)
from pose_action_ros.models.card import ModelCard, find_model, read_card
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17, convert

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Float32 = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]

OUTPUTS = ("joints", "scores")
"""Outputs of the network."""


@dataclass(frozen=True, eq=False)
class Lifted:
    """Root-relative poses of N people.

    Attributes:
        joints: (N, 17, 3) [m] Human3.6M joints relative to the root, optical frame, of a person of
            standard height, moved towards the rays of the keypoints; NaN for people without a pose.
        scores: (N, 17) probability, before that move, that the joint is within 150 mm of the truth;
            0 without a pose.
        known: (N, 17) True for joints that keypoints show or the own body hides. A pose consists
            of these and of those known shortly before; the network guesses the others.
        placement: of the root.
    """

    joints: Array
    scores: Array
    known: Flags
    placement: Placement


class Lifter:
    """Lifts people from 2D to 3D and places them in front of the camera.

    The pose of a person with an id results from the images of the last moments, that of others from
    one image. The distance of a person with an id is filtered over time.

    Attributes:
        settings: may be replaced between images; the model and the engine stay.
        ages: (K,) [s] before the newest image of the keypoints that the network takes.

    Raises:
        ModelError: the model is missing, damaged, or made for other inputs.
        EngineError: the engine is not available.
    """

    def __init__(self, settings: LifterSettings) -> None:
        path = find_model(settings.lifter_model)
        self.card = read_card(path, "lifter")
        self.ages = _ages(self.card)
        self._engine = load_engine(path, settings.lifter_engine, settings.lifter_threads)
        images = self._engine.inputs["keypoints"][1]
        if images != len(self.ages):
            raise ModelError(
                f"lifter {self.card.name!r} takes {images} images, its card has {len(self.ages)} "
                "ages; export it again with this version"
            )
        self.settings = settings
        self.reset()

    @property
    def engine(self) -> str:
        """Name of the current inference engine."""
        return self._engine.name

    def __call__(
        self, people: Sequence[Pose2D], intrinsics: Intrinsics, stamp: float | None = None
    ) -> tuple[Pose3D, ...]:
        """Lift all people in one image.

        Args:
            people: in any skeleton that has shoulders or hips.
            intrinsics: of the camera that made the image.
            stamp: time of the image [s]; None for a single image.

        Returns:
            One pose per person, in order, with the same id: Human3.6M joints [m] in the optical
            frame, placed where possible. Without enough of the torso all joints are missing.
        """
        if stamp is not None:
            self._depths.begin(stamp)
            self._history.begin(stamp)
        if not people:
            return ()
        ids = [person.person_id for person in people]
        lifted = self._lift_tracked(people, ids, intrinsics, stamp)
        found = lifted.placement
        depths, known = found.depths, lifted.known | heads(people)
        if stamp is not None:
            depths = self._depths(ids, np.where(found.solved, depths, np.nan))
            known = self._recent(ids, known, stamp)
        positions = np.where(found.solved[:, None], found.at(depths), 0.0)
        poses = (lifted.joints + positions[:, None]) * (
            self.settings.person_height / STANDARD_HEIGHT
        )
        scores = np.where(known, lifted.scores, 0.0)
        return tuple(
            Pose3D(HUMAN36M_17, pose, score, person_id, bool(placed))
            for person_id, pose, score, placed in zip(ids, poses, scores, found.solved, strict=True)
        )

    def reset(self) -> None:
        """Remove the state of earlier images."""
        self._depths = DepthFilter()
        self._recent = RecentJoints()
        self._history = History(self.ages)

    def lift(
        self,
        points: npt.ArrayLike,
        scores: npt.ArrayLike,
        intrinsics: Intrinsics,
        times: npt.ArrayLike | None = None,
    ) -> Lifted:
        """Lift a batch of people, for training and evaluation.

        Args:
            points: (N, 18, 2) [px] COCO-18 joints, NaN if missing; with times (N, M, 18, 2), in M
                images of each person, newest first.
            scores: (N, 18) or (N, M, 18), 0 to 1; 0 if missing.
            intrinsics: of their camera.
            times: (N, M) [s] of the images after the newest one: 0 in column 0, falling; NaN
                without image. None for people in one image each.

        Returns:
            The poses in the newest images.

        Raises:
            InputError: other shapes.
        """
        pixels, confidence = np.asarray(points, np.float64), np.asarray(scores, np.float64)
        since = np.zeros((len(pixels), 1)) if times is None else np.asarray(times, np.float64)
        if times is None:
            pixels, confidence = pixels[:, None], confidence[:, None]
        if pixels.shape != (*since.shape, 18, 2) or confidence.shape != pixels.shape[:-1]:
            raise InputError(
                f"got points {np.shape(points)} and scores {np.shape(scores)}, expected "
                "(N, 18, 2) and (N, 18), or (N, M, 18, 2) and (N, M, 18) with times (N, M)"
            )
        rows = np.arange(since.size).reshape(since.shape)
        flat = pixels.reshape(-1, 18, 2), confidence.reshape(-1, 18)
        return self._lift_rows(*flat, intrinsics, rows, since)

    def lift_track(
        self,
        points: npt.ArrayLike,
        scores: npt.ArrayLike,
        intrinsics: Intrinsics,
        stamps: npt.ArrayLike,
    ) -> Lifted:
        """Lift one person in all images of a stream.

        Args:
            points: (T, 18, 2) [px] COCO-18 joints; NaN if missing.
            scores: (T, 18) 0 to 1; 0 if missing.
            intrinsics: of the camera.
            stamps: (T,) of the images [s], rising.

        Returns:
            T poses, each from its image and those before it.
        """
        pixels, confidence = np.asarray(points, np.float64), np.asarray(scores, np.float64)
        rows, times = images_before(np.asarray(stamps, np.float64), span_of(self.ages))
        return self._lift_rows(pixels, confidence, intrinsics, rows, times)

    def _lift_tracked(
        self,
        people: Sequence[Pose2D],
        ids: Sequence[int],
        intrinsics: Intrinsics,
        stamp: float | None,
    ) -> Lifted:
        """Lift the people of an image, and remember it unless it is a single one."""
        points, scores = _coco(people)
        rays = intrinsics.rays(points)
        inputs = normalise(rays, scores)
        if stamp is None:
            return self._run(rays, scores, inputs, newest_only(inputs.features, self.ages))
        windows = self._history(ids, inputs.features, inputs.sizes)
        return self._run(rays, scores, inputs, windows)

    def _lift_rows(
        self, points: Array, scores: Array, intrinsics: Intrinsics, rows: Indices, times: Array
    ) -> Lifted:
        """Lift windows of images that are rows of points (R, 18, 2) and scores (R, 18)."""
        rays = intrinsics.rays(points)
        scores = np.where(np.isfinite(rays).all(axis=-1), np.nan_to_num(scores), 0.0)
        inputs = normalise(rays, scores)
        windows = resample_rows(inputs.features, inputs.sizes, rows, times, self.ages)
        newest = rows[:, 0]
        return self._run(rays[newest], scores[newest], inputs[newest], windows)

    def _run(self, rays: Array, scores: Array, inputs: Normalised, windows: Array) -> Lifted:
        """Run the network on windows (N, K, 18, 3), and place the poses in the newest images.

        Args:
            rays: (N, 18, 2) of the newest images.
            scores: (N, 18) of the newest images; 0 for a missing joint.
            inputs: the same normalised.
            windows: of which it is the first slot.
        """
        outputs = self._engine({"keypoints": windows.astype(np.float32)})
        joints = virtual_to_optical(_on_rays(outputs["joints"], inputs), inputs.rotations)
        joints[~inputs.liftable] = np.nan
        sure = np.where(inputs.liftable[:, None], outputs["scores"].astype(np.float64), 0.0)
        scores = np.where(inputs.features[..., 2] > 0, scores, 0.0)
        placement = place(np.where(scores[..., None] > 0, rays, np.nan), scores, joints)
        given = given_joints(scores > 0)
        hidden = behind_own_body(joints, given, placement)
        return Lifted(joints, sure, given | hidden, placement)


def _on_rays(joints: Float32, inputs: Normalised) -> Array:
    """Move joints (N, 17, 3) of the network towards their rays, all in the virtual cameras."""
    poses, scores = joints.astype(np.float64), inputs.features[..., 2]
    rays = inputs.features[..., :2] * inputs.sizes[:, None, None]
    placement = place(np.where(scores[..., None] > 0, rays, np.nan), scores, poses)
    return towards_rays(poses, rays, scores, placement)


def _coco(people: Sequence[Pose2D]) -> tuple[Array, Array]:
    """COCO-18 points (N, 18, 2) [px], NaN if missing, and scores (N, 18)."""
    # All people at once if they have one skeleton, as those of a detector.
    if len({person.skeleton.name for person in people}) > 1:
        people = [person.to(COCO_18) for person in people]
    points = np.stack([person.points for person in people])  # (N, J, 2)
    scores = np.stack([person.scores for person in people])  # (N, J)
    joints = convert(np.dstack([points, scores]), people[0].skeleton, COCO_18)
    return joints[..., :2], np.nan_to_num(joints[..., 2])


def _ages(card: ModelCard) -> Array:
    """Ages (K,) [s] of the network's keypoints.

    Raises:
        ModelError: inputs or outputs of the network are not those of this version.
    """
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
    ages = np.array(card.settings.get("ages") or [np.nan], dtype=np.float64)
    if ages[0] != 0 or not (np.diff(ages) > 0).all():
        raise ModelError(
            f"lifter {card.name!r} takes keypoints of the ages {card.settings.get('ages')}, "
            "expected rising numbers [s] from 0 on; export it again with this version"
        )
    return ages
