"""Settings of `pose-action train detector`."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.settings import Settings, setting


@dataclass(frozen=True)
class DetectorTraining(Settings):
    """A light OpenPose network and the simulated people that it learns from."""

    layout: str = setting("coco_18", "joints of the network", choices=("body_25", "coco_18"))
    width: int = setting(128, "channels of its stages", low=16, high=512)
    refinements: int = setting(1, "stages after the first", low=0, high=5)
    image_width: int = setting(368, "of the images", unit="px", low=64, high=1920)
    image_height: int = setting(368, "of the images", unit="px", low=64, high=1920)
    most_people: int = setting(4, "in an image", low=1, high=8)
    frames: int = setting(4, "images of each scene", low=1, high=1000)
    rounds: int = setting(400, "rounds, each on fresh images", low=1, high=100000)
    images: int = setting(256, "images in a round", low=1, high=1 << 20)
    batch: int = setting(16, "images in a step", low=1, high=4096)
    learning_rate: float = setting(1e-3, "highest rate of Adam", low=0.0, high=1.0)
    seed: int = setting(1, "of scenes, weights and order", low=0)
    output: str = setting("runs/detector", "folder of curve and checkpoint")
    model: str = setting("runs/detector/detector.onnx", "model file to write, with its card")
    threads: int = setting(2, "CPU threads", low=1, high=256)
    accelerator: str = setting("auto", "where to train", choices=("auto", "cpu", "gpu"))
