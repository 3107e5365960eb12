"""Command lines of the documentation's pages: every `sh` block, one entry per command.

The words after `sh` at the beginning of a block say why a test cannot run its commands:
robot (an installed ROS, a robot's topics), webcam, network, minutes, long (hours, or a data set).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
REASONS = ("robot", "webcam", "network", "minutes", "long")
_BLOCK = re.compile(r"^```sh *(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class PageCommand:
    """One command line of a page.

    Attributes:
        page: name of the file.
        text: the command without comment, continued lines joined.
        reason: a word of REASONS if a test cannot run it, otherwise empty.
    """

    page: str
    text: str
    reason: str

    def __str__(self) -> str:
        return f"{self.page}: {self.text}"


def page_commands(text: str, page: str) -> list[PageCommand]:
    """Return the commands of a page in their order; `&&` separates commands."""
    return [
        PageCommand(page, command, reason)
        for reason, block in _BLOCK.findall(text)
        for line in block.replace("\\\n", " ").splitlines()
        for command in _without_comment(line).split(" && ")
        if command
    ]


def all_commands() -> list[PageCommand]:
    """Return the commands of all pages."""
    return [
        command
        for path in PAGES
        for command in page_commands(path.read_text(encoding="utf-8"), path.name)
    ]


def _without_comment(line: str) -> str:
    return " ".join(re.sub(r"(^|\s)#.*", "", line).split())
