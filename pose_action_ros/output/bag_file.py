"""A bag with the messages that the nodes would publish, alone or beside the original messages."""

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
from pose_action_ros.frame import Frame
from pose_action_ros.messages.definitions import (
    PACKAGE,
    header_message,
    result_types,
    time_message,
    typestore,
)
from pose_action_ros.messages.results import action_message, keypoints_message, poses_message
from pose_action_ros.output import viewer_topics
from pose_action_ros.output.original_messages import Originals
from pose_action_ros.skeletons import HUMAN36M_17, Skeleton
from pose_action_ros.sources import Header
from pose_action_ros.sources.kinds import is_bag, is_live

TOPICS: Mapping[str, str] = {
    "/keypoints": f"{PACKAGE}/msg/Keypoints",
    "/poses": f"{PACKAGE}/msg/Poses",
    "/action": f"{PACKAGE}/msg/Action",
}
"""Topics of the nodes, without namespace, and their types."""
STORAGES: Mapping[str, tuple[StoragePlugin, str]] = {
    "mcap": (StoragePlugin.MCAP, ".mcap"),
    "sqlite3": (StoragePlugin.SQLITE3, ".db3"),
}
_VERSION: Final = 8
"""Version of the bag's format: the newest with QoS profiles that Humble can read."""
_ENDINGS = tuple(ending for _, ending in STORAGES.values())


def open_bag_file(
    path: Path,
    source: str,
    storage: str,
    skeleton: Skeleton,
    *,
    originals: bool,
    viewers: bool = True,
) -> BagFile:
    """Begin a bag of the results of a source.

    Args:
        path: of the bag.
        source: name of the source.
        storage: mcap or sqlite3, where the path is a folder.
        skeleton: of the keypoints.
        originals: copy the messages of the source, which is a bag.
        viewers: write the topics for viewers, too.

    Raises:
        SettingError: the bag cannot be written, or does not fit the source.
        SourceError: the original messages cannot be read.
    """
    read = Path(source).expanduser()
    if source and read.exists():
        here, there = path.resolve(), read.resolve()
        if here == there or here in there.parents or there in here.parents:
            raise SettingError(f"write_bag {path} is in the way of the source {read}; move it")
    if not originals:
        return BagFile(path, storage, skeleton, viewers=viewers)
    if is_live(source) or not (source and read.exists() and is_bag(read)):
        raise SettingError(f"with_originals needs a bag as source, got {source!r}")
    return BagFile(path, storage, skeleton, Originals(read), viewers=viewers)


class BagFile:
    """A bag that is written in a hidden folder, and moved to its path by `close`.

    Args:
        path: a .mcap or .db3 file, or the folder of a bag; an older bag of that name is replaced.
        storage: of a folder, mcap or sqlite3.
        skeleton: of the keypoints, for images without people.
        originals: messages to copy; None for none.
        viewers: write the topics for viewers, too.

    Raises:
        SettingError: the path is taken by something else, or cannot be written.
    """

    def __init__(
        self,
        path: Path,
        storage: str,
        skeleton: Skeleton,
        originals: Originals | None = None,
        *,
        viewers: bool = True,
    ) -> None:
        check_place(path)
        self._path, self._skeleton, self._originals = path, skeleton, originals
        self._viewers = viewer_topics.ViewerMessages() if viewers else None
        self._hidden = path.with_name(f".{path.name}.part")
        kinds = {ending: plugin for plugin, ending in STORAGES.values()}
        self._plugin = kinds.get(path.suffix, STORAGES[storage][0])
        self._try(self._open)

    def _open(self) -> None:
        """Begin, and remove the hidden folder of a killed run."""
        if self._hidden.exists():
            shutil.rmtree(self._hidden)
        made = self._hidden / _name(self._path)
        self._writer = Writer(made, version=_VERSION, storage_plugin=self._plugin)
        self._writer.open()
        kinds = {**TOPICS, **(viewer_topics.TOPICS if self._viewers else {})}
        self._topics = {
            topic: self._writer.add_connection(
                topic,
                kind,
                typestore=typestore(),
                offered_qos_profiles=viewer_topics.QOS.get(topic, ()),
            )
            for topic, kind in kinds.items()
        }
        if self._originals is not None:
            replaced = {*TOPICS, *viewer_topics.TOPICS} - viewer_topics.SHARED
            self._originals.open(self._writer, leave_out=replaced)

    def add(self, frame: Frame, labels: Mapping[int, str]) -> None:
        """Write the messages of one image, and the original messages before it.

        Args:
            frame: with the annotated image.
            labels: text over the head by person id.

        Raises:
            SettingError: the bag cannot be written.
        """
        self._try(lambda: self._add(frame, labels))

    def _add(self, frame: Frame, labels: Mapping[int, str]) -> None:
        stamp = round(frame.stamp * 1e9)
        origin = frame.header or Header(stamp, OPTICAL_FRAME, stamp)
        if self._originals is not None:
            self._originals.copy_until(origin.received)
        types, header = result_types(), header_message(origin.stamp, origin.frame_id)
        assert frame.image is not None
        height, width = frame.image.shape[:2]
        skeleton = next((person.skeleton for person in frame.keypoints), self._skeleton)
        keypoints = keypoints_message(types, frame.keypoints, header, (width, height), skeleton)
        self._write("/keypoints", origin, keypoints)
        people = [pose for pose in frame.poses if pose.present.any()]
        self._write("/poses", origin, poses_message(types, people, header, HUMAN36M_17))
        for estimate in frame.actions:
            ago = round((frame.stamp - estimate.window_start) * 1e9)
            start = time_message(max(origin.stamp - ago, 0))
            self._write("/action", origin, action_message(types, estimate, header, start))
        if self._viewers is not None:
            for topic, message in self._viewers.of(frame, labels, header):
                self._write(topic, origin, message)

    def _write(self, topic: str, origin: Header, message: Any) -> None:
        connection: Connection = self._topics[topic]
        data = typestore().serialize_cdr(message, connection.msgtype)
        self._writer.write(connection, origin.received, data)

    def close(self, *, complete: bool = True) -> None:
        """Move the bag to its path.

        Args:
            complete: the source was read to its end; the original messages after it are copied.

        Raises:
            SettingError: the bag cannot be written.
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
        """Call `work`; if it cannot write, remove the hidden folder and raise SettingError."""
        try:
            work()
        except OSError as error:
            with suppress(Exception):
                self._writer.abort()
            shutil.rmtree(self._hidden, ignore_errors=True)
            reason = error.strerror or str(error)
            raise SettingError(f"cannot write the bag {self._path}: {reason}") from error


def _name(path: Path) -> str:
    """Name of the bag's folder and of the file in it, without ending."""
    return path.stem if path.suffix in _ENDINGS else path.name


def check_place(path: Path) -> None:
    """SettingError if the path is taken by anything but a bag of this name."""
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
