"""config/pose_action.yaml and docs/parameters.md agree with the settings; nodes accept the file."""

from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("pose_action_ros.msg", reason="the messages are not built")

from parameters import FILE, NODES, PAGE, page, parameters_file
from rclpy.parameter import parameter_dict_from_yaml_file

from pose_action_ros.settings import defaults, from_mapping


def content() -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load(Path(FILE).read_text(encoding="utf-8"))
    return values


def test_the_file_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == parameters_file(), (
        "run: python3 tools/bootstrap.py run python tools/parameters.py"
    )


def test_the_page_is_up_to_date() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "run: python3 tools/bootstrap.py run python tools/parameters.py"


@pytest.mark.parametrize("node", NODES)
def test_its_values_are_the_defaults_and_allowed(node: str) -> None:
    values = content()[f"/**/{node}"]["ros__parameters"]
    assert values == defaults(NODES[node])
    assert from_mapping(NODES[node], values) == NODES[node]()


def test_lines_fit_the_screen() -> None:
    assert max(len(line) for line in parameters_file().splitlines()) <= 100


def test_ros_reads_it() -> None:
    found = parameter_dict_from_yaml_file(str(FILE), target_nodes=["/**/keypoints_node"])
    assert {name.rpartition(".")[2] for name in found} == set(defaults(NODES["keypoints_node"]))
