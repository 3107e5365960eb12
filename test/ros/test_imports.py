"""Nodes import only the packages that they use."""

import subprocess
import sys

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("pose_action_ros.msg")

PACKAGE = "pose_action_ros"


@pytest.mark.parametrize(
    ("node", "unused"),
    [
        ("lifter_node", {"cv2", "scipy", f"{PACKAGE}.drawing.people", f"{PACKAGE}.sources"}),
        ("action_node", {"scipy", f"{PACKAGE}.detection", f"{PACKAGE}.drawing.people"}),
        ("keypoints_node", {f"{PACKAGE}.recognition", f"{PACKAGE}.lifting", f"{PACKAGE}.sources"}),
        ("view_node", {"scipy", "rerun", f"{PACKAGE}.detection.blazepose", f"{PACKAGE}.pipeline"}),
    ],
)
def test_a_node_loads_only_the_modules_it_uses(node: str, unused: set[str]) -> None:
    code = f"import sys, {PACKAGE}.nodes.{node}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert f"{PACKAGE}.nodes.{node}" in loaded
    assert not loaded & unused
