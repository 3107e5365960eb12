"""ONNX Runtime: runs everywhere, on the CPU or on one of its other providers."""

from __future__ import annotations

import ctypes
import logging
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from pose_action_ros.engines.base import Shape, Tensors, check_tensors, on_cpu
from pose_action_ros.engines.providers import CPU, PROVIDERS, candidates
from pose_action_ros.errors import EngineError, ModelError

_LOG = logging.getLogger(__name__)

BLANK_SIZE = 64
"""Side [px] of the image with which a provider is tried, where the network takes any size."""


class OnnxRuntimeEngine:
    """An ONNX file in ONNX Runtime; see Engine.

    Args:
        path: the ONNX file.
        threads: CPU threads.
        provider: one of PROVIDER_CHOICES. With "auto", a provider that fails is skipped with a
            warning.

    Raises:
        ModelError: the file is damaged.
        EngineError: the provider is not available or fails.
    """

    name = "onnxruntime"

    def __init__(self, path: Path, threads: int, provider: str = CPU) -> None:
        words = candidates(provider, onnxruntime.get_available_providers())
        for word in words:
            try:
                self._open(path, threads, word)
            except EngineError as error:  # noqa: PERF203 - a handful of providers
                if provider != "auto":
                    raise
                _LOG.warning("%s does not run on %s: %s", path.name, word, error)
            else:
                return
        raise EngineError(f"no provider of ONNX Runtime runs {path.name}, tried {', '.join(words)}")

    def _open(self, path: Path, threads: int, word: str) -> None:
        """Load the file for a provider, and run it once unless that is the CPU."""
        self._session = _session(path, threads, word)
        self.place = on_cpu(threads) if word == CPU else word
        self.inputs: dict[str, Shape] = {
            item.name: tuple(size if isinstance(size, int) else None for size in item.shape)
            for item in self._session.get_inputs()
        }
        self.outputs = tuple(item.name for item in self._session.get_outputs())
        if word != CPU:
            self._run({name: _blank(shape) for name, shape in self.inputs.items()})

    def __call__(self, tensors: Tensors) -> dict[str, npt.NDArray[Any]]:
        """Run the network; see Engine."""
        check_tensors(self.inputs, tensors)
        feed = {name: np.ascontiguousarray(tensors[name], np.float32) for name in self.inputs}
        if all(len(value) for value in feed.values()):
            return self._run(feed)
        # ONNX Runtime 1.23, the last for Python 3.10, fails on an empty batch.
        one = {name: np.zeros((1, *value.shape[1:]), np.float32) for name, value in feed.items()}
        return {name: value[:0] for name, value in self._run(one).items()}

    def _run(self, feed: Tensors) -> dict[str, npt.NDArray[Any]]:
        try:
            results = self._session.run(list(self.outputs), feed)
        except Exception as error:
            raise EngineError(f"ONNX Runtime failed: {error}") from error
        return dict(zip(self.outputs, results, strict=True))


def _blank(shape: Shape) -> npt.NDArray[np.float32]:
    """Zeros of an input's shape: a batch of one, and images of a size that suits every stride."""
    first, *others = (BLANK_SIZE if size is None else size for size in shape)
    return np.zeros([1 if shape[0] is None else first, *others], np.float32)


def _session(path: Path, threads: int, word: str) -> onnxruntime.InferenceSession:
    """A session in which the provider runs the operations it has, and the CPU the others.

    Raises:
        ModelError: the file cannot be loaded, on the CPU either.
        EngineError: the provider cannot be used.
    """
    _share_arena()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Spinning threads would take a whole core from the other nodes of the robot.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # The networks of a process run one after another: they share one arena, without plans of all
    # tensors' places, which takes 20 MB less for the default networks and no more time.
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.use_env_allocators", "1")
    options.log_severity_level = 3
    names = [PROVIDERS[key].name for key in dict.fromkeys((word, CPU))]
    try:
        # Without the fallback, which prints to the standard output.
        session = onnxruntime.InferenceSession(
            str(path), options, providers=names, enable_fallback=False
        )
    except Exception as error:  # onnxruntime has no public base class for its errors
        if word != CPU:
            _session(path, threads, CPU)
            raise EngineError(f"the provider {word} failed: {error}") from error
        raise ModelError(
            f"{path} cannot be loaded by ONNX Runtime: {error}; export or convert the model again"
        ) from error
    if names[0] not in session.get_providers():
        raise EngineError(f"the provider {word} found no device or lacks a library")
    _return_free_memory()
    return session


@cache
def _share_arena() -> None:
    """Let the sessions of this process share one arena, which grows by what is needed."""
    info = onnxruntime.OrtMemoryInfo(
        "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    onnxruntime.create_and_register_allocator(info, None)


def _return_free_memory() -> None:
    """Return to the system what loading took for a moment, where the C library is glibc."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
