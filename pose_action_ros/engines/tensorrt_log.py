"""TensorRT's messages in this package's log."""

from __future__ import annotations

import logging

import tensorrt as trt

from pose_action_ros.errors import EngineError

_LOG = logging.getLogger(__name__)

_LEVELS = {
    trt.ILogger.INTERNAL_ERROR: logging.ERROR,
    trt.ILogger.ERROR: logging.ERROR,
    trt.ILogger.WARNING: logging.WARNING,
    trt.ILogger.INFO: logging.DEBUG,  # dozens of lines of memory statistics per engine
}


class TensorRtLog(trt.ILogger):  # type: ignore[misc]  # a class of a module without types
    """Forwards to logging and remembers the last error, which calls that fail do not tell."""

    def __init__(self) -> None:
        trt.ILogger.__init__(self)
        self._error = ""

    def log(self, severity: trt.ILogger.Severity, msg: str) -> None:
        """Called by TensorRT, from any of its threads."""
        level = _LEVELS.get(severity)
        if level is None:  # verbose: thousands of lines while an engine is built
            return
        if level == logging.ERROR:
            self._error = msg
        _LOG.log(level, "TensorRT: %s", msg)

    def failure(self, what: str, remedy: str) -> EngineError:
        """What to raise after a call that failed."""
        reason, self._error = self._error or "it does not say why", ""
        return EngineError(f"TensorRT {what}: {reason}; {remedy}")


LOG = TensorRtLog()
"""The one logger: TensorRT takes one for all that a process makes, as long as any of it lives."""
