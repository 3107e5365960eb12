"""Joints of motion capture sources: their names of PERSON's joints, and the differences to them.

joint_names.yaml has the families of sources. Joint centres of hips, knees, ankles, shoulders,
elbows and wrists are those of the source; Acclaim wrists lie only 180 mm from the elbow.

Mid hip and neck are the middles of hips and shoulders: the roots of CMU and HDM05 lie 92 to 105 mm
above the hips, the ends of the thorax 27 to 55 mm below the shoulders.
The spine is half way along the vertebrae from mid hip to neck.

The head top of Acclaim skeletons is the end of the head, moved along the line from the base of the
neck by 0.083 of the standing height: upright, the ends of the heads of 17 CMU subjects are on
average 0.125 of it above the shoulders (0.113 to 0.139 without an outlier), and the vertices of
bodies with the measures of ANSUR II (simulation.measures) 0.208.
Human3.6M has hips 266 mm apart (published offsets: 132.9 mm each, its root in the middle), a spine
233 mm above them and a thorax 257 mm above that; its protocols count all joints.
No source has a face: nose, eyes and ears follow from the axes of an average head and are not
defined. The pitch of the heads of upright CMU and HDM05 subjects differs by up to 38 degrees.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import yaml

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.person import PERSON

Flags = npt.NDArray[np.bool_]

SIDES: Final = ("left", "right")
LIMBS: Final = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
UPS: Final = ("x", "y", "z", "-x", "-y", "-z")
_KEYS: Final = {"head_end", "vertex", "also", "bones", "lacks", "up", "unit"}
_FILE: Final = Path(__file__).with_name("joint_names.yaml")


@dataclass(frozen=True, eq=False)
class Definition:
    """A family of sources with the same joint names and the same meaning of them.

    Attributes:
        name: of the family.
        joints: alternative plain names of hips, knees, ankles, shoulders, elbows and wrists by
            PERSON's names, and of "head", the lower end of the head or neck.
        head_end: plain name of the head's end; empty for the farthest one.
        vertex: from the end of the head to the vertex, as a part of the standing height; None where
            the head has no end of the same meaning in all files.
        also: plain names of further joints.
        ends: true if joints are named after the bones that end in them.
        lacks: plain names of the joints of the bone below a missing one of the same length.
        up: axis that points up, one of UPS; empty if unknown.
        unit: [m] of the file's unit; 0 if unknown.
    """

    name: str
    joints: Mapping[str, tuple[str, ...]]
    head_end: str = ""
    vertex: float | None = None
    also: tuple[str, ...] = ()
    ends: bool = False
    lacks: tuple[str, ...] = ()
    up: str = ""
    unit: float = 0.0

    @property
    def defined(self) -> Flags:
        """(21,) true for joints as PERSON defines them."""
        approximate = ("nose", "eye", "ear", *(() if self.vertex is not None else ("head_top",)))
        return np.array([not name.endswith(approximate) for name in PERSON.joints])


@dataclass(frozen=True, eq=False)
class Match:
    """A person in a source: rows of its joints by the names in Definition.joints and head_end."""

    definition: Definition
    prefix: str
    rows: Mapping[str, int]


def plain(name: str) -> str:
    """A joint's name without case and separators."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def definitions_for(path: Path, names: Path | None = None) -> tuple[Definition, ...]:
    """Families for a file or folder of motion capture, those of the user before the package's.

    Args:
        path: of the motion capture.
        names: file of the user's families; None for a joint_names.yaml near the path, if any.

    Raises:
        InputError: a file is missing or wrong; the message names the family and the key.
    """
    near = [folder / _FILE.name for folder in (path, *path.resolve().parents[:3])]
    own = names or next((file for file in near if file.is_file()), None)
    return (*(_read(own) if own else ()), *_read(_FILE))


