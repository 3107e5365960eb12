"""The shipped model of interactions in action_node, fed with placed poses of two people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pose_action_ros.msg import Action, Poses

from pose_action_ros.camera import Intrinsics
from pose_action_ros.nodes.action_node import ActionNode
from pose_action_ros.nodes.conversions import poses_message
from pose_action_ros.nodes.stamps import seconds_of
from pose_action_ros.poses import Pose3D
from pose_action_ros.simulation import FIGURE, Body, VirtualCamera
from pose_action_ros.simulation.pairs import perform_pair
from pose_action_ros.skeletons import HUMAN36M_17, convert
from pose_films import connect
from ros_support import BEGIN, Peer, header, wait_until

Start = Callable[..., Any]
RATE = 15.0
IDS = (7, 3)


def film(label: str, seed: int) -> tuple[list[Poses], float, float]:
    """Poses of a pair before a camera at its side; start and end of the interaction [s]."""
    pair = perform_pair(label, np.random.default_rng(seed), (Body(), Body()), apart=1.2)
    camera = VirtualCamera.looking_at(
        [0.0, -4.0, 1.2], [0.0, 0.0, 0.9], Intrinsics.from_field_of_view(640, 480, 70)
    )
    stamps = np.arange(0.0, pair.seconds, 1 / RATE)
    points = convert(camera.to_camera(pair.joints(stamps)), FIGURE, HUMAN36M_17)
    messages = [
        poses_message(
            [
                Pose3D(HUMAN36M_17, person, np.ones(len(HUMAN36M_17)), key, placed=True)
                for key, person in zip(IDS, both, strict=True)
            ],
            header(BEGIN + stamp),
            HUMAN36M_17,
        )
        for stamp, both in zip(stamps.tolist(), points, strict=True)
    ]
    span = next(span for span in pair.spans if span[2] == label)
    return messages, span[0], span[1]


@pytest.mark.parametrize("label", ["shaking_hands", "departing", "hugging"])
def test_an_interaction_is_answered_with_both_ids(started: Start, peer: Peer, label: str) -> None:
    node = started(ActionNode, action_model="interaction")
    actions: list[Action] = peer.receive(Action, "action")
    connect(peer, node)
    messages, start, end = film(label, seed=1)
    peer.feed(node, "poses", messages)
    newest = messages[-2].header.stamp
    wait_until(lambda: actions and seconds_of(actions[-1].header.stamp) >= seconds_of(newest) - 0.3)
    assert {tuple(action.person_ids) for action in actions} == {tuple(sorted(IDS))}
    during = Counter(
        action.label
        for action in actions
        if start + 0.5 <= seconds_of(action.header.stamp) - BEGIN <= end
    )
    during.pop("unknown", None)
    assert during.most_common(1)[0][0] == label
