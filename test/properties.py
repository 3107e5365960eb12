"""Numbers of examples for properties that take long to check."""

from __future__ import annotations

from typing import Any

from hypothesis import settings

FACTOR = settings().max_examples // 25
"""Factor of the number of examples: 1 in `make test`, 8 in `make test-all`."""


def examples(quick: int, **more: Any) -> settings:
    """Settings of a property with this number of examples in a quick run.

    Args:
        quick: number of examples in a quick run; properties without it have 25.
        more: further settings of hypothesis.
    """
    return settings(max_examples=quick * FACTOR, **more)
