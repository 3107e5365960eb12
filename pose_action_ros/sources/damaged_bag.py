"""Damaged bags: truncated, without metadata.yaml, with missing files, or not closed.

Tables of .db3 files: rosbag2_storage_sqlite3's. SQLite reads up to the first missing page.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import yaml
from rosbags.interfaces import (
    Connection,
    ConnectionExtRosbag2,
    MessageDefinition,
    MessageDefinitionFormat,
)

from pose_action_ros.errors import SourceError
from pose_action_ros.sources.kinds import bag_files
from pose_action_ros.sources.truncated_mcap import TruncatedMcap
from pose_action_ros.sources.written_order import WrittenOrder

Message = tuple[Connection, int, bytes]
"""Topic, time of recording [ns], and data."""
Topic = tuple[str, str]
"""Name and message type."""

_FORMATS = {"ros2msg": MessageDefinitionFormat.MSG, "ros2idl": MessageDefinitionFormat.IDL}
_HEADER = 100
"""Size of the header of an SQLite file [bytes]."""
_NO_DEFINITION = MessageDefinition(MessageDefinitionFormat.NONE, "")


class BagReader(Protocol):
    """The part of rosbags' Reader that is used of an open bag."""

    @property
    def connections(self) -> list[Connection]:
        """The topics."""

    def messages(self, connections: Collection[Connection]) -> Iterator[Message]:
        """Yield the messages on some topics."""

    def close(self) -> None:
        """Close the files."""


class DamagedBag:
    """The readable messages of a damaged bag, file by file in the order of writing; see BagReader.

    Attributes:
        connections: the topics, with the number of messages in metadata.yaml, or of the readable
            messages without it.
        damage: one sentence about the lost parts.

    Args:
        path: folder of the bag, or one of its files.
        problem: error of the ordinary reader.

    Raises:
        SourceError: nothing can be read.
    """

    def __init__(self, path: Path, problem: str) -> None:
        self._path = path
        self.damage = problem
        self._parts: list[BagReader] = []
        metadata = _read_metadata(path) if path.is_dir() else {}
        for file in _files(path, metadata):
            self._add(file)
        if not any(item.msgcount for part in self._parts for item in part.connections):
            self.close()
            raise SourceError(
                f"nothing of bag {path} can be read: {self.damage}; if its recorder was killed, "
                "'ros2 bag reindex' or 'mcap recover' may help"
            )
        self.connections = self._topics(metadata)

    def _add(self, file: Path) -> None:
        """Open a file, intact or truncated."""
        if not file.exists():
            self._note(f"{file.name} is missing")
            return
        try:
            self._parts.append(_open_intact(file) or self._open_truncated(file))
        except Exception as error:  # noqa: BLE001 - a damaged file raises anything
            self._note(f"nothing of {file.name} can be read ({error})")

    def _note(self, damage: str) -> None:
        self.damage = f"{self.damage}; {damage}"

    def _open_truncated(self, file: Path) -> BagReader:
        if file.suffix == TruncatedMcap.suffix:
            complete: Any = TruncatedMcap(file)
            reader = WrittenOrder(complete)
            reader.open()
            lost = complete.size - complete.kept
            self._note(f"{file.name} is truncated, its last {lost} bytes are no whole messages")
            return reader
        database = DamagedSqlite(file)
        self._note(f"{file.name} was not closed or is truncated")
        return database

    def _topics(self, metadata: Mapping[str, Any]) -> list[Connection]:
        """One connection per topic, whatever its number in the files."""
        first: dict[Topic, Connection] = {}
        counts: Counter[Topic] = Counter()
        for part in self._parts:
            for connection in part.connections:
                first.setdefault(_topic(connection), connection)
                counts[_topic(connection)] += connection.msgcount
        promised = _promised_counts(metadata)
        return [
            connection._replace(
                id=number, msgcount=max(counts[topic], promised.get(topic, 0)), owner=self
            )
            for number, (topic, connection) in enumerate(first.items(), start=1)
        ]

    def messages(self, connections: Collection[Connection]) -> Iterator[Message]:
        """See BagReader; continues with the next file where one cannot be read further."""
        chosen = {_topic(connection): connection for connection in connections}
        for part in self._parts:
            inside = [item for item in part.connections if _topic(item) in chosen]
            try:
                for connection, stamp, data in part.messages(inside) if inside else ():
                    yield chosen[_topic(connection)], stamp, data
            except Exception as error:  # noqa: BLE001 - a damaged file raises anything
                if str(error) not in self.damage:
                    self._note(str(error))

    def close(self) -> None:
        """Close all files."""
        for part in self._parts:
            part.close()


def _open_intact(file: Path) -> BagReader | None:
    """Open a file with rosbags; None if it is damaged."""
    if damage_of(file):
        return None
    try:
        reader = WrittenOrder(file)
        reader.open()
    except Exception:  # noqa: BLE001 - a damaged file raises anything
        return None
    return reader


def _topic(connection: Connection) -> Topic:
    return connection.topic, connection.msgtype


