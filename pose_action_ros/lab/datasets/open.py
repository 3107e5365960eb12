"""Open motion capture of any kind by its path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile

from pose_action_ros.errors import InputError
from pose_action_ros.folders import files_below
from pose_action_ros.lab.datasets.bvh_people import read_bvh_people
from pose_action_ros.lab.datasets.capture import Capture
from pose_action_ros.lab.datasets.cmu import read_acclaim, read_positions
from pose_action_ros.lab.datasets.mocap_npz import read_mocap

HUMAN36M: Final = "Human3.6M"
RECORDING: Final = "recording"
MOCAP: Final = "joint positions"
POSITIONS: Final = "CMU positions"
ACCLAIM: Final = "ASF/AMC"
BVH: Final = "BVH"

# An array that every file of the kind has; `format` is that of recordings of this package.
_ARRAYS: Final[Mapping[str, str]] = {
    "positions_3d": HUMAN36M,
    "format": RECORDING,
    "joint_names": POSITIONS,
    "descriptions": MOCAP,
}
_EXPECTED: Final = (
    "expected a folder of .bvh files, a folder of .asf and .amc files, Human3.6M (a folder of "
    "3d-pose-baseline with S9/MyPoses, or data_3d_h36m.npz), an .npz of joint positions, an .npz "
    "of CMU positions, or a recording (poses.npz)"
)


def kind_of(path: Path) -> str:
    """The kind of motion capture at a path, one of the constants of this module.

    Raises:
        InputError: there is none, or of an unknown kind.
    """
    if not path.exists():
        raise InputError(f"{path} does not exist; {_EXPECTED}")
    found = _kind_of_folder(path) if path.is_dir() else _kind_of_file(path)
    if not found:
        raise InputError(f"{path}: got motion capture of no known kind, {_EXPECTED}")
    return found


def read_captures(path: Path, names: Path | None = None, motions: bool = True) -> list[Capture]:
    """Read all motions of all people at a path; of CMU positions those of the test split.

    Args:
        path: of a file or folder.
        names: file of joint names for .bvh files, see joint_names.yaml.
        motions: False to keep the labels of motions without an action, see read_mocap.

    Raises:
        InputError: none, of a kind with cameras (Human3.6M, a recording), or a damaged file.
    """
    kind = kind_of(path)
    if kind in (HUMAN36M, RECORDING):
        raise InputError(f"{path}: got {kind}, which comes with cameras; {_EXPECTED}")
    if kind == MOCAP:
        return read_mocap(path, motions)
    return _read_bvh(path, names) if kind == BVH else _READERS[kind](path)


def _kind_of_folder(path: Path) -> str:
    if any(path.glob("S*/MyPoses")):
        return HUMAN36M
    for suffix, kind in ((".asf", ACCLAIM), (".bvh", BVH)):
        if files_below(path, suffix):
            return kind
    return RECORDING if (path / "poses.npz").is_file() else ""


def _kind_of_file(path: Path) -> str:
    if path.suffix.lower() == ".bvh":
        return BVH
    try:
        with ZipFile(path) as archive:
            arrays = {name.removesuffix(".npy") for name in archive.namelist()}
    except (OSError, BadZipFile):
        return ""
    return next((kind for array, kind in _ARRAYS.items() if array in arrays), "")


def _read_bvh(path: Path, names: Path | None) -> list[Capture]:
    files = [path] if path.is_file() else files_below(path, ".bvh")
    return [capture for file in files for capture in read_bvh_people(file, names=names)]


def _read_acclaim(path: Path) -> list[Capture]:
    folders = sorted({file.parent for file in files_below(path, ".asf")})
    return [capture for folder in folders for capture in read_acclaim(folder)]


_READERS: Mapping[str, Callable[[Path], list[Capture]]] = {
    POSITIONS: lambda path: read_positions(path, "test"),
    ACCLAIM: _read_acclaim,
}
