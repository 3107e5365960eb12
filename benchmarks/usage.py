"""What processes use, from /proc."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def usage_of(process: int) -> tuple[float, float]:
    """Processor time so far [s] and resident memory [MB] of a process."""
    folder = Path(f"/proc/{process}")
    stat = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    statm = (folder / "statm").read_text(encoding="utf-8").split()
    # Fields 14 and 15 of proc(5): user and system time; the first two are cut off.
    return (int(stat[11]) + int(stat[12])) / _TICKS, int(statm[1]) * _PAGE / 1e6


def threads_of(process: int) -> int:
    """How many threads a process has."""
    return len(list(Path(f"/proc/{process}/task").iterdir()))


def own_memory_of(process: int) -> float:
    """Resident memory [MB] of a process without what it shares with others.

    Images come in through a segment of their sender: the more of it was once used, the more counts
    as resident in the process that reads them, up to the size of the segment.
    """
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    found = {line.partition(":")[0]: line.split()[1] for line in lines if line.startswith("Rss")}
    return (int(found["RssAnon"]) + int(found["RssFile"])) * 1024 / 1e6