def _read_metadata(folder: Path) -> Mapping[str, Any]:
    """Content of metadata.yaml; empty if it is missing or damaged."""
    try:
        text = (folder / "metadata.yaml").read_text(encoding="utf-8")
        content: dict[str, Any] = yaml.safe_load(text)["rosbag2_bagfile_information"]
        return dict(content)
    except (OSError, ValueError, TypeError, LookupError, yaml.YAMLError):
        return {}


def _files(path: Path, metadata: Mapping[str, Any]) -> list[Path]:
    """Files of the bag, in their order."""
    if not path.is_dir():
        return [path]
    names = metadata.get("relative_file_paths")
    if isinstance(names, list):
        return [path / Path(str(name)).name for name in names]
    return bag_files(path)


def _promised_counts(metadata: Mapping[str, Any]) -> Counter[Topic]:
    """Messages by topic, from the metadata; empty if they are damaged."""
    counts: Counter[Topic] = Counter()
    try:
        for item in metadata.get("topics_with_message_count") or ():
            topic = item["topic_metadata"]
            counts[topic["name"], topic["type"]] += int(item["message_count"])
    except (LookupError, TypeError, ValueError):
        return Counter()
    return counts


def damage_of(file: Path) -> str:
    """The damage of a file that SQLite would open; empty without any, or for another file."""
    if has_log(file):
        return "its recorder was killed"
    return "it is truncated" if is_cut(file) else ""


def has_log(path: Path) -> bool:
    """True if a killed recorder has left messages in the write-ahead log beside the file."""
    log = path.with_name(f"{path.name}-wal")
    return log.is_file() and log.stat().st_size > 0


def is_cut(path: Path) -> bool:
    """True if a .db3 file has fewer pages than its header says, which recent SQLite accepts.

    SQLite's file format, section 1.3: size of a page at byte 16, with 1 for 65536; change counter
    at 24, number of pages at 28, valid if the number at 92 is the change counter.
    """
    if path.suffix != ".db3" or not path.is_file():
        return False
    with path.open("rb") as file:
        header = file.read(_HEADER)
    if len(header) < _HEADER:
        return False
    page, changes, pages, valid = (
        int.from_bytes(header[first : first + size], "big")
        for first, size in ((16, 2), (24, 4), (28, 4), (92, 4))
    )
    return changes == valid and path.stat().st_size < pages * (65536 if page == 1 else page)


class DamagedSqlite:
    """A .db3 file that is truncated or was not closed, read in order of writing; see BagReader.

    Attributes:
        connections: the topics, with the number of readable messages.

    Raises:
        SourceError: the topics cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # With a log SQLite must read that, too; without one it needs no file of its own.
        mode = "mode=ro" if has_log(path) else "immutable=1"
        self._base = sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True)
        try:
            # SQLite then accepts fewer pages than the header of the file promises.
            self._base.execute("PRAGMA writable_schema = ON")
            counts = self._counts()
            self.connections = [
                self._connection(row, counts)
                for row in self._base.execute("SELECT id, name, type FROM topics ORDER BY id")
            ]
        except sqlite3.Error as error:
            self._base.close()
            raise SourceError(f"{path}: {error}") from error

    def _counts(self) -> Counter[int]:
        """Number of readable messages by topic."""
        counts: Counter[int] = Counter()
        rows = self._base.execute("SELECT topic_id FROM messages ORDER BY id")
        try:
            for (topic,) in rows:
                counts[topic] += 1
        except sqlite3.Error:
            return counts
        return counts

    def _connection(self, row: tuple[int, str, str], counts: Counter[int]) -> Connection:
        number, topic, kind = row
        definition, digest = self._definition(kind)
        ext = ConnectionExtRosbag2("cdr", [])
        return Connection(number, topic, kind, definition, digest, counts[number], ext, self)

    def _definition(self, kind: str) -> tuple[MessageDefinition, str]:
        """Definition of a message type, and its hash; bags before Iron have none."""
        query = (
            "SELECT encoding, encoded_message_definition, type_description_hash "
            "FROM message_definitions WHERE topic_type = ?"
        )
        try:
            found = self._base.execute(query, (kind,)).fetchone()
        except sqlite3.Error:
            return _NO_DEFINITION, ""
        if found is None or found[0] not in _FORMATS:
            return _NO_DEFINITION, ""
        return MessageDefinition(_FORMATS[found[0]], found[1]), found[2]

    def messages(self, connections: Collection[Connection]) -> Iterator[Message]:
        """Yield the messages on some topics.

        Raises:
            SourceError: the next one cannot be read.
        """
        chosen = {connection.id: connection for connection in connections}
        try:
            for topic, stamp, data in self._base.execute(
                "SELECT topic_id, timestamp, data FROM messages ORDER BY id"
            ):
                if topic in chosen:
                    yield chosen[topic], stamp, data
        except sqlite3.Error as error:
            raise SourceError(f"{self._path} is truncated or damaged ({error})") from error

    def close(self) -> None:
        """Close the file."""
        self._base.close()
