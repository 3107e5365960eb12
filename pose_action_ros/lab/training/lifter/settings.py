"""Settings of `pose-action train lifter` and `pose-action train detections`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pose_action_ros.settings import Settings, setting

WINDOW_FORMS = ("differences", "slots")
"""See networks.window.Window."""
STREAMS = ("exact", "detected")
"""The streams of the lifter, named after their training keypoints."""
VARIANTS: Mapping[str, tuple[str, ...]] = {
    "both": STREAMS,
    **{stream: (stream,) for stream in reversed(STREAMS)},
}
"""Streams that can get the detector's keypoints on a robot: the mean of both, or one."""


@dataclass(frozen=True)
class People(Settings):
    """Recorded and simulated people; the shares are relative to each other."""

    positions: str = setting(
        "", "CMU positions file (.npz), empty for none; its test split is for calibration."
    )
    subjects: str = setting(
        "", "Folder with a folder per subject (.asf and .amc, or .bvh), empty for none."
    )
    captures: str = setting("", "Files of joint positions (.npz), separated by commas.")
    test_subjects: str = setting(
        "", "Names of the subjects of test people, separated by commas; never trained on."
    )
    calibration_subjects: str = setting(
        "", "Names of the subjects for the calibration of scores alone, separated by commas."
    )
    recorded_share: float = setting(0.4, "Share of recorded people.", low=0.0, high=1.0)
    simulated_share: float = setting(
        0.2, "Share of simulated people in the package's actions.", low=0.0, high=1.0
    )
    free_share: float = setting(
        0.2, "Share of simulated people who move freely.", low=0.0, high=1.0
    )
    postures_share: float = setting(
        0.2,
        "Share of simulated people who sit, kneel, bend, lie, lean and get up.",
        low=0.0,
        high=1.0,
    )


@dataclass(frozen=True)
class LifterTraining(People):
    """Training of a lifter; config/train_lifter.yaml is the run of the shipped model."""

    # Data
    performances: int = setting(60, "Simulated bodies for each action.", low=0, high=10000)
    free_performances: int = setting(
        600, "Simulated bodies that move freely, without an action.", low=0, high=100000
    )
    posture_performances: int = setting(30, "Simulated bodies for each posture.", low=0, high=10000)
    recombined_share: float = setting(
        0.2, "Share of people with limbs of others.", low=0.0, high=1.0
    )
    toppled_share: float = setting(
        0.1, "Share of people with a tilt of the whole body.", low=0.0, high=1.0
    )
    detections: str = setting(
        "", "Files of `train detections`, separated by commas; empty for simulated errors only."
    )
    human36m: str = setting(
        "",
        "Human3.6M instead of robots' views: folder of 3d-pose-baseline or data_3d_h36m.npz.",
    )
    human36m_detections: str = setting(
        "StackedHourglass", "Folder of each subject's detections, or a data_2d_h36m_*.npz."
    )
    human36m_every: int = setting(1, "Keep one frame of this many.", low=1, high=1000)
    # Network
    images: int = setting(5, "Images in the network's window, 1 for single ones.", low=1, high=32)
    spacing: float = setting(
        1 / 15, "Time between the images of the window.", unit="s", low=0.01, high=1.0
    )
    window_form: str = setting(
        "differences",
        "Older images in the network: as differences to the newest, or as they are.",
        choices=WINDOW_FORMS,
    )
    trained: str = setting(
        "both", "Streams to train; the detector's alone in half the time.", choices=tuple(VARIANTS)
    )
    width: int = setting(512, "Units of each hidden layer.", low=8, high=4096)
    blocks: int = setting(1, "Middle blocks of each stream.", low=1, high=8)
    dropout: float = setting(0.25, "Dropout after each hidden layer.", low=0.0, high=0.9)
    baseline: bool = setting(False, "Also train the baseline, on the same views.")
    margin: float = setting(
        0.02, "Scores are lower than the share of correct joints by this much.", low=0.0, high=0.5
    )
    # Run
    output: str = setting("runs/lifter", "Folder of curve and checkpoint.")
    model: str = setting("runs/lifter/lifter.onnx", "Model file to write, with its card.")
    seed: int = setting(1, "Of data, weights and order.", low=0)
    rounds: int = setting(
        60, "Rounds, each with new views; a run can be prolonged.", low=1, high=100000
    )
    views: int = setting(
        32768, "Views in a round, in all processes together.", low=64, high=1 << 22
    )
    batch: int = setting(1024, "Views in a step of one process.", low=2, high=65536)
    learning_rate: float = setting(
        3e-3,
        "Highest learning rate of Adam for 256 views in a step; it grows with their root.",
        low=0.0,
        high=1.0,
    )
    baseline_learning_rate: float = setting(
        1e-3, "The baseline's, as published.", low=0.0, high=1.0
    )
    bfloat16: bool = setting(
        False, "Multiply hidden layers in bfloat16; fast with AVX-512 BF16, AMX or a GPU."
    )
    checkpoint_minutes: float = setting(
        10.0, "Time between checkpoints; 0 for one after each step.", unit="min", low=0.0
    )
    calibration_views: int = setting(
        100_000, "Views to calibrate the scores with.", low=64, high=1 << 24
    )
    threads: int = setting(2, "CPU threads.", low=1, high=256)
    accelerator: str = setting(
        "auto",
        "Device of the training; several devices or machines with torchrun.",
        choices=("auto", "cpu", "gpu"),
    )

    @property
    def streams(self) -> tuple[str, ...]:
        """Names of the trained streams, each in STREAMS."""
        return VARIANTS[self.trained]


@dataclass(frozen=True)
class DetectionRun(People):
    """Rendered clips for the detector, and the file of its detections."""

    output: str = setting("runs/detections.npz", "file to write")
    scenes: int = setting(300, "clips, each with its own body, camera and light", low=1)
    frames: int = setting(16, "images of each clip", low=1, high=1000)
    rate: float = setting(15.0, "images per second", unit="Hz", low=1.0, high=120.0)
    cropped_share: float = setting(
        0.3, "share of clips without the lower part of the person", low=0.0, high=1.0
    )
    seed: int = setting(1, "of the clips", low=0)
    workers: int = setting(1, "processes, each with one thread", low=1, high=256)
