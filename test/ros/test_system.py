"""A simulated person, camera_node and the three nodes, each a process, over DDS.

One long run with all actions is for `make test-all`; test_demo.py has a short one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from pose_action_ros.msg import Action, Keypoints, Poses

from ros_processes import Launch
from ros_support import Peer, wait_until

Stamp = tuple[int, int]


@dataclass
class Messages:
    """All messages of a run, by topic."""

    keypoints: list[Any]
    poses: list[Any]
    action: list[Any]
    true_keypoints: list[Any]
    true_action: list[Any]


def run(launch: Launch, peer: Peer, seconds: float, **camera: object) -> Messages:
    """Play a simulation through all nodes; return their messages."""
    for module in ("lifter_node", "action_node"):
        launch(module)
    process = launch("camera_node", seconds=seconds, exit_at_end=True, **camera)
    poses, action = peer.receive(Poses, "poses"), peer.receive(Action, "action")
    true_keypoints = peer.receive(Keypoints, "camera_node/truth/keypoints")
    true_action = peer.receive(Action, "camera_node/truth/action")
    launch("keypoints_node")  # the camera starts at the first subscription
    keypoints = peer.receive(Keypoints, "keypoints")
    messages = Messages(keypoints, poses, action, true_keypoints, true_action)
    process.wait()
    # The last image that was processed has poses, too; its actions are published soon after.
    wait_until(lambda: poses and keypoints and stamp_of(poses[-1]) == stamp_of(keypoints[-1]))
    return messages


def stamp_of(message: Any) -> Stamp:
    return message.header.stamp.sec, message.header.stamp.nanosec


def joints(person: Any) -> npt.NDArray[np.float64]:
    """(25, 2) [px], NaN where missing."""
    return np.array([(point.x, point.y) for point in person.keypoints])


def errors(messages: Messages) -> npt.NDArray[np.float64]:
    """Distances of joints to the true ones, as parts of the person's height."""
    truth = {stamp_of(message): message.people for message in messages.true_keypoints}
    found = []
    for message in messages.keypoints:
        true = truth.get(stamp_of(message), [])
        if len(true) == len(message.people) == 1:
            exact = joints(true[0])
            height = np.nanmax(exact[:, 1]) - np.nanmin(exact[:, 1])
            found.append(np.linalg.norm(joints(message.people[0]) - exact, axis=1) / height)
    return np.array(found)


def verdicts(messages: Messages) -> list[tuple[str, str]]:
    """For each true action, in order, its label and most frequent estimate, in its last half."""
    result = []
    ordered = sorted(messages.true_action, key=stamp_of)
    for label, group in groupby(ordered, key=lambda message: str(message.label)):
        stamps = [stamp_of(message) for message in group]
        begin, end = stamps[len(stamps) // 2], stamps[-1]
        labels = Counter(
            str(message.label) for message in messages.action if begin <= stamp_of(message) <= end
        )
        if labels:
            result.append((label, labels.most_common(1)[0][0]))
    return result


@pytest.mark.exhaustive
def test_a_person_is_followed_and_most_actions_are_recognised(launch: Launch, peer: Peer) -> None:
    messages = run(launch, peer, 40.0, seed=1, rate=15.0)
    images = {stamp_of(message) for message in messages.true_keypoints}
    for topic in (messages.keypoints, messages.poses, messages.action):
        assert topic
        assert {stamp_of(message) for message in topic} <= images
        assert {message.header.frame_id for message in topic} == {"camera_optical_frame"}
    ids = Counter(person.id for message in messages.keypoints for person in message.people)
    assert len(ids) == 1
    assert {person.id for message in messages.poses for person in message.people} == set(ids)
    assert {number for message in messages.action for number in message.person_ids} == set(ids)
    assert np.nanmedian(errors(messages)) < 0.02
    pairs = verdicts(messages)
    correct = sum(true == estimated for true, estimated in pairs)
    assert len(pairs) >= 6, pairs
    assert correct > len(pairs) / 2, pairs


def test_two_people_have_two_ids(launch: Launch, peer: Peer) -> None:
    messages = run(launch, peer, 8.0, seed=2, rate=5.0, people=2, actions="standing,waving_both")
    images = messages.keypoints[3:]  # with both people
    ids = Counter(person.id for message in images for person in message.people)
    assert len(images) >= 5
    assert len(ids) == 2
    assert min(ids.values()) > 0.7 * len(images)
    assert {number for message in messages.action for number in message.person_ids} <= set(ids)
