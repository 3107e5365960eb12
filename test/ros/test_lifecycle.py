from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lifecycle_msgs.srv import ChangeState, GetState
from pose_action_ros.msg import Keypoints
from rcl_interfaces.srv import SetParameters
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter

from pose_action_ros.errors import ModelError
from pose_action_ros.nodes import keypoints_node
from pose_action_ros.nodes.action_node import ActionNode
from pose_action_ros.nodes.keypoints_node import KeypointsNode
from ros_support import FakeDetector, Peer, grey_message, person, spinning, wait_until

Start = Callable[..., Any]


def transition(peer: Peer, label: str) -> bool:
    request = ChangeState.Request()
    request.transition.label = label
    return bool(peer.call(ChangeState, "keypoints_node/change_state", request).success)


def state(peer: Peer) -> str:
    answer = peer.call(GetState, "keypoints_node/get_state", GetState.Request())
    return str(answer.current_state.label)


def test_a_lifecycle_manager_controls_a_node(
    started: Start, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[FakeDetector] = []

    def make(_: object) -> FakeDetector:
        made.append(FakeDetector(person()))
        return made[-1]

    monkeypatch.setattr(keypoints_node, "make_detector", make)
    started(KeypointsNode, autostart=False)
    assert (state(peer), made) == ("unconfigured", [])
    for _ in range(2):
        assert transition(peer, "configure")
        assert state(peer) == "inactive"
        assert transition(peer, "activate")
        assert state(peer) == "active"
        received = peer.receive(Keypoints, "keypoints")
        received.clear()
        peer.publish("image", grey_message(), until=received.__len__)
        assert transition(peer, "deactivate")
        assert not peer.count_subscribers("image")
        assert transition(peer, "cleanup")
        wait_until(lambda: not peer.count_publishers("keypoints"))
    assert len(made) == 2
    assert transition(peer, "shutdown")
    assert state(peer) == "finalized"


def test_a_node_with_autostart_is_active(
    started: Start, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keypoints_node, "make_detector", lambda _: FakeDetector())
    started(KeypointsNode)
    assert state(peer) == "active"


def test_a_missing_model_leaves_the_node_unconfigured_until_it_is_available(
    started: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: object) -> FakeDetector:
        raise ModelError("no model file; fetch it")

    monkeypatch.setattr(keypoints_node, "make_detector", missing)
    node = started(KeypointsNode, autostart=False)
    assert node.trigger_configure() == TransitionCallbackReturn.FAILURE
    assert node.stages == ()
    monkeypatch.setattr(keypoints_node, "make_detector", lambda _: FakeDetector())
    assert node.trigger_configure() == TransitionCallbackReturn.SUCCESS


def test_cleanup_releases_models_threads_and_topics(
    started: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keypoints_node, "make_detector", lambda _: FakeDetector())
    node = started(KeypointsNode, autostart=False)
    publishers, subscriptions = len(list(node.publishers)), len(list(node.subscriptions))
    threads = threading.active_count()
    for _ in range(2):
        node.trigger_configure()
        detector = weakref.ref(node.keypoints.detector)
        node.trigger_activate()
        assert threading.active_count() > threads
        assert len(list(node.subscriptions)) > subscriptions
        node.trigger_deactivate()
        node.trigger_cleanup()
        assert detector() is None
        assert threading.active_count() == threads
        assert len(list(node.publishers)) == publishers
        assert len(list(node.subscriptions)) == subscriptions


def test_a_node_that_cannot_start_raises_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: object) -> FakeDetector:
        raise ModelError("no model file; fetch it")

    monkeypatch.setattr(keypoints_node, "make_detector", missing)
    with pytest.raises(ModelError, match="fetch it"), spinning(KeypointsNode):
        pass


def test_a_parameter_can_be_changed_while_running(
    started: Start, peer: Peer, action_model: Path
) -> None:
    node = started(ActionNode, action_model=str(action_model))
    for value, accepted in ((0.9, True), (1.9, False), ("much", False)):
        parameter = Parameter("unknown_below", value=value).to_parameter_msg()
        request = SetParameters.Request(parameters=[parameter])
        result = peer.call(SetParameters, "action_node/set_parameters", request).results[0]
        assert result.successful == accepted
        assert accepted or result.reason
    assert node.settings.unknown_below == node.action.recogniser.settings.unknown_below == 0.9
