"""Messages of poses, actions and cameras from the types of this package, and back with checks."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from geometry_msgs.msg import Point
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError
from pose_action_ros.messages import results
from pose_action_ros.msg import Action, Keypoint, Keypoints, PersonKeypoints, Poses
from pose_action_ros.msg import Pose3D as Pose3DMessage
from pose_action_ros.poses import UNTRACKED, Pose2D, Pose3D
from pose_action_ros.skeletons import Skeleton, skeleton_named

if TYPE_CHECKING:
    from pose_action_ros.recognition import ActionEstimate

Array = npt.NDArray[np.float64]

_TYPES = results.ResultTypes(
    keypoint=Keypoint,
    person_keypoints=PersonKeypoints,
    keypoints=Keypoints,
    point=Point,
    pose=Pose3DMessage,
    poses=Poses,
    action=Action,
    floats=lambda values: array("f", values),
    integers=lambda values: array("i", values),
)


keypoints_message = partial(results.keypoints_message, _TYPES)
"""Make a Keypoints message from people, header, image size and skeleton; see messages.results."""
poses_message = partial(results.poses_message, _TYPES)
"""Make a Poses message from people, header and skeleton."""
action_message = partial(results.action_message, _TYPES)
"""Make an Action message from an estimate, header and stamp of the window's start."""


def people_from_keypoints(message: Keypoints) -> tuple[Pose2D, ...]:
    """The people of a Keypoints message with at least one joint.

    Raises:
        InputError: no image size, unknown skeleton, wrong number of keypoints, infinite or
            contradictory numbers, an id twice.
    """
    if not message.width or not message.height:
        raise InputError(
            f"got keypoints of an image of {message.width}x{message.height} px, "
            "expected the size of their image"
        )
    skeleton, ids = skeleton_named(message.skeleton), [person.id for person in message.people]
    _check_ids(ids)
    for person in message.people:
        _check_count(len(person.keypoints), skeleton, person.id)
    rows = [(dot.x, dot.y, dot.score) for person in message.people for dot in person.keypoints]
    values = np.array(rows, np.float64).reshape(-1, len(skeleton), 3)  # all at once: (N, J, 3)
    points, scores = values[..., :2], values[..., 2]
    _check_numbers(points, scores, ids)
    people = (
        Pose2D(skeleton, points[row], scores[row], person.id, person.score)
        for row, person in enumerate(message.people)
    )
    return tuple(person for person in people if person.present.any())


def people_from_poses(message: Poses) -> tuple[Pose3D, ...]:
    """The people of a Poses message with at least one joint.

    Raises:
        InputError: unknown skeleton or placement, wrong number of joints or scores, infinite or
            contradictory numbers, all joints at one place, an id twice.
    """
    skeleton, ids = skeleton_named(message.skeleton), [person.id for person in message.people]
    _check_ids(ids)
    for person in message.people:
        _check_count(len(person.joints), skeleton, person.id)
        _check_count(len(person.scores), skeleton, person.id)
        _check_placement(person)
    rows = [(joint.x, joint.y, joint.z) for person in message.people for joint in person.joints]
    points = np.array(rows, np.float64).reshape(-1, len(skeleton), 3)  # all at once: (N, J, 3)
    scores = np.array([person.scores for person in message.people], np.float64)
    scores = scores.reshape(-1, len(skeleton))  # (N, J)
    _check_numbers(points, scores, ids)
    _check_extent(points, scores > 0, ids)
    people = (
        Pose3D(
            skeleton, points[row], scores[row], person.id, person.placement == Pose3DMessage.PLACED
        )
        for row, person in enumerate(message.people)
    )
    return tuple(person for person in people if person.present.any())


