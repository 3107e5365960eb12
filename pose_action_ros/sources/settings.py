"""What can be said about a source."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.settings import Settings, setting


@dataclass(frozen=True)
class SourceSettings(Settings):
    """Where images come from, and for how long."""

    source: str = setting(
        "simulation",
        "simulation, a video file, a folder of images, a ROS 2 bag, a webcam (0 or /dev/video0) or "
        "the address of a stream (rtsp://...)",
    )
    image_topic: str = setting("", "images of a bag; empty where only one topic has images")
    loop: bool = setting(False, "start a video, folder or bag again at its end")
    seconds: float = setting(
        0.0, "stop after this much of the source; 0 for all of it", unit="s", low=0, high=1e7
    )
    rate: float = setting(
        30.0, "images per second of a folder or the simulation", unit="Hz", low=0.1, high=1000
    )
    image_width: int = setting(
        640, "width of simulated images, wanted width of a webcam's", unit="px", low=64, high=7680
    )
    image_height: int = setting(
        480, "height of simulated images, wanted height of a webcam's", unit="px", low=64, high=4320
    )
    seed: int = setting(0, "what the simulation draws; the same seed gives the same", low=0)
    people: int = setting(1, "people in the simulation", low=1, high=8)
    actions: str = setting("", "simulated actions, separated by commas; empty for all")
    action_seconds: float = setting(
        4.0, "how long a simulated action lasts", unit="s", low=0.5, high=600
    )
