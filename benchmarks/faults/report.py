"""The faults of a run as a table, and the memory of the nodes."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.faults.nodes import Life
from benchmarks.faults.suite import Outcome

GROWTH_LIMIT = 0.05
"""Part by which the memory of a process, without what it shares, may grow after it is warm."""
WARM = 150.0
"""Age from which a process is warm [s]: half a round through all faults."""


def outcome_lines(outcomes: Sequence[Outcome]) -> list[str]:
    """One line for each fault."""
    lines = ["    at [s]  fault                      told   right again after [s]"]
    for one in outcomes:
        recovery = "never" if one.recovery is None else f"{one.recovery:.1f}"
        told = f"{one.told}/{one.expected}" if one.expected else "-"
        line = f"  {one.began:8.0f}  {one.name:<25}  {told:>5}  {recovery:>6}"
        lines.append(line + (f"   FAILED: {one.wrong}" if one.wrong else ""))
    return lines


def memory_lines(lives: Sequence[Life]) -> tuple[list[str], list[str]]:
    """One line for each process, and what is wrong with some."""
    lines, wrong = ["  process               from [s] to [s]   first    last [MB]  growth"], []
    for number, life in enumerate(lives):
        warm = [(age, size) for age, size in life.memory if age >= WARM]
        shown = warm if len(warm) > 1 else life.memory
        if not shown:
            continue
        (first_age, first), (last_age, last) = shown[0], shown[-1]
        growth = last / first - 1
        name = f"{number:02d} {life.node}"
        line = (
            f"  {name:<21} {first_age:7.0f} {last_age:6.0f} {first:8.1f} {last:8.1f}  {growth:+.1%}"
        )
        lines.append(line + ("" if len(warm) > 1 else "  (not warm yet)"))
        if len(warm) > 1 and growth > GROWTH_LIMIT:
            wrong.append(f"{name} grew by {growth:.1%}")
    return lines, wrong
