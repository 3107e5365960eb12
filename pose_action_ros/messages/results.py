"""Poses and actions to messages, with message classes of ROS or of a library for bag files.

Therefore bags contain the same messages as the nodes publish.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.skeletons import Skeleton


class Estimate(Protocol):
    """Action of one person, or of two together; see recognition.ActionEstimate."""

    @property
    def person_ids(self) -> tuple[int, ...]:
        """One id, or two."""

    @property
    def label(self) -> str:
        """Name of the action."""

    @property
    def score(self) -> float:
        """Probability of the action."""

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels of the model."""

    @property
    def scores(self) -> npt.NDArray[np.float64]:
        """Probabilities of the labels."""


@dataclass(frozen=True)
class ResultTypes:
    """Classes of the messages, with fields as keywords, and conversions of arrays.

    Attributes:
        keypoint, person_keypoints, keypoints, pose, poses, action: of msg/.
        point: geometry_msgs/Point.
        floats, integers: from numbers to the value of a field float32[] or int32[].
    """

    keypoint: Callable[..., Any]
    person_keypoints: Callable[..., Any]
    keypoints: Callable[..., Any]
    point: Callable[..., Any]
    pose: Any
    poses: Callable[..., Any]
    action: Callable[..., Any]
    floats: Callable[[npt.NDArray[np.float64]], Any]
    integers: Callable[[Sequence[int]], Any]


def keypoints_message(
    types: ResultTypes,
    people: Sequence[Pose2D],
    header: Any,
    size: tuple[int, int],
    skeleton: Skeleton,
) -> Any:
    """Create a Keypoints message.

    Args:
        types: classes of the messages.
        people: 2D poses of `skeleton` [px].
        header: of the image.
        size: width and height of the image [px].
        skeleton: of the poses, also without people.
    """
    width, height = size
    messages = [_person_keypoints(types, person) for person in people]
    return types.keypoints(
        header=header, width=width, height=height, skeleton=skeleton.name, people=messages
    )


def _person_keypoints(types: ResultTypes, person: Pose2D) -> Any:
    rows = np.column_stack([person.points, person.scores]).tolist()
    joints = [types.keypoint(x=x, y=y, score=score) for x, y, score in rows]
    return types.person_keypoints(id=person.person_id, keypoints=joints, score=float(person.score))


def poses_message(
    types: ResultTypes, people: Sequence[Pose3D], header: Any, skeleton: Skeleton
) -> Any:
    """Create a Poses message of 3D poses of `skeleton` [m] with the header of the image."""
    messages = [_person_pose(types, person) for person in people]
    return types.poses(header=header, skeleton=skeleton.name, people=messages)


def _person_pose(types: ResultTypes, person: Pose3D) -> Any:
    return types.pose(
        id=person.person_id,
        placement=types.pose.PLACED if person.placed else types.pose.ROOT_RELATIVE,
        joints=[types.point(x=x, y=y, z=z) for x, y, z in person.points.tolist()],
        scores=types.floats(person.scores),
    )


def action_message(types: ResultTypes, estimate: Estimate, header: Any, window_start: Any) -> Any:
    """Create an Action message with the header of the newest image and the stamp of the oldest."""
    return types.action(
        header=header,
        person_ids=types.integers(estimate.person_ids),
        label=estimate.label,
        score=float(estimate.score),
        labels=list(estimate.labels),
        scores=types.floats(estimate.scores),
        window_start=window_start,
    )
