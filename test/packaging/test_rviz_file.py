"""config/pose_action.rviz has displays and properties of RViz, and the topics of the nodes.

Names as in rviz_default_plugins and rviz_common of ros2/rviz, commit f7112b1 (October 2024). RViz
ignores other names without a warning.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
import yaml

from pose_action_ros.output.viewer_topics import UPRIGHT_FRAME

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "config" / "pose_action.rviz"
LAUNCH = ROOT / "launch" / "pose_action.launch.py"

EVERY = {"Class", "Name", "Enabled", "Value"}
DISPLAYS = {
    "Grid": {
        "Alpha",
        "Cell Size",
        "Color",
        "Line Style",
        "Normal Cell Count",
        "Offset",
        "Plane",
        "Plane Cell Count",
        "Reference Frame",
    },
    "Image": {"Max Value", "Median window", "Min Value", "Normalize Range", "Topic"},
    "MarkerArray": {"Namespaces", "Topic"},
    "TF": {
        "Filter (blacklist)",
        "Filter (whitelist)",
        "Frame Timeout",
        "Frames",
        "Marker Scale",
        "Show Arrows",
        "Show Axes",
        "Show Names",
        "Tree",
        "Update Interval",
    },
}
POLICIES = {
    "Durability Policy": {"System Default", "Transient Local", "Volatile"},
    "History Policy": {"System Default", "Keep Last", "Keep All"},
    "Reliability Policy": {"System Default", "Reliable", "Best Effort"},
}
ORBIT = {
    "Class",
    "Name",
    "Target Frame",
    "Distance",
    "Focal Point",
    "Pitch",
    "Yaw",
    "Near Clip Distance",
    "Value",
}


def scene() -> dict[str, Any]:
    """Displays of the file."""
    whole: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    manager: dict[str, Any] = whole["Visualization Manager"]
    return manager


def displays() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = scene()["Displays"]
    return found


@pytest.mark.parametrize("display", displays(), ids=lambda display: str(display["Name"]))
def test_rviz_knows_every_property(display: dict[str, Any]) -> None:
    plugin, _, kind = display["Class"].partition("/")
    assert plugin == "rviz_default_plugins"
    assert set(display) <= DISPLAYS[kind] | EVERY
    assert display["Enabled"] is display["Value"] is True


def test_topics_have_policies_that_rviz_knows_and_nodes_serve() -> None:
    for topic in (display["Topic"] for display in displays() if "Topic" in display):
        assert set(topic) == {"Depth", "Value", *POLICIES}
        assert all(topic[policy] in words for policy, words in POLICIES.items())
        assert topic["Durability Policy"] == "Volatile"


def test_topics_are_those_that_the_launch_file_renames_for_one_process() -> None:
    """Relative ones, so that they follow the namespace."""
    tree = ast.parse(LAUNCH.read_text(encoding="utf-8"))
    values = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    shown = ast.literal_eval(values["RVIZ_TOPICS"])
    topics = [display["Topic"]["Value"] for display in displays() if "Topic" in display]
    assert sorted(topics) == sorted(shown)
    assert not any(topic.startswith("/") for topic in topics)


def test_the_fixed_frame_is_that_of_the_launch_file_and_of_bags() -> None:
    assert scene()["Global Options"]["Fixed Frame"] == UPRIGHT_FRAME
    assert f'"{UPRIGHT_FRAME}"' in LAUNCH.read_text(encoding="utf-8")


def test_it_is_looked_at_from_behind_the_camera() -> None:
    view = scene()["Views"]["Current"]
    assert view["Class"] == "rviz_default_plugins/Orbit"
    assert set(view) == ORBIT
    tools = {tool["Class"] for tool in scene()["Tools"]}
    assert tools <= {"rviz_default_plugins/MoveCamera", "rviz_default_plugins/Measure"}
