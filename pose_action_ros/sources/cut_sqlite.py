"""A .db3 file that is not whole: cut off, or left by a recorder that was killed.

Tables: rosbag2_storage_sqlite3's; SQLite reads up to the first page that is missing.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from rosbags.interfaces import (
    Connection,
    ConnectionExtRosbag2,
    MessageDefinition,
    MessageDefinitionFormat,
)

from pose_action_ros.errors import SourceError

_FORMATS = {"ros2msg": MessageDefinitionFormat.MSG, "ros2idl": MessageDefinitionFormat.IDL}
_NO_DEFINITION = MessageDefinition(MessageDefinitionFormat.NONE, "")


def has_log(path: Path) -> bool:
    """Whether a recorder that was killed has left messages in the log beside the file."""
    log = path.with_name(f"{path.name}-wal")
    return log.is_file() and log.stat().st_size > 0


class CutSqlite:
    """Reads the messages in the order in which they were written, as far as that is possible.

    Attributes:
        connections: the topics, with the messages that are there.

    Raises:
        SourceError: not even the topics can be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # With a log SQLite must look into that, too; without one it needs no file of its own.
        mode = "mode=ro" if has_log(path) else "immutable=1"
        self._base = sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True)
        try:
            # So that SQLite puts up with fewer pages than the file's head promises.
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
        """Messages by topic, of those that can be found."""
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
        """Of a type, and its hash; bags before Iron have none."""
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

    def messages(
        self, connections: Collection[Connection]
    ) -> Iterator[tuple[Connection, int, bytes]]:
        """The messages on some topics, with when they were recorded [ns].

        Raises:
            SourceError: the next one cannot be read.
        """
        wanted = {connection.id: connection for connection in connections}
        try:
            for topic, stamp, data in self._base.execute(
                "SELECT topic_id, timestamp, data FROM messages ORDER BY id"
            ):
                if topic in wanted:
                    yield wanted[topic], stamp, data
        except sqlite3.Error as error:
            raise SourceError(f"{self._path} is cut off or damaged ({error})") from error

    def close(self) -> None:
        """Close the file."""
        self._base.close()
