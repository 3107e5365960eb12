from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pose_action_ros.msg import Action, Keypoints, Poses
from rclpy.parameter import Parameter
from sensor_msgs.msg import Image

from pose_action_ros import pipeline
from pose_action_ros.nodes.images import image_message
from pose_action_ros.nodes.pipeline import PipelineNode
from pose_action_ros.poses import Pose2D
from pose_action_ros.simulation import Scene
from ros_support import BEGIN, FakeDetector, Peer, grey, handled, header, report_of, wait_until

Start = Callable[..., Any]
RATE = 20.0


class Film(FakeDetector):
    """Detects a simulated person, the same in every run, one step further in each image."""

    def __init__(self) -> None:
        super().__init__()
        self.scene = Scene.random(np.random.default_rng(3), actions=("standing", "clapping"))

    def __call__(self, image: Any) -> tuple[Pose2D, ...]:
        super().__call__(image)
        seen = self.scene.truth(len(self.seen) / RATE)[0].keypoints
        return (Pose2D(seen.skeleton, seen.points, seen.scores),)


@pytest.fixture
def film(monkeypatch: pytest.MonkeyPatch) -> Film:
    film = Film()
    monkeypatch.setattr(pipeline, "make_detector", lambda _: film)
    return film


@pytest.fixture
def model(action_model: Path) -> dict[str, str]:
    """Parameter with a small action model."""
    return {"action_model": str(action_model)}


@pytest.mark.usefixtures("film")
def test_one_node_publishes_all_topics(started: Start, peer: Peer, model: dict[str, str]) -> None:
    node = started(PipelineNode, **model)
    keypoints, poses = peer.receive(Keypoints, "keypoints"), peer.receive(Poses, "poses")
    actions, overlays = peer.receive(Action, "action"), peer.receive(Image, "pipeline/overlay")
    image = image_message(grey(640, 480), header(BEGIN - 1))
    peer.publish("image", image, until=lambda: keypoints and poses and overlays)
    for number in range(60):
        stamp = header(BEGIN + number / RATE)
        peer.publish("image", image_message(grey(640, 480), stamp))
        wait_until(lambda: keypoints[-1].header == stamp)  # noqa: B023 - called at once
    wait_until(lambda: len(actions) >= 5)
    stamps = [message.header.stamp for message in poses]
    assert all(action.header.stamp in stamps for action in actions)
    assert all(action.window_start in stamps for action in actions)
    assert {person.id for message in poses for person in message.people} == {
        person.id for message in keypoints for person in message.people
    }
    assert report_of(node)["errors"] == "0"


def test_a_bad_image_and_time_that_jumps_back(
    started: Start, peer: Peer, film: Film, model: dict[str, str]
) -> None:
    node = started(PipelineNode, **model)
    received = peer.receive(Keypoints, "keypoints")
    bad = image_message(grey(), header(BEGIN - 1))
    bad.encoding = "rgb9"
    peer.publish("image", bad, until=lambda: handled(node))
    assert "rgb9" in report_of(node)["last error"]
    peer.publish("image", image_message(grey(640, 480), header(BEGIN)), until=lambda: received)
    again = [image_message(grey(640, 480), header(BEGIN - late)) for late in (5.0, 4.9)]
    peer.feed(node, "image", again)
    assert film.resets == 1


@pytest.mark.usefixtures("film")
def test_parameters_of_all_stages_and_the_action_model_can_be_changed(
    started: Start, model: dict[str, str], other_action_model: Path
) -> None:
    node = started(PipelineNode, **model)
    changes = {
        "max_people": 2,
        "track_memory": 3.0,
        "person_height": 1.5,
        "unknown_below": 0.8,
        "action_model": str(other_action_model),
    }
    parameters = [Parameter(name, value=value) for name, value in changes.items()]
    assert all(result.successful for result in node.set_parameters(parameters))
    line = node.pipeline
    for stage in (line.detector, line.tracker, line.lifter, line.recogniser):
        assert {name: getattr(stage.settings, name) for name in changes} == changes
    assert line.recogniser.labels == ("sitting", "falling")
    facts = node.health.facts
    assert (facts["classifier"], facts["labels"]) == (str(other_action_model), "2")
    (refused,) = node.set_parameters([Parameter("action_model", value="no/such.onnx")])
    assert "no model 'no/such.onnx'" in refused.reason
    assert line.recogniser.labels == ("sitting", "falling")
