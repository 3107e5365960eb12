"""Settings of the whole chain: those of its stages together."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.pipeline_settings import PipelineSettings, PosePipelineSettings
from pose_action_ros.settings import setting
from pose_action_ros.sources import SourceSettings


@dataclass(frozen=True)
class ProcessSettings(PipelineSettings, SourceSettings):
    """What is written."""

    output: str = setting("output", "folder for the results; made when it is not there")
    video: bool = setting(True, "write annotated.mp4")
    write_bag: str = setting(
        "",
        "ROS 2 bag with keypoints, poses and action as the nodes publish them: a .mcap or .db3 "
        "file, or a folder; empty for none",
    )
    bag_storage: str = setting(
        "mcap", "storage of a write_bag that is a folder", choices=("mcap", "sqlite3")
    )
    with_originals: bool = setting(
        False, "copy the messages of the bag that is read into write_bag, too"
    )
    resume: bool = setting(
        True, "go on where the same command was ended before it was through; all is as in one go"
    )
    write_json: str = setting(
        "", "folder for OpenPose's JSON files, one for each image; empty for none"
    )
    keypoints_json: str = setting(
        "",
        "folder of OpenPose's JSON files to start from instead of a detector; INPUT is then their "
        "video or image folder, or left out",
    )
    image_size: str = setting(
        "", "WIDTHxHEIGHT [px] of the images that keypoints_json is about, where INPUT is left out"
    )


@dataclass(frozen=True)
class RecordSettings(PosePipelineSettings, SourceSettings):
    """What is recorded."""

    name: str = setting("", "name of the recordings' files; empty for the source's name")
    min_seconds: float = setting(
        0.7, "somebody who is there for less is left out", unit="s", low=0.0, high=3600.0
    )
    start: float = setting(
        0.0, "of a source that is no camera, leave out what is before", unit="s", low=0, high=1e7
    )
    end: float = setting(
        0.0,
        "of a source that is no camera, leave out what is after; 0 for nothing",
        unit="s",
        low=0,
        high=1e7,
    )
    takes: int = setting(
        1, "how often to record from a camera, each time for `seconds`", low=1, high=1000
    )
