"""Writes the parameters of all nodes from their settings classes: YAML file and docs page.

python tools/parameters.py
"""

from __future__ import annotations

import json
import textwrap
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from pages import rewritten

from pose_action_ros.nodes.action_node import ActionNodeSettings
from pose_action_ros.nodes.camera_node import CameraNodeSettings
from pose_action_ros.nodes.keypoints_node import KeypointsNodeSettings
from pose_action_ros.nodes.lifter_node import LifterNodeSettings
from pose_action_ros.nodes.pipeline import PipelineNodeSettings
from pose_action_ros.nodes.view_node import ViewNodeSettings
from pose_action_ros.settings import limits_of

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "config" / "pose_action.yaml"
PAGE = ROOT / "docs" / "parameters.md"
NODES: dict[str, type] = {
    "camera_node": CameraNodeSettings,
    "keypoints_node": KeypointsNodeSettings,
    "lifter_node": LifterNodeSettings,
    "action_node": ActionNodeSettings,
    "pipeline": PipelineNodeSettings,
    "view_node": ViewNodeSettings,
}
HEAD = """\
# Parameters of all nodes with their defaults, for params_file:= of the launch files. Keep the lines
# you change. Written by tools/parameters.py from the settings in the code.
"""
INDENT = " " * 4


def parameters_file() -> str:
    """The YAML file with the parameters of each node, in any namespace."""
    return HEAD + "".join(section(name, settings) for name, settings in NODES.items())


def section(node: str, settings: type) -> str:
    """The part of one node in the file."""
    entries = "".join(entry(item) for item in fields(settings))
    return f"\n/**/{node}:\n  ros__parameters:\n{entries}"


def entry(item: Field[Any]) -> str:
    """One parameter with its meaning, bounds and default."""
    comment = INDENT + "# "
    text = textwrap.fill(remark(item), 100, initial_indent=comment, subsequent_indent=comment)
    return f"{text}\n{INDENT}{item.name}: {json.dumps(item.default, ensure_ascii=False)}\n"


def remark(item: Field[Any]) -> str:
    """Description, unit, bounds and choices of a setting in one line."""
    limits = limits_of(item)
    notes = [limits.unit] if limits.unit else []
    low, high = (f"{bound:g}" for bound in (limits.low or 0, limits.high or 0))
    if limits.low is not None and limits.high is not None:
        notes.append(f"{low} to {high}")
    elif limits.low is not None or limits.high is not None:
        notes.append(f"at least {low}" if limits.high is None else f"at most {high}")
    if limits.choices:
        notes.append(" or ".join(limits.choices))
    if limits.live:
        notes.append("may change while running")
    return limits.description + (f" [{'; '.join(notes)}]" if notes else "")


def page(text: str) -> str:
    """The page with new tables of parameters."""
    tables = "".join(table(node, settings) for node, settings in NODES.items())
    return rewritten(text, "parameters", tables + "\n")


def table(node: str, settings: type) -> str:
    """Table of the parameters of one node."""
    rows = "".join(
        f"| `{item.name}` | `{json.dumps(item.default)}` | {remark(item)} |\n"
        for item in fields(settings)
    )
    head = "| parameter | default | meaning |\n| --- | --- | --- |\n"
    return f"\n## {node}\n\n{head}{rows}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    FILE.write_text(parameters_file(), encoding="utf-8")
