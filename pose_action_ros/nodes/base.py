"""What all nodes share: lifecycle, parameters, diagnostics, and one place for errors."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from traceback import format_exception
from typing import Any, Generic, TypeVar

from rcl_interfaces.msg import SetParametersResult
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.parameter import Parameter
from rclpy.task import Future

from pose_action_ros.errors import PoseActionError
from pose_action_ros.nodes.diagnostics import publish_diagnostics
from pose_action_ros.nodes.health import Report, Statistics
from pose_action_ros.nodes.logs import Throttle
from pose_action_ros.nodes.memory import give_back
from pose_action_ros.nodes.parameters import Parameters
from pose_action_ros.settings import Settings, setting


@dataclass(frozen=True)
class NodeSettings(Settings):
    """What every node can be told."""

    autostart: bool = setting(
        True, "configure and activate at start; false leaves both to a lifecycle manager"
    )


Config = TypeVar("Config", bound=NodeSettings)


class ManagedNode(LifecycleNode, Generic[Config]):
    """A lifecycle node with checked parameters and diagnostics.

    A subclass builds what it needs in `open` and works between `activate` and `rest`.

    Args:
        name: of the node, unless remapped.
        settings: its settings class.
        noun: what it counts, for people.
        arguments: of rclpy.node.Node.

    Raises:
        SettingError: a parameter has a value that is not allowed.
    """

    def __init__(self, name: str, settings: type[Config], noun: str, **arguments: Any) -> None:
        super().__init__(name, **arguments)
        self.health = Statistics(noun)
        self.failure: Exception | None = None  # why it could not be started
        self.finished: Future[None] = Future()  # done when there is nothing more to do
        self._throttle = Throttle()
        self._declared = Parameters(self, settings, self.apply)
        self._updater = publish_diagnostics(self, noun, self.report)

    @property
    def settings(self) -> Config:
        """As they are now."""
        return self._declared.values

    @abstractmethod
    def open(self) -> None:
        """Build models and publishers; a PoseActionError leaves the node unconfigured."""

    @abstractmethod
    def activate(self) -> None:
        """Begin to work."""

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
        """See rclpy.node.Node; a refusal says what was got and what is expected."""
        refusal = self._declared.refusal(parameter_list)
        return refusal or super().set_parameters_atomically(parameter_list)

    def report(self) -> Report:
        """Health since the last report."""
        return self.health.report()

    def start(self) -> None:
        """Configure and activate, unless `autostart` is off.

        Raises:
            PoseActionError: what `open` raised.
        """
        if not self.settings.autostart:
            return
        for transition in (self.trigger_configure, self.trigger_activate):
            if transition() != TransitionCallbackReturn.SUCCESS:
                raise self.failure or PoseActionError(f"{self.get_name()} could not be started")

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Build what is needed; stay unconfigured when that is impossible."""
        if not self._attempt(self.open):
            self.close()
            return TransitionCallbackReturn.FAILURE
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Begin to work."""
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
        """Free models and publishers."""
        self.close()
        give_back()
        return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop for good."""
        self._stop()
        self.close()
        return super().on_shutdown(state)

    def destroy_node(self) -> None:
        """Stop working before what is used for it is gone."""
        self._stop()
        self.close()
        super().destroy_node()

    def failed(self, error: Exception) -> None:
        """The one place where errors of work end: counted, logged, reported."""
        handle = self.context.handle  # context.ok() takes a lock that a shutdown may hold
        if handle is None or not handle.ok():  # nothing can be published any more
            return
        text = told(error)
        self.health.failed(text.splitlines()[-1])
        held = self._throttle.passes()
        if held is not None:
            self.get_logger().error(text + (f" ({held} more since the last)" if held else ""))

    def _attempt(self, transition: Callable[[], None]) -> bool:
        """Whether it went well; rclpy would swallow what it raises."""
        try:
            transition()
        except Exception as error:  # noqa: BLE001 - kept for who called `start`
            self.failure = error
            if not self.settings.autostart:
                self.get_logger().error(f"cannot be started: {told(error)}")
            return False
        return True

    def _stop(self) -> None:
        self.rest()
        self.health.rest()


def told(error: Exception) -> str:
    """Our own errors in their words; others are mistakes in the code and keep their traceback."""
    if isinstance(error, PoseActionError):
        return str(error)
    return "".join(format_exception(error)).rstrip()
