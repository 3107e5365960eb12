"""Message types from the .msg files of this package, for bag files without ROS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rosbags.interfaces import Nodetype
from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from pose_action_ros.messages.results import ResultTypes

PACKAGE = "pose_action_ros"


def definitions() -> Mapping[str, str]:
    """Text of each message definition by its type, for example pose_action_ros/msg/Action."""
    return {
        f"{PACKAGE}/msg/{path.stem}": path.read_text(encoding="utf-8")
        for path in sorted(_folder().glob("*.msg"))
    }


def _folder() -> Path:
    """Folder of the .msg files: below this folder if installed, msg/ in a checkout."""
    installed = Path(__file__).parent / "definitions"
    return installed if installed.is_dir() else Path(__file__).resolve().parents[2] / "msg"


@lru_cache(maxsize=1)
def typestore() -> Typestore:
    """Types of the messages of ROS 2 and of this package."""
    store = get_typestore(Stores.LATEST)
    for name, text in definitions().items():
        store.register(get_types_from_msg(text, name))
    return store


@lru_cache(maxsize=1)
def result_types() -> ResultTypes:
    """Message types of this package for bag files."""
    types: Mapping[str, Any] = typestore().types
    return ResultTypes(
        keypoint=types[f"{PACKAGE}/msg/Keypoint"],
        person_keypoints=types[f"{PACKAGE}/msg/PersonKeypoints"],
        keypoints=types[f"{PACKAGE}/msg/Keypoints"],
        point=types["geometry_msgs/msg/Point"],
        pose=types[f"{PACKAGE}/msg/Pose3D"],
        poses=types[f"{PACKAGE}/msg/Poses"],
        action=types[f"{PACKAGE}/msg/Action"],
        floats=_floats,
        integers=_integers,
    )


def _floats(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    return values.astype(np.float32)


def _integers(values: Sequence[int]) -> npt.NDArray[np.int32]:
    return np.array(values, dtype=np.int32)


def new_message(name: str, **values: Any) -> Any:
    """Create a message of a type; fields without a value are zero or empty.

    For types without arrays of a fixed length.
    """
    store = typestore()
    _, fields = store.fielddefs[name]
    filled = {field: _zero(*kind) for field, kind in fields if field not in values}
    kind: Any = store.types[name]
    return kind(**filled, **values)


def _zero(node: Nodetype, inside: Any) -> Any:
    """Value of a field without one, from its definition."""
    if node is Nodetype.NAME:
        return new_message(inside)
    if node is Nodetype.SEQUENCE:
        item, kind = inside[0]
        numbers = item is Nodetype.BASE and kind[0] != "string"
        return np.zeros(0, kind[0]) if numbers else []
    name = inside[0]
    return "" if name == "string" else np.zeros((), name).item()


def time_message(nanoseconds: int) -> Any:
    """Create a builtin_interfaces/Time."""
    seconds, rest = divmod(nanoseconds, 10**9)
    return typestore().types["builtin_interfaces/msg/Time"](sec=seconds, nanosec=rest)


def header_message(nanoseconds: int, frame: str) -> Any:
    """Create a std_msgs/Header."""
    kind: Any = typestore().types["std_msgs/msg/Header"]
    return kind(stamp=time_message(nanoseconds), frame_id=frame)
