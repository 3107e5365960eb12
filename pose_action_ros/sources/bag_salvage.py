"""What can be read of a bag that is not whole: cut off, without its description, or parts of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import yaml
from rosbags.interfaces import Connection
from rosbags.rosbag2 import Reader

from pose_action_ros.errors import SourceError
from pose_action_ros.sources.cut_mcap import CutMcap
from pose_action_ros.sources.cut_sqlite import CutSqlite, has_log
from pose_action_ros.sources.kinds import bag_files

Message = tuple[Connection, int, bytes]
Topic = tuple[str, str]


class BagReader(Protocol):
    """What is used of a bag that is open."""

    @property
    def connections(self) -> list[Connection]:
        """The topics."""

    def messages(self, connections: Collection[Connection]) -> Iterator[Message]:
        """The messages on some of them: topic, when it was recorded [ns], and data."""

    def close(self) -> None:
        """Close the files."""


class Salvaged:
    """The messages that are left, file by file; see BagReader.

    Attributes:
        connections: the topics, with as many messages as the bag's description promises, or as
            are left where it promises nothing.
        damage: what is lost, in a sentence.

    Args:
        path: the bag's folder, or one of its files.
        problem: why it cannot be read as others can.

    Raises:
        SourceError: nothing can be read.
    """

    def __init__(self, path: Path, problem: str) -> None:
        self._path = path
        self.damage = problem
        self._parts: list[BagReader] = []
        told = _description(path) if path.is_dir() else {}
        for file in _files(path, told):
            self._add(file)
        if not any(item.msgcount for part in self._parts for item in part.connections):
            self.close()
            raise SourceError(
                f"nothing of bag {path} can be read: {self.damage}; if its recorder was killed, "
                "'ros2 bag reindex' or 'mcap recover' may help"
            )
        self.connections = self._topics(told)

    def _add(self, file: Path) -> None:
        """Open a file, as far as it is there."""
        if not file.exists():
            self._lose(f"{file.name} is missing")
            return
        try:
            self._parts.append(self._whole(file) or self._cut(file))
        except Exception as error:  # noqa: BLE001 - a damaged file raises anything
            self._lose(f"nothing of {file.name} can be read ({error})")

    def _lose(self, what: str) -> None:
        self.damage = f"{self.damage}; {what}"

    def _whole(self, file: Path) -> BagReader | None:
        """A file that is as it should be."""
        if has_log(file):
            return None
        try:
            reader = Reader(file)
            reader.open()
        except Exception:  # noqa: BLE001 - a damaged file raises anything
            return None
        return reader

    def _cut(self, file: Path) -> BagReader:
        """A file of which a part is missing."""
        if file.suffix == CutMcap.suffix:
            mended: Any = CutMcap(file)
            reader = Reader(mended)
            reader.open()
            lost = mended.size - mended.kept
            self._lose(f"{file.name} is cut off, its last {lost} bytes are no whole messages")
            return reader
        cut = CutSqlite(file)
        self._lose(f"{file.name} was not closed or is cut off")
        return cut

    def _topics(self, told: Mapping[str, Any]) -> list[Connection]:
        """One connection a topic, whatever it is called in the files."""
        first: dict[Topic, Connection] = {}
        counts: Counter[Topic] = Counter()
        for part in self._parts:
            for connection in part.connections:
                first.setdefault(_topic(connection), connection)
                counts[_topic(connection)] += connection.msgcount
        promised = _promised(told)
        return [
            connection._replace(
                id=number, msgcount=max(counts[topic], promised.get(topic, 0)), owner=self
            )
            for number, (topic, connection) in enumerate(first.items(), start=1)
        ]

    def messages(self, connections: Collection[Connection]) -> Iterator[Message]:
        """See BagReader; where a file cannot be read further, the next one goes on."""
        wanted = {_topic(connection): connection for connection in connections}
        for part in self._parts:
            inside = [item for item in part.connections if _topic(item) in wanted]
            try:
                for connection, stamp, data in part.messages(inside) if inside else ():
                    yield wanted[_topic(connection)], stamp, data
            except Exception as error:  # noqa: BLE001 - a damaged file raises anything
                if str(error) not in self.damage:
                    self._lose(str(error))

    def close(self) -> None:
        """Close all files."""
        for part in self._parts:
            part.close()


def _topic(connection: Connection) -> Topic:
    return connection.topic, connection.msgtype


def _description(folder: Path) -> Mapping[str, Any]:
    """What metadata.yaml says about the bag; nothing when it is missing or damaged."""
    try:
        text = (folder / "metadata.yaml").read_text(encoding="utf-8")
        told: dict[str, Any] = yaml.safe_load(text)["rosbag2_bagfile_information"]
        return dict(told)
    except (OSError, ValueError, TypeError, LookupError, yaml.YAMLError):
        return {}


def _files(path: Path, told: Mapping[str, Any]) -> list[Path]:
    """The bag's files, in their order."""
    if not path.is_dir():
        return [path]
    names = told.get("relative_file_paths")
    if isinstance(names, list):
        return [path / Path(str(name)).name for name in names]
    return bag_files(path)


def _promised(told: Mapping[str, Any]) -> Counter[Topic]:
    """Messages by topic, as the bag's description says; none where it makes no sense."""
    counts: Counter[Topic] = Counter()
    try:
        for item in told.get("topics_with_message_count") or ():
            topic = item["topic_metadata"]
            counts[topic["name"], topic["type"]] += int(item["message_count"])
    except (LookupError, TypeError, ValueError):
        return Counter()
    return counts
