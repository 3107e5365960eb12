"""The small OpenPose network of the shared data, in a cache of its own."""

from pathlib import Path

from pose_action_ros.cli.models import add_network
from pose_action_ros.models.openpose_card import OpenPoseCard
from shared_data import SHARED

NAME = "openpose_coco18_mobilenet_v2_small"
CARD = OpenPoseCard("coco_18", scale=2 / 255, offset=-1.0, output_layout="NHWC")


def add_shared_network() -> str:
    """Put it into the cache that POSE_ACTION_CACHE names; its name there."""
    assert SHARED is not None
    return add_network(Path(SHARED / "models" / f"{NAME}.onnx"), CARD, NAME, "Apache-2.0")
