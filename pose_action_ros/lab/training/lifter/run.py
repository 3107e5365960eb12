"""A finished lifter run: its networks from the checkpoint, and what a robot can run of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.checkpoints import load_checkpoint
from pose_action_ros.lab.networks.lifter import Exported
from pose_action_ros.lab.training.lifter.learners import STREAMS, Learners, RobotLearner
from pose_action_ros.lab.training.lifter.open_source import empty_learners
from pose_action_ros.lab.training.lifter.settings import LifterTraining
from pose_action_ros.settings import from_mapping

CHECKPOINT = "checkpoint.pt"

VARIANTS: Mapping[str, tuple[str, ...]] = {
    "both": STREAMS,
    **{stream: (stream,) for stream in reversed(STREAMS)},
}
"""What a robot, which has the detector's keypoints alone, can run: the mean of streams, or one."""


def load_run(folder: Path) -> tuple[LifterTraining, Learners]:
    """Settings and networks of the run in a folder, in evaluation mode.

    Raises:
        ModelError: there is no run, it is damaged, or of another version of this package.
    """
    path = folder / CHECKPOINT
    state = load_checkpoint(path)
    if state is None:
        raise ModelError(f"no run in {folder}: expected {path}, made by `pose-action train lifter`")
    try:
        names = {item.name for item in fields(LifterTraining)}
        values = {name: value for name, value in state["config"].items() if name in names}
        settings = from_mapping(LifterTraining, {**values, "output": str(folder)})
        learners = Learners(empty_learners(settings))
        learners.load_state_dict(state["learners"])
    except (KeyError, RuntimeError, AttributeError) as error:
        raise ModelError(f"{path} is no run of this version: {error}; train it again") from error
    return settings, learners.eval()


def robot_network(learners: Learners, streams: str) -> Exported:
    """The network that a robot runs, of the streams of a name in VARIANTS.

    ModelError when the run is not for robots.
    """
    chosen = []
    for stream in VARIANTS[streams]:
        learner = learners.by_name()[stream]
        if not isinstance(learner, RobotLearner):
            raise ModelError("a run on Human3.6M gives no lifter for robots; nothing is exported")
        chosen.append(learner.lifter)
    return Exported(*chosen).eval()
