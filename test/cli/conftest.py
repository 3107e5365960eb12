"""The imaginary GPU of the engines' tests."""

from engines.conftest import cache, machine, no_tensorrt

__all__ = ["cache", "machine", "no_tensorrt"]