def find_people(names: Sequence[str], definitions: Sequence[Definition]) -> list[Match]:
    """Find the people of a source from the names of its joints.

    Returns:
        One match for each prefix of names, as "A:" and "B:" of two people, all of one family.

    Raises:
        InputError: no family fits; the message has the nearest one and what it lacks.
    """
    rows = {plain(name): row for row, name in reversed(list(enumerate(names)))}
    nearest: tuple[int, str] = (len(rows) + 99, "")
    for definition in definitions:
        found = []
        for prefix in _prefixes(rows, definition):
            own, missing = _rows(rows, definition, prefix)
            if not missing:
                found.append(Match(definition, prefix, own))
            nearest = min(nearest, (len(missing), f"{definition.name}: {', '.join(missing)}"))
        if found:
            return found
    raise InputError(
        f"joint names {', '.join(names)} are of no family in {_FILE.name}, the nearest lacks "
        f"{nearest[1]}; name hip, knee, ankle, shoulder, elbow, wrist and head in a file "
        f"{_FILE.name} beside the data, in the format of {_FILE}"
    )


def _prefixes(rows: Mapping[str, int], definition: Definition) -> list[str]:
    """Text before the family's name of the left hip, or of the head, in names that end in it."""
    found = {
        name.removesuffix(own)
        for key in ("left_hip", "head")
        for own in definition.joints[key]
        for name in rows
        if name.endswith(own)
    }
    return sorted(found, key=lambda prefix: (len(prefix), prefix)) or [""]


def _rows(
    rows: Mapping[str, int], definition: Definition, prefix: str
) -> tuple[dict[str, int], list[str]]:
    """Rows by our names, and the names that are missing."""
    wanted = dict(definition.joints) | {name: (name,) for name in definition.also}
    if definition.head_end:
        wanted["head_end"] = (definition.head_end,)
    found, missing = {}, []
    for ours, theirs in wanted.items():
        present = [rows[prefix + name] for name in theirs if prefix + name in rows]
        if present:
            found[ours] = present[0]
        else:
            missing.append(theirs[0])
    return found, missing


@lru_cache(maxsize=4)
def _read(path: Path) -> tuple[Definition, ...]:
    try:
        families = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"cannot read joint names from {path}: {error}") from error
    if not isinstance(families, dict):
        raise InputError(f"{path}: got {type(families).__name__}, expected families of joint names")
    return tuple(_definition(str(name), values, path) for name, values in families.items())


def _definition(name: str, values: Any, path: Path) -> Definition:
    required = {"sides", "head", *LIMBS}
    if not isinstance(values, dict) or not required <= set(values) <= required | _KEYS:
        keys = sorted(values) if isinstance(values, dict) else values
        raise InputError(
            f"{path}, {name}: got {keys}, expected {', '.join(sorted(required))} and, where they "
            f"apply, {', '.join(sorted(_KEYS))}"
        )
    try:
        return _checked(name, values)
    except (LookupError, TypeError, ValueError) as error:
        raise InputError(f"{path}, {name}: {error!r}") from error


def _checked(name: str, values: Mapping[str, Any]) -> Definition:
    left, right = (str(side) for side in values["sides"])
    joints = {
        f"{ours}_{limb}": tuple(plain(text.format(side=side)) for text in _texts(values[limb]))
        for ours, side in (("left", left), ("right", right))
        for limb in LIMBS
    }
    up, bones = str(values.get("up", "")), values.get("bones", "start")
    if up not in ("", *UPS) or bones not in {"start", "end"}:
        raise ValueError(f"got up {up!r} and bones {bones!r}, expected one of {UPS}; start or end")
    vertex = values.get("vertex")
    return Definition(
        name,
        joints | {"head": tuple(plain(text) for text in _texts(values["head"]))},
        plain(str(values.get("head_end", ""))),
        None if vertex is None else float(vertex),
        tuple(plain(text) for text in _texts(values.get("also", []))),
        bones == "end",
        tuple(plain(text) for text in _texts(values.get("lacks", []))),
        up,
        float(values.get("unit", 0.0)),
    )


def _texts(values: Any) -> list[str]:
    found = [values] if isinstance(values, str) else values
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise TypeError(f"got {values!r}, expected a name or a list of names")
    return found
