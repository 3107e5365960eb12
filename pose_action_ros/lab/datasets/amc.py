"""Acclaim motion capture: a skeleton (.asf) and its motions (.amc), as CMU distributes them.

A bone's rotation is C M C⁻¹, C from `axis`, M from its degrees of freedom, both as Rz Ry Rx
(J. Lander, Working with Motion Capture File Formats, Game Developer, January 1998).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError

Array = npt.NDArray[np.float64]

_INCH = 0.0254
_ROOT_ORDER = ("tx", "ty", "tz", "rx", "ry", "rz")


@dataclass(frozen=True, eq=False)
class Bone:
    """One bone at rest, and its degrees of freedom.

    Attributes:
        parent: name of the parent bone, "root" for the first ones.
        offset: (3,) [m] from start to end at rest.
        axes: (3, 3) frame of its rotations.
        freedoms: some of rx, ry and rz, in the order of the .amc file.
    """

    parent: str
    offset: Array
    axes: Array
    freedoms: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Asf:
    """A subject's skeleton; bones come after their parents. `metres` converts file units."""

    bones: Mapping[str, Bone]
    metres: float


@dataclass(frozen=True, eq=False)
class Motion:
    """A recording in the file's frame, y up.

    Attributes:
        ends: (T, 3) [m] end of each bone, by name; "root" is the root itself.
        rotations: (T, 3, 3) of each bone from rest.
    """

    ends: Mapping[str, Array]
    rotations: Mapping[str, Array]


def read_asf(path: Path) -> Asf:
    """Read a skeleton.

    Raises:
        InputError: the file is missing or no .asf skeleton in degrees.
    """
    sections = _sections(_lines(path))
    try:
        units = dict(line.split()[:2] for line in sections["units"])
        metres = _INCH / float(units["length"])
        parents = _parents(sections["hierarchy"])
        found = {bone["name"][0]: bone for bone in _blocks(sections["bonedata"])}
        bones = {name: _bone(found[name], parent, metres) for name, parent in parents.items()}
    except (KeyError, ValueError, IndexError) as error:
        raise InputError(
            f"{path} is no Acclaim skeleton: expected sections :units, :bonedata and :hierarchy "
            f"with the bones named in them, failed at {error!r}"
        ) from error
    if units.get("angle", "deg") != "deg":
        raise InputError(f"{path}: got angles in {units['angle']!r}, expected deg")
    return Asf(bones, metres)


def read_amc(path: Path, skeleton: Asf, every: int = 1) -> Motion:
    """Read a motion of the skeleton, one frame of `every`.

    Raises:
        InputError: the file is missing, no .amc motion, or of another skeleton.
    """
    values = {name: rows[::every] for name, rows in _values(path, skeleton).items()}
    root = values["root"]
    ends = {"root": root[:, :3] * skeleton.metres}
    rotations = {"root": _rotation(root[:, 3:], ("rx", "ry", "rz"))}
    for name, bone in skeleton.bones.items():
        own = _rotation(values[name], bone.freedoms) if bone.freedoms else np.eye(3)
        rotations[name] = rotations[bone.parent] @ bone.axes @ own @ bone.axes.T
        ends[name] = ends[bone.parent] + rotations[name] @ bone.offset
    return Motion(ends, rotations)


def _lines(path: Path) -> list[str]:
    """Lines without comments and blank lines."""
    try:
        text = path.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; expected a text file") from error
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    return [line for line in lines if line]


def _sections(lines: list[str]) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    body: list[str] = []
    for line in lines:
        if line.startswith(":"):
            body = sections.setdefault(line[1:].split()[0], [])
        else:
            body.append(line)
    return sections


def _blocks(lines: list[str]) -> Iterator[dict[str, list[str]]]:
    """Words of each begin ... end block by the first word of their line."""
    block: dict[str, list[str]] = {}
    for line in lines:
        key, *words = line.split()
        if key == "begin":
            block = {}
        elif key == "end":
            yield block
        else:
            block[key] = words


def _parents(lines: list[str]) -> dict[str, str]:
    """Parent of each bone, from lines of a bone and its children, parents first."""
    parents: dict[str, str] = {}
    for line in lines:
        parent, *children = line.split()
        if parent in {"begin", "end"}:
            continue
        if parent != "root" and parent not in parents:
            raise ValueError(f"{parent} is named before its parent")
        parents |= dict.fromkeys(children, parent)
    return parents


def _bone(words: Mapping[str, list[str]], parent: str, metres: float) -> Bone:
    offset = np.array(words["direction"], float) * float(words["length"][0]) * metres
    if offset.shape != (3,) or words["axis"][3:] != ["XYZ"]:
        raise ValueError("a bone needs three numbers of direction and an axis in order XYZ")
    axes = _rotation(np.array([words["axis"][:3]], float), ("rx", "ry", "rz"))[0]
    return Bone(parent, offset, axes, tuple(words.get("dof", ())))


def _values(path: Path, skeleton: Asf) -> dict[str, Array]:
    """(T, freedoms) values of each bone."""
    widths = {name: len(bone.freedoms) for name, bone in skeleton.bones.items() if bone.freedoms}
    widths["root"] = len(_ROOT_ORDER)
    rows: dict[str, list[list[float]]] = {name: [] for name in widths}
    for line in _lines(path):
        name, *numbers = line.split()
        if name.startswith(":") or (name.isdigit() and not numbers):
            continue
        try:
            values = [float(number) for number in numbers]
        except ValueError:
            values = []
        if len(values) != widths.get(name):
            expected = f"{widths[name]} numbers" if name in widths else "a bone of the skeleton"
            raise InputError(f"{path}: got {line!r}, expected {expected}")
        rows[name].append(values)
    counts = {len(values) for values in rows.values()}
    if len(counts) != 1 or counts == {0}:
        raise InputError(
            f"{path}: expected the same number of frames for each bone of the skeleton, at least "
            f"one, got {sorted(counts)}; it may be cut off or not an .amc file"
        )
    return {name: np.array(values) for name, values in rows.items()}


def _rotation(degrees: Array, freedoms: tuple[str, ...]) -> Array:
    """(T, 3, 3) rotations Rz Ry Rx from the angles (T, F) of the named freedoms."""
    result = np.tile(np.eye(3), (len(degrees), 1, 1))
    for name, angle in sorted(zip(freedoms, np.radians(degrees).T, strict=True)):
        first, second = {"rx": (1, 2), "ry": (2, 0), "rz": (0, 1)}[name]
        step = np.tile(np.eye(3), (len(degrees), 1, 1))
        step[:, first, first] = step[:, second, second] = np.cos(angle)
        step[:, second, first] = np.sin(angle)
        step[:, first, second] = -np.sin(angle)
        result = step @ result
    return result
