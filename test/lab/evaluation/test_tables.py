"""Markdown tables."""

from __future__ import annotations

import pytest

from pose_action_ros.errors import InputError
from pose_action_ros.lab.evaluation.tables import Table


def test_table_by_hand() -> None:
    table = Table("Errors", ["action", "mm"], [["walking", "5.0"], ["a|b", "12.25"]])
    assert table.markdown() == (
        "### Errors\n\n"
        "| action  |    mm |\n"
        "| ------- | ----: |\n"
        "| walking |   5.0 |\n"
        "| a\\|b    | 12.25 |\n"
    )


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(InputError, match="'Errors': got row"):
        Table("Errors", ["action", "mm"], [["walking"]])
