"""Launch files with real launch_ros, read and not started."""

import importlib.util
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import launch_ros.actions
import pytest
from launch import LaunchContext
from launch.action import Action
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions
from launch_ros.utilities import evaluate_parameters, normalize_parameters

FOLDER = Path(__file__).resolve().parents[1] / "launch"


@dataclass
class Process:
    """Processes of a launch file, with its substitutions performed."""

    namespace: str
    topics: dict[str, str]
    parameters: dict[str, Any] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    arguments: list[str] = field(default_factory=list)
    respawn: bool = False


def load(name: str) -> ModuleType:
    """The module of a launch file."""
    path = FOLDER / f"{name}.launch.py"
    spec = importlib.util.spec_from_file_location(name.replace(".", "_"), path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class LaunchPlan:
    """The processes of launch files by name, with given arguments; none of them is started."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.context = LaunchContext()
        self.processes: dict[str, Process] = {}
        plan = self

        class Recorder(Action):  # type: ignore[misc]
            def __init__(self, **arguments: Any) -> None:
                super().__init__()
                self.arguments = arguments

            def execute(self, _context: LaunchContext) -> None:
                plan.record(**self.arguments)

        monkeypatch.setattr(launch_ros.actions, "Node", Recorder)

    def __call__(self, name: str, **arguments: str) -> dict[str, Process]:
        self.context.launch_configurations.update(arguments)
        todo: list[Any] = [load(name).generate_launch_description()]
        while todo:
            todo = [*(todo.pop(0).visit(self.context) or ()), *todo]
        return self.processes

    def text(self, value: Any) -> str:
        return str(perform_substitutions(self.context, normalize_to_list_of_substitutions(value)))

    def record(
        self,
        *,
        executable: str,
        name: Any = "",
        namespace: Any = "",
        remappings: Any = (),
        parameters: Any = (),
        additional_env: Any = None,
        arguments: Any = (),
        respawn: bool = False,
        **_others: Any,
    ) -> None:
        topics = {self.text(old): self.text(new) for old, new in remappings}
        process = Process(self.text(namespace), topics, respawn=respawn)
        process.arguments = [self.text(word) for word in arguments]
        for variable, value in (additional_env or {}).items():
            process.environment[self.text(variable)] = self.text(value)
        for entry in evaluate_parameters(self.context, normalize_parameters(parameters)):
            if isinstance(entry, Path):
                process.files.append(entry)
            else:
                process.parameters |= entry
        self.processes[self.text(name) or executable] = process
