"""OpenPose's JSON files of a run, as OpenPose's own programs write them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pose_action_ros.errors import SettingError
from pose_action_ros.poses import Pose2D
from pose_action_ros.sources.openpose_json import ENDING, openpose_json


class JsonFiles:
    """One file for each image, STEM_000000000000_keypoints.json with the image's number.

    Args:
        folder: where to write; made when it is not there.
        stem: of the files' names.

    Raises:
        SettingError: the folder cannot be made.
    """

    def __init__(self, folder: Path, stem: str) -> None:
        self._folder, self._stem = folder, stem
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingError(f"cannot write into {folder}: {error.strerror}") from error

    def add(self, index: int, people: Sequence[Pose2D]) -> None:
        """Write the people [px] of the image with that number.

        Raises:
            SettingError: the file cannot be written.
        """
        path = self._folder / f"{self._stem}_{index:012}{ENDING}"
        try:
            path.write_text(openpose_json(people), encoding="utf-8")
        except OSError as error:
            raise SettingError(f"cannot write {path}: {error.strerror}") from error
