"""The faults of a run as a table, and the memory of the nodes."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from benchmarks.faults.nodes import Life
from benchmarks.faults.suite import Outcome

GROWTH_LIMIT = 0.05
"""Part by which the memory of a process, without what it shares, may grow after it is warm."""
WARM = 150.0
"""Age from which a process is warm [s]: half a round through all faults."""
LEAST = 3
"""Measurements of a warm process from which on growth is told."""


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
    """One line for each process, and what is wrong with some.

    Compared are the medians of the first and the last third of the measurements: memory moves with
    the newest images' size, and a leak raises all that come later.
    """
    lines, wrong = ["  process               from [s] to [s]   early    late [MB]  growth"], []
    for number, life in enumerate(lives):
        warm = [(age, size) for age, size in life.memory if age >= WARM]
        told = len(warm) >= LEAST
        if not (shown := warm if told else life.memory):
            continue
        third = -(-len(shown) // 3)
        early, late = (median(size for _, size in part) for part in (shown[:third], shown[-third:]))
        growth = late / early - 1
        name = f"{number:02d} {life.node}"
        line = (
            f"  {name:<21} {shown[0][0]:7.0f} {shown[-1][0]:6.0f} {early:8.1f} {late:8.1f}"
            f"  {growth:+.1%}"
        )
        lines.append(line + ("" if told else "  (not warm yet)"))
        if told and growth > GROWTH_LIMIT:
            wrong.append(f"{name} grew by {growth:.1%}")
    return lines, wrong
