"""Settings of `pose-action train lifter`."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.settings import Settings, setting


@dataclass(frozen=True)
class LifterTraining(Settings):
    """One training run; the file config/train_lifter.yaml is the shipped model's."""

    # Data
    positions: str = setting("", "CMU positions file (.npz), empty for none.")
    subjects: str = setting(
        "", "Folder with a folder per subject (.asf and .amc, or .bvh), empty for none."
    )
    held_out_subject: str = setting("03", "Folder name of the subject kept for measuring.")
    performances: int = setting(60, "Simulated bodies for each action.", low=0, high=10000)
    frames: int = setting(40, "Frames kept of each simulated performance.", low=1, high=1000)
    simulated_share: float = setting(0.6, "Share of simulated people.", low=0.0, high=1.0)
    free_performances: int = setting(
        600, "Simulated bodies that move freely, not as actions.", low=0, high=100000
    )
    free_share: float = setting(
        0.4, "Share of simulated people who move freely.", low=0.0, high=1.0
    )
    detections: str = setting("", "File of `train detections`, empty for made-up errors alone.")
    human36m: str = setting(
        "",
        "Human3.6M instead of robots' views: folder of 3d-pose-baseline or data_3d_h36m.npz.",
    )
    human36m_detections: str = setting(
        "StackedHourglass", "Folder of each subject's detections, or a data_2d_h36m_*.npz."
    )
    human36m_every: int = setting(1, "Keep one frame of so many.", low=1, high=1000)
    # Network
    width: int = setting(512, "Units of each hidden layer.", low=8, high=4096)
    blocks: int = setting(1, "Middle blocks of each stream.", low=1, high=8)
    dropout: float = setting(0.25, "Dropout after each hidden layer.", low=0.0, high=0.9)
    baseline: bool = setting(False, "Train the baseline beside it, on the same views.")
    # Run
    output: str = setting("runs/lifter", "Folder of curve and checkpoint.")
    model: str = setting("runs/lifter/lifter.onnx", "Model file to write, with its card.")
    seed: int = setting(1, "Of data, weights and order.", low=0)
    rounds: int = setting(60, "Rounds, each on fresh views.", low=1, high=100000)
    views: int = setting(
        32768, "Views in a round, of all processes together.", low=64, high=1 << 22
    )
    batch: int = setting(256, "Views in a step, of one process.", low=2, high=65536)
    learning_rate: float = setting(3e-3, "Highest rate of Adam.", low=0.0, high=1.0)
    baseline_learning_rate: float = setting(
        1e-3, "The baseline's, as published.", low=0.0, high=1.0
    )
    threads: int = setting(2, "CPU threads.", low=1, high=256)
    accelerator: str = setting(
        "auto",
        "Where to train; several devices or machines with torchrun.",
        choices=("auto", "cpu", "gpu"),
    )
