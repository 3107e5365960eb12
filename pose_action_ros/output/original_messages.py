"""Copies the messages of a bag into another, beside the results of this package."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from pathlib import Path

from rosbags.interfaces import Connection, ConnectionExtRosbag2, MessageDefinitionFormat
from rosbags.rosbag2 import Writer
from rosbags.typesys import (
    Stores,
    TypesysError,
    get_types_from_idl,
    get_types_from_msg,
    get_typestore,
)

from pose_action_ros.output import viewer_topics
from pose_action_ros.sources.bag import open_bag

_LOG = logging.getLogger(__name__)
_UNKNOWN = f"RIHS01_{0:064}"
"""Hash of a message without definition."""
_Message = tuple[Connection, int, bytes]


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
