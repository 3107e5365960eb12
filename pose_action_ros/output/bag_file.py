"""A bag with the messages that the nodes would publish, alone or beside the original messages."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Final

from rosbags.interfaces import Connection, ConnectionExtRosbag2, MessageDefinitionFormat
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import (
    Stores,
    TypesysError,
    get_types_from_idl,
    get_types_from_msg,
    get_typestore,
)

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
from pose_action_ros.output import viewer_topics
from pose_action_ros.pipeline import Frame
from pose_action_ros.skeletons import HUMAN36M_17, Skeleton
from pose_action_ros.sources import Header
from pose_action_ros.sources.bag import open_bag
from pose_action_ros.sources.kinds import is_bag, is_live

_LOG = logging.getLogger(__name__)

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
_UNKNOWN = f"RIHS01_{0:064}"
"""Hash of a message without definition."""
_Message = tuple[Connection, int, bytes]


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


class Originals:
    """Copies the messages of a bag in their order; TF frames of people are left out.

    Args:
        path: of the bag; damaged bags are copied as far as they can be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stack = ExitStack()
        self._copies: dict[int, Connection] = {}
        self._messages: Iterator[_Message] = iter(())
        self._next: _Message | None = None

    def open(self, writer: Writer, leave_out: Collection[str]) -> None:
        """Open the bag and add its topics to the writer.

        Args:
            writer: of the copy.
            leave_out: topics that are not copied.

        Raises:
            SourceError: the bag cannot be read.
        """
        reader = self._stack.enter_context(open_bag(self._path))
        self._writer = writer
        copied = []
        for connection in reader.connections:
            if connection.topic in leave_out:
                _LOG.warning(
                    "%s of %s is replaced by the new results", connection.topic, self._path
                )
            else:
                copied.append(connection)
                self._copies[connection.id] = _added(writer, connection)
        self._messages = iter(reader.messages(copied)) if copied else iter(())
        self._step()

    def _step(self) -> None:
        """Read the next message; a damaged bag ends where it is damaged."""
        try:
            self._next = next(self._messages, None)
        except Exception as error:  # noqa: BLE001 - a damaged bag raises anything
            _LOG.warning("not all messages of %s could be copied: %s", self._path, error)
            self._next = None

    def copy_until(self, received: int | None) -> None:
        """Copy the messages recorded until this time [ns]; None for all."""
        while self._next is not None and (received is None or self._next[1] <= received):
            connection, stamp, data = self._next
            if not viewer_topics.is_own_tf(connection.topic, data):
                self._writer.write(self._copies[connection.id], stamp, data)
            self._step()

    def close(self) -> None:
        """Close the bag that is read."""
        self._stack.close()


def _added(writer: Writer, connection: Connection) -> Connection:
    """The topic in the copy; one for all publishers of the same type and QoS, and one for TF."""
    ext = connection.ext
    is_tf = connection.topic in viewer_topics.SHARED
    for there in writer.connections:
        same = (there.topic, there.msgtype) == (connection.topic, connection.msgtype)
        if same and (is_tf or there.ext == ext):
            return there
    definition, digest = _definition(connection)
    profiles = ext.offered_qos_profiles if isinstance(ext, ConnectionExtRosbag2) else ()
    return writer.add_connection(
        connection.topic,
        connection.msgtype,
        msgdef=definition,
        rihs01=digest,
        offered_qos_profiles=profiles,
    )


def _definition(connection: Connection) -> tuple[str, str]:
    """Text and hash of the message definition, from the bag or, for old bags, from ROS."""
    store, text = get_typestore(Stores.LATEST), connection.msgdef.data
    try:
        if connection.msgdef.format == MessageDefinitionFormat.MSG:
            store.register(get_types_from_msg(text, connection.msgtype))
        elif connection.msgdef.format == MessageDefinitionFormat.IDL:
            store.register(get_types_from_idl(text))
        elif connection.msgtype in store.fielddefs:
            text, _ = store.generate_msgdef(connection.msgtype, ros_version=2)
        return text, connection.digest or store.hash_rihs01(connection.msgtype)
    except (TypesysError, KeyError) as error:
        _LOG.warning("%s: the definition of %s: %s", connection.topic, connection.msgtype, error)
        return text, connection.digest or _UNKNOWN
