"""OpenPose networks in the user's cache of models, by name."""

from __future__ import annotations

from pathlib import Path

from pose_action_ros.errors import ModelError
from pose_action_ros.models.cache import cache_folder
from pose_action_ros.models.openpose_card import OpenPoseCard, read_openpose_card

_REMEDY = (
    "get OpenPose's own with `pose-action models get openpose_body_25` and `pose-action models "
    "convert-openpose`, or bring another with `pose-action models add`"
)
_BEST_FIRST = ("body_25", "coco_18", "mpi_15")
"""With the most joints first."""


def find_detector(name_or_path: str) -> tuple[Path, OpenPoseCard]:
    """An OpenPose network and what its card says.

    Args:
        name_or_path: name of one in the cache, without .onnx, or path of an .onnx file; empty for
            the one in the cache with the most joints.

    Raises:
        ModelError: there is none, its card is missing or does not fit; lists the names there are.
    """
    if name_or_path.endswith(".onnx"):
        path = Path(name_or_path).expanduser()
        if not path.is_file():
            raise ModelError(f"no file {path}; expected an OpenPose network (.onnx)")
        return path, read_openpose_card(path)
    cached = cached_detectors()
    if not cached:
        raise ModelError(f"there is no OpenPose network in {cache_folder()}; {_REMEDY}")
    name = name_or_path or next(iter(cached))
    if name not in cached:
        raise ModelError(
            f"no OpenPose network {name!r}: expected a path to an .onnx file or one of the cache's "
            f"{', '.join(cached)}; {_REMEDY}"
        )
    return cached[name], read_openpose_card(cached[name])


def cached_detectors() -> dict[str, Path]:
    """The networks in the cache by name, those with the most joints first.

    Files without a card of an OpenPose network are others' and are left out.
    """
    found = []
    for path in sorted(cache_folder().glob("**/*.onnx")):
        try:
            card = read_openpose_card(path)
        except ModelError:
            continue
        found.append((_BEST_FIRST.index(card.layout), path.stem, path))
    return {name: path for _, name, path in sorted(found)}
