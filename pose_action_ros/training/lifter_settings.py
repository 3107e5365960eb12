"""Settings of `pose-action train lifter`."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.settings import setting


@dataclass(frozen=True)
class LifterTraining:
    """One training run; the file config/train_lifter.yaml is the shipped model's."""

    # Data
    positions: str = setting("", "CMU positions file (.npz), empty for none.")
    subjects: str = setting(
        "", "Folder with a folder per CMU subject (.asf, .amc), empty for none."
    )
    held_out_subject: str = setting("03", "Folder name of the subject kept for measuring.")
    performances: int = setting(60, "Simulated bodies for each action.", low=0, high=10000)
    frames: int = setting(40, "Frames kept of each simulated performance.", low=1, high=1000)
    simulated_share: float = setting(0.6, "Share of simulated people.", low=0.0, high=1.0)
    detections: str = setting("", "File of `train detections`, empty for made-up errors alone.")
    # Network
    width: int = setting(512, "Units of each hidden layer.", low=8, high=4096)
    blocks: int = setting(1, "Middle blocks of each stream.", low=1, high=8)
    dropout: float = setting(0.25, "Dropout after each hidden layer.", low=0.0, high=0.9)
    # Run
    output: str = setting("runs/lifter", "Folder of curve and checkpoint.")
    model: str = setting("runs/lifter/lifter.onnx", "Model file to write, with its card.")
    seed: int = setting(1, "Of data, weights and order.", low=0)
    rounds: int = setting(60, "Rounds, each on fresh views.", low=1, high=100000)
    views: int = setting(32768, "Views in a round.", low=64, high=1 << 22)
    batch: int = setting(256, "Views in a step.", low=2, high=65536)
    learning_rate: float = setting(1e-3, "Highest rate of Adam.", low=0.0, high=1.0)
    threads: int = setting(2, "CPU threads.", low=1, high=256)
