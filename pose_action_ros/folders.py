"""Files in folders, in natural order and without those that other systems add."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

COMPANION = "._"
"""Begin of the names of the files that macOS writes beside others on foreign file systems, with
their ending but not their content (AppleDouble)."""


def files_in(folder: Path, *endings: str) -> list[Path]:
    """List the entries of a folder in natural order.

    Args:
        folder: where to look.
        endings: of the names, in lower case; none for all.

    Raises:
        OSError: the folder cannot be read.
    """
    return sorted(_selected(folder.iterdir(), endings), key=natural_order)


def files_below(folder: Path, *endings: str) -> list[Path]:
    """List the entries of a folder and of those below, ordered by path; see files_in."""
    return sorted(_selected(folder.rglob("*"), endings))


def _selected(paths: Iterable[Path], endings: tuple[str, ...]) -> list[Path]:
    return [
        path
        for path in paths
        if not path.name.startswith(COMPANION) and (not endings or path.suffix.lower() in endings)
    ]


def natural_order(path: Path) -> list[tuple[int, int, str]]:
    """Sorting key by which frame9 comes before frame10."""
    parts = re.findall(r"(\d+)|(\D+)", path.name.lower())
    return [(0, int(number), "") if number else (1, 0, text) for number, text in parts]