def estimate_from_action(message: Action, stamp: float, window_start: float) -> ActionEstimate:
    """The estimate of an Action message, with its stamp and that of its window's start [s].

    Raises:
        InputError: no id or more than two, or another number of scores than of labels.
    """
    if not 1 <= len(message.person_ids) <= 2 or len(message.labels) != len(message.scores):
        raise InputError(
            f"got an action of persons {list(message.person_ids)} with {len(message.labels)} "
            f"labels and {len(message.scores)} scores, expected one or two ids and a score for "
            "each label"
        )
    # Imported here since most nodes need no recogniser.
    from pose_action_ros.recognition import ActionEstimate  # noqa: PLC0415

    return ActionEstimate(
        person_ids=tuple(message.person_ids),
        label=message.label,
        score=message.score,
        labels=tuple(message.labels),
        scores=np.array(message.scores, dtype=np.float64),
        window_start=window_start,
        stamp=stamp,
    )


def _check_ids(ids: list[int]) -> None:
    tracked = [number for number in ids if number != UNTRACKED]
    if len(set(tracked)) != len(tracked) or min(tracked, default=0) < 0:
        raise InputError(f"got person ids {ids}, expected each once, or {UNTRACKED} if untracked")


def _check_count(found: int, skeleton: Skeleton, person_id: int) -> None:
    if found != len(skeleton):
        raise InputError(
            f"person {person_id}: got {found} joints or scores, expected {len(skeleton)}, one for "
            f"each joint of {skeleton.name!r}; a missing joint keeps its place as NaN with score 0"
        )


def _check_placement(person: Pose3DMessage) -> None:
    if person.placement not in (Pose3DMessage.ROOT_RELATIVE, Pose3DMessage.PLACED):
        raise InputError(
            f"person {person.id}: got placement {person.placement}, "
            f"expected {Pose3DMessage.ROOT_RELATIVE} (root relative) or "
            f"{Pose3DMessage.PLACED} (in the camera frame)"
        )


def _check_numbers(points: Array, scores: Array, ids: Sequence[int]) -> None:
    """Check that joints (N, J, D) are finite, or NaN with score 0, and scores (N, J) are >= 0."""
    wrong = np.isinf(points).any(axis=2) | ~(np.isfinite(scores) & (scores >= 0))  # (N, J)
    if wrong.any():
        raise InputError(
            f"person {_first(wrong, ids)}: got infinite coordinates or scores that are no "
            "numbers >= 0"
        )
    contradictory = np.isnan(points).any(axis=2) & (scores > 0)
    if contradictory.any():
        raise InputError(
            f"person {_first(contradictory, ids)}: got joints that are NaN with a score above 0; "
            "a missing joint has score 0"
        )


def _check_extent(points: Array, present: npt.NDArray[np.bool_], ids: Sequence[int]) -> None:
    """Check that the present (N, J) of joints (N, J, 3) are not all at one place, as zeros are."""
    one = points[np.arange(len(points)), present.argmax(axis=1)]  # (N, 3)
    there = ~present | (points == one[:, None]).all(axis=2)
    flat = there.all(axis=1) & (present.sum(axis=1) > 1)
    if flat.any():
        raise InputError(
            f"person {_first(flat[:, None], ids)}: got all joints at one place, expected a body in "
            "metres; a missing joint is NaN with score 0"
        )


def _first(joints: npt.NDArray[np.bool_], ids: Sequence[int]) -> int:
    """Id of the first person with such a joint (N, J)."""
    return ids[int(joints.any(axis=1).argmax())]


def camera_info_message(camera: Intrinsics, header: Header) -> CameraInfo:
    """A CameraInfo message; header of the image."""
    message = CameraInfo(header=header, width=camera.width, height=camera.height)
    if camera.fisheye:
        least, message.distortion_model = 4, "equidistant"
    else:
        least = 5  # k1 k2 p1 p2 k3
        simple = len(camera.distortion) <= least
        message.distortion_model = "plumb_bob" if simple else "rational_polynomial"
    message.d = [*camera.distortion, *[0.0] * (least - len(camera.distortion))]
    message.k = camera.matrix.reshape(-1)
    message.r = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]
    message.p = [camera.fx, 0.0, camera.cx, 0.0, 0.0, camera.fy, camera.cy, 0.0, 0.0, 0.0, 1.0, 0.0]
    return message
