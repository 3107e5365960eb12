"""Base of all nodes: lifecycle, parameters, diagnostics, and one place for errors."""

from __future__ import annotations

import ctypes
import gc
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from traceback import format_exception
from typing import Any, Generic, TypeVar

from rcl_interfaces.msg import SetParametersResult
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.parameter import Parameter
from rclpy.task import Future

from pose_action_ros.errors import PoseActionError
from pose_action_ros.nodes.health import Report, Statistics, publish_diagnostics
from pose_action_ros.nodes.parameters import Parameters
from pose_action_ros.settings import Settings, setting


@dataclass(frozen=True)
class NodeSettings(Settings):
    """Parameters common to all nodes."""

    autostart: bool = setting(
        True, "configure and activate at start; false leaves both to a lifecycle manager"
    )


Config = TypeVar("Config", bound=NodeSettings)


class ManagedNode(LifecycleNode, Generic[Config]):
    """A lifecycle node with checked parameters and diagnostics.

    A subclass creates models and publishers in `open` and works between `activate` and `rest`.

    Args:
        name: of the node, unless remapped.
        settings: its settings class.
        noun: its input, e.g. "image".
        arguments: of rclpy.node.Node.

    Attributes:
        health: counts for diagnostics.
        failure: the exception that prevented the start.
        finished: done when the process may end.

    Raises:
        SettingError: a parameter has a value that is not allowed.
    """

    def __init__(self, name: str, settings: type[Config], noun: str, **arguments: Any) -> None:
        super().__init__(name, **arguments)
        self.health = Statistics(noun)
        self.failure: Exception | None = None
        self.finished: Future[None] = Future()
        self._throttle = Throttle()
        self._declared = Parameters(self, settings, self.apply)
        self._updater = publish_diagnostics(self, noun, self.report)

    @property
    def settings(self) -> Config:
        """The present settings."""
        return self._declared.values

    @abstractmethod
    def open(self) -> None:
        """Create models and publishers; a PoseActionError leaves the node unconfigured."""

    @abstractmethod
    def activate(self) -> None:
        """Start to work."""

    @abstractmethod
    def rest(self) -> None:
        """Stop working; harmless when repeated."""

    @abstractmethod
    def close(self) -> None:
        """Undo `open`; harmless when repeated."""

    def apply(self, settings: Config) -> None:
        """Use other settings from now on; a PoseActionError refuses them."""

    def set_parameters(self, parameter_list: list[Parameter[Any]]) -> list[SetParametersResult]:
        """See rclpy.node.Node."""
        return [self.set_parameters_atomically([item]) for item in parameter_list]

    def set_parameters_atomically(
        self, parameter_list: list[Parameter[Any]]
    ) -> SetParametersResult:
        """See rclpy.node.Node; the reason of a refusal names the value and the expected ones."""
        refusal = self._declared.refusal(parameter_list)
        return refusal or super().set_parameters_atomically(parameter_list)

    def report(self) -> Report:
        """Health since the last report."""
        return self.health.report()

    def start(self) -> None:
        """Configure and activate, unless `autostart` is off.

        Raises:
            PoseActionError: from `open`.
        """
        if not self.settings.autostart:
            return
        for transition in (self.trigger_configure, self.trigger_activate):
            if transition() != TransitionCallbackReturn.SUCCESS:
                raise self.failure or PoseActionError(f"{self.get_name()} could not be started")

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Open; stay unconfigured if that is impossible."""
        if not self._attempt(self.open):
            self.close()
            return TransitionCallbackReturn.FAILURE
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start to work."""
        self.health.activate()
        if not self._attempt(self.activate):
            self._stop()
            return TransitionCallbackReturn.FAILURE
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop working."""
        self._stop()
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Release models and publishers."""
        self.close()
        release_memory()
        return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop and release everything."""
        self._stop()
        self.close()
        return super().on_shutdown(state)

    def destroy_node(self) -> None:
        """Stop working before the resources are destroyed."""
        self._stop()
        self.close()
        super().destroy_node()

    def failed(self, error: Exception) -> None:
        """Count, report and log an exception of the work; all of them end here."""
        handle = self.context.handle  # context.ok() takes a lock that a shutdown may hold
        if handle is None or not handle.ok():  # publishing is not possible any more
            return
        text = describe(error)
        self.health.failed(text.splitlines()[-1])
        held = self._throttle.passes()
        if held is not None:
            self.get_logger().error(text + (f" ({held} more since the last)" if held else ""))

    def _attempt(self, transition: Callable[[], None]) -> bool:
        """Run a transition and keep its exception, which rclpy would hide; True on success."""
        try:
            transition()
        except Exception as error:  # noqa: BLE001 - raised by `start`
            self.failure = error
            if not self.settings.autostart:
                self.get_logger().error(f"cannot be started: {describe(error)}")
            return False
        return True

    def _stop(self) -> None:
        self.rest()
        self.health.rest()


def describe(error: Exception) -> str:
    """The message of an error of this package; other exceptions, with their traceback."""
    if isinstance(error, PoseActionError):
        return str(error)
    return "".join(format_exception(error)).rstrip()


class Throttle:
    """Passes one event per period and counts the others."""

    def __init__(self, period: float = 5.0) -> None:
        self._period = period
        self._next = -float("inf")
        self._held = 0

    def passes(self) -> int | None:
        """Number of events held back since the last that passed; None if this one is held back."""
        now = monotonic()
        if now < self._next:
            self._held += 1
            return None
        held, self._held = self._held, 0
        self._next = now + self._period
        return held


def release_memory() -> None:
    """Return the free pages of the heap to the system, where the C library can: with glibc.

    The heap keeps the memory of a released model for the next request, which may never come.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
