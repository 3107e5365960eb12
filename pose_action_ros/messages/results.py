"""Our messages filled from poses and actions, whoever made their classes: ROS, or a bag's library.

So that what is written into bags is what the nodes publish, field by field.
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
    """What one person does, or two do together; see recognition.ActionEstimate."""

    @property
    def person_ids(self) -> tuple[int, ...]:
        """One id, or two."""

    @property
    def label(self) -> str:
        """What is done."""

    @property
    def score(self) -> float:
        """Its probability."""

    @property
    def labels(self) -> tuple[str, ...]:
        """All that the model knows."""

    @property
    def scores(self) -> npt.NDArray[np.float64]:
        """Their probabilities."""


@dataclass(frozen=True)
class ResultTypes:
    """The classes of the messages, all made with fields by name, and their arrays.

    Attributes:
        keypoint, person_keypoints, keypoints, pose, poses, action: of msg/.
        point: geometry_msgs/Point.
        floats, integers: from numbers to what a field float32[] or int32[] takes.
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
    """A Keypoints message.

    Args:
        types: of the messages.
        people: 2D poses of `skeleton` [px].
        header: of the image.
        size: width and height of the image [px].
        skeleton: of the poses, also when there are none.
    """
    width, height = size
    everybody = [_person_keypoints(types, person) for person in people]
    return types.keypoints(
        header=header, width=width, height=height, skeleton=skeleton.name, people=everybody
    )


def _person_keypoints(types: ResultTypes, person: Pose2D) -> Any:
    rows = np.column_stack([person.points, person.scores]).tolist()
    joints = [types.keypoint(x=x, y=y, score=score) for x, y, score in rows]
    return types.person_keypoints(id=person.person_id, keypoints=joints, score=float(person.score))


def poses_message(
    types: ResultTypes, people: Sequence[Pose3D], header: Any, skeleton: Skeleton
) -> Any:
    """A Poses message of 3D poses of `skeleton` [m]; header of the image."""
    everybody = [_person_pose(types, person) for person in people]
    return types.poses(header=header, skeleton=skeleton.name, people=everybody)


def _person_pose(types: ResultTypes, person: Pose3D) -> Any:
    return types.pose(
        id=person.person_id,
        placement=types.pose.PLACED if person.placed else types.pose.ROOT_RELATIVE,
        joints=[types.point(x=x, y=y, z=z) for x, y, z in person.points.tolist()],
        scores=types.floats(person.scores),
    )


def action_message(types: ResultTypes, estimate: Estimate, header: Any, window_start: Any) -> Any:
    """An Action message; header of the newest image used, stamp of the oldest."""
    return types.action(
        header=header,
        person_ids=types.integers(estimate.person_ids),
        label=estimate.label,
        score=float(estimate.score),
        labels=list(estimate.labels),
        scores=types.floats(estimate.scores),
        window_start=window_start,
    )
