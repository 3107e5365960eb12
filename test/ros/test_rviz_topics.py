"""The topics of the RViz file are those of the nodes, by name and type."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pose_action_ros.drawing.markers import BONES, TEXTS
from pose_action_ros.nodes.action_node import ActionStage
from pose_action_ros.nodes.keypoints_node import KeypointsSettings, KeypointsStage
from pose_action_ros.nodes.lifter_node import LifterStage, LifterStageSettings
from pose_action_ros.nodes.stage import Stage
from ros_support import rclpy, spinning

FILE = Path(__file__).resolve().parents[2] / "config" / "pose_action.rviz"
TYPES = {
    "rviz_default_plugins/Image": "Image",
    "rviz_default_plugins/MarkerArray": "MarkerArray",
}


def displays() -> list[dict[str, Any]]:
    """Topics of the RViz file."""
    whole = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = whole["Visualization Manager"]["Displays"]
    return found


def shown() -> set[tuple[str, str]]:
    """Topics and types of RViz's displays."""
    return {
        (f"/robot/{item['Topic']['Value']}", TYPES[item["Class"]])
        for item in displays()
        if "Topic" in item
    }


def published(name: str) -> set[tuple[str, str]]:
    """Topics and types of one node's outputs, in the namespace robot."""
    model: Any = None
    makers: dict[str, Callable[[Any], Stage]] = {
        "keypoints_node": lambda node: KeypointsStage(node, KeypointsSettings(), model, model),
        "lifter_node": lambda node: LifterStage(node, LifterStageSettings(), model),
        "action_node": lambda node: ActionStage(node, model),
    }

    def make(context: Any) -> Any:
        return rclpy.create_node(name, namespace="robot", context=context)

    with spinning(make) as node:
        stage = makers[name](node)
        return {(item.topic_name, item.msg_type.__name__) for item in stage.publishers}


@pytest.mark.parametrize("name", ["keypoints_node", "lifter_node", "action_node"])
def test_rviz_subscribes_to_published_topics(name: str) -> None:
    wanted = {topic for topic in shown() if topic[0].startswith(f"/robot/{name}/")}
    assert wanted
    assert wanted <= published(name)


def test_markers_that_share_a_topic_in_one_process_are_drawn_once() -> None:
    hidden = {
        item["Name"]: item["Namespaces"]
        for item in displays()
        if item["Class"] == "rviz_default_plugins/MarkerArray"
    }
    assert hidden == {"Skeletons": {TEXTS: False}, "Ids and actions": {BONES: False}}


def test_rviz_subscribes_to_these_nodes_alone() -> None:
    assert {topic.split("/")[2] for topic, _ in shown()} == {
        "keypoints_node",
        "lifter_node",
        "action_node",
    }
