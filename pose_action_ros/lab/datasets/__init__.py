"""Readers of data sets and motion capture files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pose_action_ros.errors import InputError


@contextmanager
def prefix_errors(place: object) -> Iterator[None]:
    """Prefix each InputError raised inside with the place of the data, such as a path."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{place}: {error}") from error
