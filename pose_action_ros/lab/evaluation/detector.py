"""Figures of a 2D detector, alone and through all later stages, on simulated groups of people.

The people are near and far, partly occluded by each other and partly outside the image. A person
with a smaller share of joints than EXPOSED in the image and in front of others is ignored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from pose_action_ros.lab.evaluation.crowds import Clip, passers, performers, record
from pose_action_ros.lab.evaluation.identity import (
    IdentityScores,
    TrackedImage,
    identity_scores,
    pairs,
)
from pose_action_ros.lab.evaluation.keypoint_scores import (
    KeypointScores,
    People,
    keypoint_scores,
    similarity,
)
from pose_action_ros.lab.evaluation.measured_labels import check_people
from pose_action_ros.lab.evaluation.outcome import SETTLED, Outcome, answer_images
from pose_action_ros.lab.evaluation.settings import DetectorRun, short_name, variant
from pose_action_ros.lab.evaluation.stopwatch import Cost, Stopwatch
from pose_action_ros.pipeline import Pipeline
from pose_action_ros.poses import Pose2D
from pose_action_ros.recognition.classifier import labels_of
from pose_action_ros.similarity import sizes, tolerances
from pose_action_ros.skeletons import BODY_25, COCO_17, HUMAN36M_17, convert

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

PERFORMERS = (1, 2, 4, 6)
"""People in the scenes of actions, in turn."""
PASSERS = (2, 3, 4, 5, 6)
"""People in the scenes of passers-by, in turn."""
EXPOSED = 1 / 3
"""Least share of the joints of a person who counts: in the image, not hidden by others."""
_BODY_SHARE = 0.53
"""Area of a body over the area of its box; the usual value without outlines."""
_FEWEST = 3  # joints that are visible, of a person who counts


@dataclass(frozen=True)
class GroupFigures:
    """Figures of the scenes with one number of performers.

    Attributes:
        people: their number.
        detected: mean number per image: true and detected.
        scores: of the detections.
        cpu: of an image after the first [ms].
        mpjpe: [mm] of the people found.
        pck: share of the 3D joints of all people within 150 mm.
        windows: share of right actions, of those that are labels of the model; NaN without any.
    """

    people: int
    detected: tuple[float, float]
    scores: KeypointScores
    cpu: float
    mpjpe: float
    pck: float
    windows: float


@dataclass(frozen=True)
class DetectorFigures:
    """Figures of one detector.

    Attributes:
        name: of the variant.
        images: number of images.
        scores: over all of them.
        people: mean number per image: true and detected.
        cost: time and memory.
        groups: by number of performers; none for annotated images.
        identity: of the passers-by; None without them.
    """

    name: str
    images: int
    scores: KeypointScores
    people: tuple[float, float]
    cost: Cost
    groups: tuple[GroupFigures, ...] = ()
    identity: IdentityScores | None = None


@dataclass
class _Group:
    """Images and outcome of the scenes with one number of people."""

    outcome: Outcome
    images: list[tuple[People, People]] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def measure_detector(name: str, settings: DetectorRun, scenes: Path) -> DetectorFigures:
    """Run a detector, and all later stages, on simulated scenes.

    Args:
        name: of the variant, see `variant`.
        settings: the scenes, and all other settings of the stages.
        scenes: folder where rendered scenes are stored.

    Raises:
        SettingError: an unknown setting, a value that is not allowed, or a model of interactions.
        ModelError, EngineError: a model is missing or cannot be loaded.
        InputError: a package of the evaluation is not installed.
    """
    chosen = variant(name, settings)
    check_people(chosen.action_model)
    pipeline = Pipeline(chosen, detect=False)
    pipeline.detector = detector = Stopwatch(chosen)
    labels = labels_of(chosen.action_model)
    groups = {people: _Group(Outcome(labels)) for people in PERFORMERS}
    for clip in tqdm(_action_clips(chosen, scenes), name, total=chosen.scenes, disable=None):
        group, begin = groups[len(clip.actions)], len(detector)
        _perform(clip, pipeline, detector, group)
        group.cpu.append(detector.cost(begin).cpu)
    cost = detector.cost()
    tracked = [
        list(_tracked(clip, pipeline))
        for clip in tqdm(_crowd_clips(chosen, scenes), name, total=chosen.crowds, disable=None)
    ]
    images = [image for group in groups.values() for image in group.images]
    return DetectorFigures(
        name=short_name(name),
        images=len(images),
        scores=keypoint_scores(images),
        people=_mean_counts(images),
        cost=cost,
        groups=tuple(_figures(*one) for one in groups.items() if one[1].images),
        identity=identity_scores(tracked, chosen.images_per_second) if tracked else None,
    )


def _action_clips(settings: DetectorRun, folder: Path) -> Iterator[Clip]:
    length = (settings.seconds, settings.images_per_second)
    for number in range(settings.scenes):
        people = PERFORMERS[number % len(PERFORMERS)]
        yield record(performers, (settings.seed, number), people, length, folder)


def _crowd_clips(settings: DetectorRun, folder: Path) -> Iterator[Clip]:
    length = (settings.crowd_seconds, settings.images_per_second)
    for number in range(settings.crowds):
        people = PASSERS[number % len(PASSERS)]
        yield record(passers, (settings.seed, number), people, length, folder)


def _perform(clip: Clip, pipeline: Pipeline, detector: Stopwatch, group: _Group) -> None:
    """Run all stages on a scene, and add what was found to its group."""
    pipeline.reset()
    sizes_of_people = clip.heights / pipeline.lifter.settings.person_height
    answers = answer_images(clip.stamps.tolist())
    for number, stamp in enumerate(clip.stamps.tolist()):
        frame = pipeline(clip.image(number), stamp, clip.intrinsics)
        truth = true_people(clip, number)
        group.images.append((truth, detected_people(detector.people)))
        alike = similarity(truth, detected_people(frame.keypoints), tolerances(COCO_17))
        owners = {row: frame.people[column] for row, column in pairs(alike)}
        for row in np.flatnonzero(~truth.ignored).tolist():
            if stamp >= SETTLED:
                pose, size = clip.poses[number, row], float(sizes_of_people[row])
                exposed = _exposed(clip.exposed[number, row])
                group.outcome.add_pose(owners.get(row), pose, exposed, size)
            if answers[number]:
                group.outcome.add_answer(owners.get(row), clip.actions[row])


def _exposed(joints: Flags) -> Flags:
    """(17,) joints of Human3.6M that are, with all they are computed from, among those (25,)."""
    shares = convert(joints[:, None].astype(np.float64), BODY_25, HUMAN36M_17)[:, 0]
    return np.asarray(shares > 1 - 1e-6)  # False for joints that body_25 lacks, which are NaN


def _tracked(clip: Clip, pipeline: Pipeline) -> Iterator[TrackedImage]:
    """People who count, and tracks, in each image of a scene."""
    pipeline.reset()
    assert pipeline.detector is not None
    for number, stamp in enumerate(clip.stamps.tolist()):
        found = pipeline.tracker.update(pipeline.detector(clip.image(number)), stamp)
        truth = true_people(clip, number)
        alike = similarity(truth, detected_people(found), tolerances(COCO_17))
        tracks = tuple(person.person_id for person in found)
        image = TrackedImage(tuple(range(len(truth))), tracks, alike)
        yield image.without(truth.ignored)


def true_people(clip: Clip, number: int) -> People:
    """Ground truth of an image: the visible joints in COCO's order.

    People without any visible joint have all joints; they are ignored.
    """
    joints = clip.joints[number]  # (P, 25, 2)
    points = convert(joints, BODY_25, COCO_17)
    flags = clip.visible[number][..., None].astype(np.float64)
    visible = convert(flags, BODY_25, COCO_17)[..., 0] > 0  # (P, 17)
    ignored = clip.exposed[number].mean(axis=1) < EXPOSED
    ignored |= visible.sum(axis=1) < _FEWEST
    labelled = visible | ~visible.any(axis=1, keepdims=True)
    areas = _BODY_SHARE * np.nan_to_num(sizes(joints)) ** 2
    y = joints[..., 1]
    low, high = (np.where(np.isfinite(y), y, bound) for bound in (np.inf, -np.inf))
    heights = np.maximum(high.max(axis=1) - low.min(axis=1), 0.0)
    return People.true(np.where(labelled[..., None], points, np.nan), areas, heights, ignored)


def detected_people(people: Sequence[Pose2D]) -> People:
    """Poses of any skeleton in COCO's, matched by joint name."""
    poses = [person.to(COCO_17) for person in people]
    points = np.array([pose.points for pose in poses]).reshape(-1, len(COCO_17), 2)
    return People.detected(points, np.array([pose.score for pose in people], dtype=np.float64))


def _figures(people: int, group: _Group) -> GroupFigures:
    outcome = group.outcome
    return GroupFigures(
        people=people,
        detected=_mean_counts(group.images),
        scores=keypoint_scores(group.images),
        cpu=float(np.mean(group.cpu)),
        mpjpe=outcome.mpjpe,
        pck=outcome.pck,
        windows=outcome.windows,
    )


def _mean_counts(images: Iterable[tuple[People, People]]) -> tuple[float, float]:
    counts = [(int((~truth.ignored).sum()), len(detected)) for truth, detected in images]
    true, detected = np.mean(counts, axis=0).tolist()
    return true, detected
