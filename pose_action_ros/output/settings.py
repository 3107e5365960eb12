"""Settings of `process` and `record`; their modules are imported only to run."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.errors import SettingError
from pose_action_ros.pipeline_settings import PipelineSettings, PosePipelineSettings
from pose_action_ros.settings import names_of, setting
from pose_action_ros.sources import SourceSettings

EXPORTS = ("csv", "json", "srt", "vtt", "eaf", "trc", "c3d", "bvh")
"""Formats of `export`."""
VIEWER, RECORDING = "viewer", ".rrd"
"""Values of `view`: Rerun's viewer, and the ending of a file for it."""


def check_view(view: str, hint: str = "") -> None:
    """Check that a parameter `view` is VIEWER or a file for it; else SettingError with the hint."""
    if view != VIEWER and not view.endswith(RECORDING):
        raise SettingError(
            f"parameter 'view': got {view!r}, expected {VIEWER} or a file that ends with "
            f"{RECORDING}{hint}"
        )


@dataclass(frozen=True)
class ProcessSettings(PipelineSettings, SourceSettings):
    """Settings of `pose-action process`."""

    output: str = setting("output", "folder for the results; made if missing")
    video: bool = setting(True, "write annotated.mp4, or the annotated picture of a picture")
    video_codec: str = setting(
        "h264",
        "codec of annotated.mp4: every player and browser has h264, browsers have vp9, mpeg4 needs "
        "the least time",
        choices=("h264", "vp9", "mpeg4"),
    )
    write_bag: str = setting(
        "",
        "ROS 2 bag with keypoints, poses and actions as the nodes publish them: a .mcap or .db3 "
        "file, or a folder; empty for none",
    )
    bag_storage: str = setting(
        "mcap", "storage of a write_bag that is a folder", choices=("mcap", "sqlite3")
    )
    bag_viewers: bool = setting(
        True,
        "write into write_bag topics for viewers such as Foxglove, too: annotated images (JPEG), "
        "markers and TF",
    )
    with_originals: bool = setting(
        False, "copy the messages of the bag that is read into write_bag, too"
    )
    resume: bool = setting(
        True,
        "resume where the same command was stopped, with the same results as without interruption",
    )
    export: str = setting(
        "",
        "formats of further files in `output`, separated by commas: csv (joints and angles), json "
        "(an object for each image), srt and vtt (subtitles), eaf (ELAN), trc and c3d (markers), "
        "bvh (animation)",
    )
    view: str = setting(
        "",
        "show images, people in 3D and labels over time in Rerun (viewer), or write them into a "
        "file for it (NAME.rrd); empty for neither",
    )
    write_json: str = setting(
        "", "folder for OpenPose's JSON files, one for each image; empty for none"
    )
    keypoints_json: str = setting(
        "",
        "folder of OpenPose's JSON files to use instead of a detector; INPUT is then their video "
        "or image folder, or left out",
    )
    image_size: str = setting(
        "", "WIDTHxHEIGHT [px] of the images of keypoints_json where INPUT is left out"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        unknown = [name for name in names_of(self.export) if name not in EXPORTS]
        if unknown:
            raise SettingError(
                f"parameter 'export': got {unknown[0]!r}, expected formats out of "
                f"{', '.join(EXPORTS)}, separated by commas"
            )
        if self.view:
            check_view(self.view, "; --view without a file stands after INPUT")


@dataclass(frozen=True)
class RecordSettings(PosePipelineSettings, SourceSettings):
    """Settings of `pose-action record`."""

    name: str = setting("", "name of the recordings' files; empty for the source's name")
    min_seconds: float = setting(
        0.7, "people in view for less are left out", unit="s", low=0.0, high=3600.0
    )
    start: float = setting(
        0.0, "time in a file at which the recording starts", unit="s", low=0, high=1e7
    )
    end: float = setting(
        0.0, "time in a file at which the recording ends; 0 for its end", unit="s", low=0, high=1e7
    )
    takes: int = setting(
        1, "number of takes from a camera, each as long as `seconds`", low=1, high=1000
    )
