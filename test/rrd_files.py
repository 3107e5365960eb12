"""Recordings of Rerun, read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

Columns = dict[tuple[str, str], list[tuple[float, Any]]]
"""Time [s] and value by entity and component, in order; static values at -1."""


def columns_of(path: Path) -> Columns:
    """All values of a file."""
    reading = pytest.importorskip("rerun.chunk")
    found: Columns = {}
    for chunk in reading.RrdReader(path).stream():
        rows = chunk.to_record_batch()
        times = [-1.0] * rows.num_rows
        if not chunk.is_static:
            times = [value / 1e9 for value in rows.column("time").cast("int64").to_pylist()]
        for name in [one for one in rows.schema.names if ":" in one]:
            entity = str(chunk.entity_path)
            pairs = zip(times, rows.column(name).to_pylist(), strict=True)
            found.setdefault((entity, name), []).extend(one for one in pairs if one[1] is not None)
    return {key: sorted(pairs, key=lambda one: one[0]) for key, pairs in found.items()}
