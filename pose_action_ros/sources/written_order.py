"""ROS 2 bags, read in the order in which their messages were written.

rosbags sorts messages by the time of recording. Where the clock of the recorder was set back, or a
bag was recorded in a loop, this mixes images of before and after.
"""

from __future__ import annotations

from collections.abc import Collection, Generator
from typing import Any

from rosbags.interfaces import Connection
from rosbags.rosbag2 import Reader
from rosbags.rosbag2.reader import DirectoryReader
from rosbags.rosbag2.storage_mcap import McapReader
from rosbags.rosbag2.storage_sqlite3 import Sqlite3Reader

Messages = Generator[tuple[Connection, int, bytes], None, None]


class _Mcap(McapReader):
    def messages(
        self,
        connections: Collection[Connection],
        start: int | None = None,
        stop: int | None = None,
    ) -> Messages:
        return self.messages_scan(connections, start, stop)


class _Sqlite(Sqlite3Reader):
    def messages(
        self,
        connections: Collection[Connection],
        start: int | None = None,
        stop: int | None = None,
    ) -> Messages:
        chosen = {connection.id: connection for connection in connections}
        marks = ", ".join("?" * len(chosen))
        low, high = start or 0, 2**63 - 1 if stop is None else stop
        base: Any = self.dbconn
        # With its index of timestamps, which the plus excludes, SQLite would read all rows first.
        for topic, stamp, data in base.execute(
            f"SELECT topic_id, timestamp, data FROM messages WHERE topic_id IN ({marks}) "  # noqa: S608 - only marks
            "AND +timestamp >= ? AND +timestamp < ? ORDER BY id",
            (*chosen, low, high),
        ):
            yield chosen[topic], stamp, data


class _Folder(DirectoryReader):
    STORAGE_PLUGINS = {"mcap": _Mcap, "sqlite3": _Sqlite}  # noqa: RUF012 - as in the base


class WrittenOrder(Reader):
    """The reader of rosbags, with the messages in the order of writing."""

    STORAGE_PLUGINS = {"dir": _Folder, ".mcap": _Mcap, ".db3": _Sqlite}  # noqa: RUF012 - as in the base
