"""Settings of a source of images."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.settings import Settings, setting


@dataclass(frozen=True)
class SourceSettings(Settings):
    """Source of the images, and its length."""

    source: str = setting(
        "simulation",
        "simulation, a video file, an image, a folder of images, a ROS 2 bag, a webcam (0, "
        "/dev/video0 or a link to it) or the address of a stream or video (rtsp://...)",
    )
    image_topic: str = setting("", "topic of the images in a bag; empty for the only one")
    loop: bool = setting(False, "restart a video, folder or bag at its end")
    seconds: float = setting(
        0.0, "stop after this much of the source; 0 for its end", unit="s", low=0, high=1e7
    )
    rate: float = setting(
        30.0, "images per second of a folder or the simulation", unit="Hz", low=0.1, high=1000
    )
    image_width: int = setting(
        640,
        "width of simulated and of requested webcam images",
        unit="px",
        low=64,
        high=7680,
    )
    image_height: int = setting(
        480,
        "height of simulated and of requested webcam images",
        unit="px",
        low=64,
        high=4320,
    )
    seed: int = setting(0, "random seed of the simulation", low=0)
    people: int = setting(1, "people in the simulation", low=1, high=8)
    actions: str = setting(
        "", "simulated actions, separated by commas; empty for those that the shipped model knows"
    )
    action_seconds: float = setting(
        4.0, "duration of a simulated action", unit="s", low=0.5, high=600
    )
