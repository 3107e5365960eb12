"""Memory that nobody uses any more goes back to the system."""

from __future__ import annotations

import ctypes
import gc


def give_back() -> None:
    """Return the free pages of the heap, where the C library can: with glibc.

    It keeps what a model took for the next request, which for a node at rest may never come.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
