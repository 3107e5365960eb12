"""Lifter: 3D poses [m] from the keypoints of an image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

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
from pose_action_ros.lifting.occlusion import RecentJoints, behind_own_body, given_joints, heads
from pose_action_ros.lifting.placement import Placement, place
from pose_action_ros.lifting.settings import LifterSettings
from pose_action_ros.models.card import ModelCard, find_model, read_card
from pose_action_ros.one_euro import OneEuroFilter
from pose_action_ros.poses import UNTRACKED, Pose2D, Pose3D
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17, convert

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

OUTPUTS = ("joints", "scores")
"""Outputs of the network."""

TRACK_MEMORY = 5.0
"""Time [s] after which the distance of a person without detection is no longer used."""
_CUTOFF, _SLOPE = 0.6, 2.0  # of the depth's filter: [Hz] at rest, [Hz per m/s] more in motion


@dataclass(frozen=True, eq=False)
class Lifted:
    """Root-relative poses of N people.

    Attributes:
        joints: (N, 17, 3) [m] Human3.6M joints relative to the root, optical frame, of a person of
            standard height; NaN for people without a pose.
        scores: (N, 17) probability that the joint is within 150 mm of the truth; 0 without a pose.
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

    The pose results from one image; the distance of a person with an id is filtered over time.

    Attributes:
        settings: may be replaced between images; the model and the engine stay.

    Raises:
        ModelError: the model is missing, damaged, or made for other inputs.
        EngineError: the engine is not available.
    """

    def __init__(self, settings: LifterSettings) -> None:
        path = find_model(settings.lifter_model)
        self.card = read_card(path, "lifter")
        _check(self.card)
        self._engine = load_engine(path, settings.lifter_engine, settings.lifter_threads)
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
        if not people:
            return ()
        points, confidence = _coco(people)
        lifted = self._lift(intrinsics.rays(points), confidence)
        found = lifted.placement
        ids = [person.person_id for person in people]
        depths, known = found.depths, lifted.known | heads(people)
        if stamp is not None:
            depths = self._depths(ids, np.where(found.solved, depths, np.nan))
            known = self._recent(ids, known, stamp)
        positions = np.where(found.solved[:, None], found.at(np.nan_to_num(depths)), 0.0)
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

    def lift(self, points: npt.ArrayLike, scores: npt.ArrayLike, intrinsics: Intrinsics) -> Lifted:
        """Lift a batch of people, for training and evaluation.

        Args:
            points: (N, 18, 2) [px] COCO-18 joints; NaN if missing.
            scores: (N, 18) 0 to 1; 0 if missing.
            intrinsics: of their camera.

        Raises:
            InputError: other shapes.
        """
        pixels, confidence = np.asarray(points, np.float64), np.asarray(scores, np.float64)
        if pixels.shape[1:] != (18, 2) or confidence.shape != pixels.shape[:2]:
            raise InputError(
                f"got points {pixels.shape} and scores {confidence.shape}, "
                "expected (N, 18, 2) and (N, 18)"
            )
        return self._lift(intrinsics.rays(pixels), confidence)

    def _lift(self, rays: Array, scores: Array) -> Lifted:
        """Run the network on rays (N, 18, 2) and scores (N, 18)."""
        if not len(rays):
            none, flags = np.zeros((0, 17, 3)), np.zeros((0, 17), dtype=np.bool_)
            return Lifted(none, none[..., 0], flags, place(rays, scores, none))
        scores = np.where(np.isfinite(rays).all(axis=-1), np.nan_to_num(scores), 0.0)
        inputs = normalise(rays, scores)
        outputs = self._engine({"keypoints": inputs.features.astype(np.float32)})
        joints = virtual_to_optical(outputs["joints"].astype(np.float64), inputs.rotations)
        joints[~inputs.liftable] = np.nan
        sure = np.where(inputs.liftable[:, None], outputs["scores"].astype(np.float64), 0.0)
        placement = place(np.where(scores[..., None] > 0, rays, np.nan), scores, joints)
        given = given_joints(inputs.features[..., 2] > 0)
        hidden = behind_own_body(joints, given, placement)
        return Lifted(joints, sure, given | hidden, placement)


def _coco(people: Sequence[Pose2D]) -> tuple[Array, Array]:
    """COCO-18 points (N, 18, 2) [px], NaN if missing, and scores (N, 18)."""
    # All people at once if they have one skeleton, as those of a detector.
    if len({person.skeleton.name for person in people}) > 1:
        people = [person.to(COCO_18) for person in people]
    points = np.stack([person.points for person in people])  # (N, J, 2)
    scores = np.stack([person.scores for person in people])  # (N, J)
    joints = convert(np.dstack([points, scores]), people[0].skeleton, COCO_18)
    return joints[..., :2], np.nan_to_num(joints[..., 2])


def _check(card: ModelCard) -> None:
    """Raise ModelError unless inputs and outputs of the network are those of this version."""
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


@dataclass
class _Depth:
    stamp: float  # of the newest image with the person [s]
    filter: OneEuroFilter = field(default_factory=OneEuroFilter)


class DepthFilter:
    """Smooths the distances of people over time, by id."""

    def __init__(self) -> None:
        self._people: dict[int, _Depth] = {}
        self._stamp = -np.inf

    def begin(self, stamp: float) -> None:
        """Begin an image [s]: remove old people, and all when time goes back."""
        if stamp < self._stamp:
            self._people.clear()
        self._stamp = stamp
        people = self._people.items()
        self._people = {key: one for key, one in people if stamp - one.stamp <= TRACK_MEMORY}

    def __call__(self, ids: Sequence[int], depths: Array) -> Array:
        """Smooth distances at rest; those that change fast are not delayed.

        Args:
            ids: of the people in this image; the distance of UNTRACKED is not filtered.
            depths: (N,) [m], NaN if not known.
        """
        smooth = depths.copy()
        for row, person_id in enumerate(ids):
            if person_id != UNTRACKED and np.isfinite(depths[row]):
                person = self._people.setdefault(person_id, _Depth(self._stamp))
                seconds = self._stamp - person.stamp
                sample = depths[row : row + 1, None]
                smooth[row] = person.filter(sample, seconds, 1.0, _CUTOFF, _SLOPE)[0, 0]
                person.stamp = self._stamp
        return smooth
