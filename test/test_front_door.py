import subprocess
import sys

import pytest

import pose_action_ros
from pose_action_ros import Pipeline, Pose2D, pipeline, poses


def test_every_name_can_be_imported() -> None:
    for name in pose_action_ros.__all__:
        assert getattr(pose_action_ros, name).__name__ == name
    assert (Pipeline, Pose2D) == (pipeline.Pipeline, poses.Pose2D)
    assert set(pose_action_ros.__all__) <= set(dir(pose_action_ros))
    with pytest.raises(AttributeError, match="Pipline"):
        pose_action_ros.Pipline  # noqa: B018


def test_the_package_alone_imports_nothing_large() -> None:
    code = (
        "import sys, pose_action_ros; "
        "large = {'numpy', 'cv2', 'onnxruntime', 'torch', 'scipy'} & set(sys.modules); "
        "sys.exit(str(large) if large else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
