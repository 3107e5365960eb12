"""Settings of `pose-action train detections`."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.settings import Settings, setting


@dataclass(frozen=True)
class DetectionRun(Settings):
    """What is shown to the detector, and where its answers go."""

    output: str = setting("runs/detections.npz", "file to write")
    positions: str = setting("", "CMU positions file (.npz), empty for none")
    subjects: str = setting(
        "", "folder with a folder per subject (.asf and .amc, or .bvh), empty for none"
    )
    held_out_subject: str = setting("03", "folder name of the subject kept for measuring")
    scenes: int = setting(300, "scenes, each with its own body, camera and light", low=1)
    frames: int = setting(12, "images of each scene", low=1, high=1000)
    recorded_share: float = setting(
        0.5, "share of scenes whose people are CMU recordings, where there are any", low=0, high=1
    )
    free_share: float = setting(
        0.4, "share of simulated scenes whose people move freely, not as actions", low=0, high=1
    )
    cropped_share: float = setting(
        0.3, "share of scenes whose lower part is cut off the picture", low=0.0, high=1.0
    )
    seed: int = setting(1, "of the scenes", low=0)
    workers: int = setting(1, "processes, each with one thread", low=1, high=256)
