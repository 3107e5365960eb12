"""A bag with what the nodes would publish about images, alone or beside the original ones."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from rosbags.interfaces import Connection
from rosbags.rosbag2 import StoragePlugin, Writer

from pose_action_ros.camera import OPTICAL_FRAME
from pose_action_ros.errors import SettingError
from pose_action_ros.messages.definitions import (
    PACKAGE,
    header_message,
    result_types,
    time_message,
    typestore,
)
from pose_action_ros.messages.results import action_message, keypoints_message, poses_message
from pose_action_ros.output.originals import Originals
from pose_action_ros.pipeline import Frame
from pose_action_ros.skeletons import HUMAN36M_17, Skeleton
from pose_action_ros.sources.base import Header

TOPICS: Mapping[str, str] = {
    "/keypoints": f"{PACKAGE}/msg/Keypoints",
    "/poses": f"{PACKAGE}/msg/Poses",
    "/action": f"{PACKAGE}/msg/Action",
}
"""Where the nodes publish, without a namespace, and what."""
STORAGES: Mapping[str, tuple[StoragePlugin, str]] = {
    "mcap": (StoragePlugin.MCAP, ".mcap"),
    "sqlite3": (StoragePlugin.SQLITE3, ".db3"),
}
_VERSION: Final = 8
"""Of the bag's format: the newest that says QoS in the way that Humble reads, too."""


class BagFile:
    """A bag that is made in a hidden folder beside its place, and put there by `close`.

    Args:
        path: a .mcap or .db3 file, or the folder of a bag; an older one that was written here is
            replaced.
        storage: of a folder, mcap or sqlite3.
        skeleton: of the keypoints, also where there are none.
        originals: what is copied into it; None for nothing.

    Raises:
        SettingError: something else is there, or nothing can be written there.
    """

    def __init__(
        self, path: Path, storage: str, skeleton: Skeleton, originals: Originals | None = None
    ) -> None:
        check_place(path)
        self._path, self._skeleton, self._originals = path, skeleton, originals
        self._hidden = path.with_name(f".{path.name}.part")
        kinds = {ending: plugin for plugin, ending in STORAGES.values()}
        self._plugin = kinds.get(path.suffix, STORAGES[storage][0])
        self._try(self._open)

    def _open(self) -> None:
        """Begin, over what a run that was killed has left."""
        if self._hidden.exists():
            shutil.rmtree(self._hidden)
        made = self._hidden / _name(self._path)
        self._writer = Writer(made, version=_VERSION, storage_plugin=self._plugin)
        self._writer.open()
        self._topics = {
            topic: self._writer.add_connection(topic, kind, typestore=typestore())
            for topic, kind in TOPICS.items()
        }
        if self._originals is not None:
            self._originals.open(self._writer, leave_out=tuple(TOPICS))

    def add(self, frame: Frame) -> None:
        """Write what is known about an image, and the original messages up to it.

        Raises:
            SettingError: it cannot be written.
        """
        self._try(lambda: self._add(frame))

    def _add(self, frame: Frame) -> None:
        stamp = round(frame.stamp * 1e9)
        told = frame.header or Header(stamp, OPTICAL_FRAME, stamp)
        if self._originals is not None:
            self._originals.copy_until(told.received)
        types, header = result_types(), header_message(told.stamp, told.frame_id)
        assert frame.image is not None
        height, width = frame.image.shape[:2]
        skeleton = next((person.skeleton for person in frame.keypoints), self._skeleton)
        keypoints = keypoints_message(types, frame.keypoints, header, (width, height), skeleton)
        self._write("/keypoints", told, keypoints)
        people = [pose for pose in frame.poses if pose.present.any()]
        self._write("/poses", told, poses_message(types, people, header, HUMAN36M_17))
        for estimate in frame.actions:
            ago = round((frame.stamp - estimate.window_start) * 1e9)
            start = time_message(max(told.stamp - ago, 0))
            self._write("/action", told, action_message(types, estimate, header, start))

    def _write(self, topic: str, told: Header, message: Any) -> None:
        connection: Connection = self._topics[topic]
        data = typestore().serialize_cdr(message, connection.msgtype)
        self._writer.write(connection, told.received, data)

    def close(self, *, complete: bool = True) -> None:
        """Put the bag into its place.

        Args:
            complete: the source was read to its end: original messages after it are copied.

        Raises:
            SettingError: it cannot be written.
        """
        self._try(lambda: self._close(complete))

    def _close(self, complete: bool) -> None:
        if self._originals is not None:
            if complete:
                self._originals.copy_until(None)
            self._originals.close()
        self._writer.close()
        made = self._hidden / _name(self._path)
        if self._path.suffix in _ENDINGS:
            made = made / f"{made.name}{self._path.suffix}"
        elif self._path.exists():
            shutil.rmtree(self._path)
        made.replace(self._path)
        shutil.rmtree(self._hidden)

    def _try(self, work: Callable[[], None]) -> None:
        """Do it; nothing half made stays when that fails."""
        try:
            work()
        except OSError as error:
            with suppress(Exception):
                self._writer.abort()
            shutil.rmtree(self._hidden, ignore_errors=True)
            reason = error.strerror or str(error)
            raise SettingError(f"cannot write the bag {self._path}: {reason}") from error


_ENDINGS = tuple(ending for _, ending in STORAGES.values())


def _name(path: Path) -> str:
    """Of the bag's folder, from which the file in it has its name."""
    return path.stem if path.suffix in _ENDINGS else path.name


def check_place(path: Path) -> None:
    """SettingError where there is anything but a bag as it is written here."""
    if path.suffix in _ENDINGS:
        free = not path.is_dir()
    else:
        ours = {"metadata.yaml", *(f"{path.name}{ending}" for ending in _ENDINGS)}
        free = not path.exists() or (
            path.is_dir() and {file.name for file in path.iterdir()} <= ours
        )
    if not free:
        raise SettingError(
            f"cannot write the bag {path}: something else is there; name a new folder, or a file "
            f"that ends with {' or '.join(_ENDINGS)}"
        )
