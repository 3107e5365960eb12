"""Acclaim motion capture: a skeleton (.asf) and its motions (.amc), as CMU distributes them.

Rotations are about fixed axes in the order of the file: "RX RY RZ" is Rz Ry Rx. A bone's rotation
is C M C⁻¹, C from `axis`, M from its degrees of freedom in the order of `dof`; the root's is M O, M
from the motion in the order of `order`, O from `orientation` in the order of `axis`; `position` is
added to its translation. (J. Lander, Working with Motion Capture File Formats, Game Developer,
January 1998; Acclaim Skeleton File Definition V1.10, 1995.)

Keywords and names of bones are read in any case. Translations and changes of length of bones are
refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError

Array = npt.NDArray[np.float64]

_INCH = 0.0254
_TRANSLATIONS = ("tx", "ty", "tz")
_ROTATIONS = ("rx", "ry", "rz")


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
class Root:
    """The root at rest.

    Attributes:
        order: tx, ty, tz, rx, ry and rz in the order of the .amc file.
        position: (3,) [file's unit].
        orientation: (3, 3).
    """

    order: tuple[str, ...]
    position: Array
    orientation: Array


@dataclass(frozen=True, eq=False)
class Asf:
    """A subject's skeleton.

    Attributes:
        bones: by name in small letters, parents before their children.
        root: at rest.
        metres: in the file's unit of length.
        radian: [rad] in the file's unit of angles.
    """

    bones: Mapping[str, Bone]
    root: Root
    metres: float
    radian: float


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
        InputError: the file is missing, cut off or no .asf skeleton, or has a degree of freedom
            other than a rotation; the message names the bone.
    """
    sections = _sections(_lines(path))
    for name in ("bonedata", "hierarchy"):
        if name not in sections:
            raise InputError(
                f"{path} is no Acclaim skeleton or cut off: it has no section :{name}, only "
                f"{', '.join(sections) or 'none'}"
            )
    try:
        units = dict(_pair(line) for line in sections.get("units", []))
        metres = _INCH / float(units.get("length", "1"))
        radian = _RADIANS[units.get("angle", "deg")]
        root = _root(dict(_pair(line) for line in sections.get("root", [])), radian)
        found = {bone.get("name", [""])[0]: bone for bone in _blocks(sections["bonedata"])}
        bones = {
            name: _bone(name, found.get(name), parent, metres, radian)
            for name, parent in _parents(sections["hierarchy"]).items()
        }
    except KeyError as error:
        raise InputError(f"{path}: got angles in {error}, expected deg or rad") from error
    except ValueError as error:
        raise InputError(f"{path}: {error}") from error
    return Asf(bones, root, metres, radian)


_RADIANS = {"deg": np.pi / 180, "degrees": np.pi / 180, "rad": 1.0, "radians": 1.0}


def read_amc(path: Path, skeleton: Asf, every: int = 1) -> Motion:
    """Read a motion of the skeleton, one frame of `every`.

    Raises:
        InputError: the file is missing, no .amc motion, or of another skeleton.
    """
    lines = _lines(path)
    radian = skeleton.radian
    for line in lines:
        radian = _RADIANS.get(line[1:], radian) if line.startswith(":") else radian
    values = {name: rows[::every] for name, rows in _values(lines, path, skeleton).items()}
    root, order = values["root"], skeleton.root.order
    places = root[:, [order.index(name) for name in _TRANSLATIONS]] + skeleton.root.position
    turns = [name for name in order if name in _ROTATIONS]
    own = _rotation(radian * root[:, [order.index(name) for name in turns]], turns)
    ends = {"root": places * skeleton.metres}
    rotations = {"root": own @ skeleton.root.orientation}
    for name, bone in skeleton.bones.items():
        own = _rotation(radian * values[name], bone.freedoms) if bone.freedoms else np.eye(3)
        rotations[name] = rotations[bone.parent] @ bone.axes @ own @ bone.axes.T
        ends[name] = ends[bone.parent] + rotations[name] @ bone.offset
    return Motion(ends, rotations)


def _lines(path: Path) -> list[str]:
    """Lines in small letters without comments and blank lines."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; expected a text file") from error
    lines = [line.partition("#")[0].strip().lower() for line in text.splitlines()]
    found = [line for line in lines if line]
    if not found:
        raise InputError(f"{path}: got an empty file, expected Acclaim motion capture")
    return found


def _sections(lines: list[str]) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    body: list[str] = []
    for line in lines:
        if line.startswith(":"):
            words = line[1:].split()
            body = sections.setdefault(words[0] if words else "", [])
        else:
            body.append(line)
    return sections


def _pair(line: str) -> tuple[str, str]:
    """First word of a line, and the others."""
    key, _, words = line.partition(" ")
    return key, words.strip()


def _root(texts: Mapping[str, str], radian: float) -> Root:
    order = tuple(texts.get("order", "tx ty tz rx ry rz").split())
    if sorted(order) != sorted(_TRANSLATIONS + _ROTATIONS):
        raise ValueError(f"got the root's order {' '.join(order)!r}, expected tx ty tz rx ry rz")
    orientation = _numbers(texts.get("orientation", "0 0 0").split(), "the root's orientation")
    axis = texts.get("axis", "xyz")
    turn = _rotation(radian * orientation[None], _order(axis, "root"))[0]
    return Root(
        order, _numbers(texts.get("position", "0 0 0").split(), "the root's position"), turn
    )


def _blocks(lines: list[str]) -> Iterator[dict[str, list[str]]]:
    """Words of each begin ... end block by the first word of their line."""
    block: dict[str, list[str]] = {}
    for line in lines:
        key, *words = line.replace(",", " ").split()
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
            raise ValueError(f"hierarchy: {parent} is named before its parent")
        parents |= dict.fromkeys(children, parent)
    return parents


def _bone(
    name: str, words: Mapping[str, list[str]] | None, parent: str, metres: float, radian: float
) -> Bone:
    missing = {"direction", "length", "axis"} - set(words or ())
    if words is None or missing:
        raise ValueError(
            f"bone {name} of the hierarchy has no {', '.join(sorted(missing))} in :bonedata; the "
            "file may be cut off"
        )
    freedoms = tuple(words.get("dof", ()))
    other = [freedom for freedom in freedoms if freedom not in _ROTATIONS]
    if other or len(set(freedoms)) != len(freedoms):
        raise ValueError(
            f"bone {name} has the degrees of freedom {' '.join(freedoms)}, expected each of rx, "
            "ry and rz at most once; translations and changes of length are not supported"
        )
    direction = _numbers(words["direction"], f"direction of bone {name}")
    (length,) = _numbers(words["length"], f"length of bone {name}", 1)
    angles = _numbers(words["axis"][:3], f"axis of bone {name}")
    axes = _rotation(radian * angles[None], _order("".join(words["axis"][3:]) or "xyz", name))[0]
    return Bone(parent, direction * length * metres, axes, freedoms)


def _numbers(words: Sequence[str], title: str, count: int = 3) -> Array:
    try:
        values = np.array(words, np.float64)
    except ValueError:
        values = np.empty(0)
    if values.shape != (count,) or not np.isfinite(values).all():
        raise ValueError(f"{title}: got {' '.join(words)!r}, expected {count} numbers")
    return values


def _order(axis: str, name: str) -> tuple[str, ...]:
    """Order of rotations from the letters of an axis."""
    if sorted(axis) != ["x", "y", "z"]:
        raise ValueError(f"axis of {name}: got the order {axis!r}, expected one such as XYZ")
    return tuple(f"r{letter}" for letter in axis)


def _values(lines: list[str], path: Path, skeleton: Asf) -> dict[str, Array]:
    """(T, freedoms) values of each bone."""
    widths = {name: len(bone.freedoms) for name, bone in skeleton.bones.items() if bone.freedoms}
    widths["root"] = len(skeleton.root.order)
    rows: dict[str, list[list[float]]] = {name: [] for name in widths}
    for line in lines:
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


def _rotation(angles: Array, order: Sequence[str]) -> Array:
    """(T, 3, 3) rotations by angles (T, F) [rad] about fixed axes, one after the other."""
    result = np.tile(np.eye(3), (len(angles), 1, 1))
    for name, angle in zip(order, angles.T, strict=True):
        first, second = {"rx": (1, 2), "ry": (2, 0), "rz": (0, 1)}[name]
        step = np.tile(np.eye(3), (len(angles), 1, 1))
        step[:, first, first] = step[:, second, second] = np.cos(angle)
        step[:, second, first] = np.sin(angle)
        step[:, first, second] = -np.sin(angle)
        result = step @ result
    return result
