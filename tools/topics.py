"""Writes the messages into docs/topics.md, from the comments in msg/.

python tools/topics.py
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pages import rewritten

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "topics.md"
ORDER = ("Keypoints", "PersonKeypoints", "Keypoint", "Poses", "Pose3D", "Action")
"""Published messages, each before the messages that it contains, in the order of the nodes."""


@dataclass(frozen=True)
class Field:
    """A line of a message: type, name (of a constant, with its value) and meaning."""

    kind: str
    name: str
    meaning: str


def page(text: str) -> str:
    """The page with new tables of messages."""
    return rewritten(text, "messages", "".join(map(section, ORDER)) + "\n")


def section(name: str) -> str:
    """Meaning of a message and table of its fields."""
    meaning, fields = read((ROOT / "msg" / f"{name}.msg").read_text(encoding="utf-8"))
    rows = "".join(f"| `{it.name}` | `{it.kind}` | {it.meaning} |\n" for it in fields)
    head = "| field | type | meaning |\n| --- | --- | --- |\n"
    return f"\n### {name}\n\n{meaning}\n\n{head}{rows}"


def read(text: str) -> tuple[str, list[Field]]:
    """Meaning of a message, from the comment above its fields, and its fields."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    meaning = " ".join(line.lstrip("# ") for line in lines if line.startswith("#"))
    return meaning, [field(line) for line in lines if not line.startswith("#")]


def field(line: str) -> Field:
    """Parse the line of a field or constant."""
    declared, _, meaning = line.partition("#")
    kind, name = declared.split(maxsplit=1)
    spaced = re.sub(r"\s*=\s*", " = ", name.strip())
    return Field(kind, spaced, meaning.strip().replace("|", "\\|"))


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
