"""OpenPose networks: their cards, and how to find one in the cache of models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import isfinite
from pathlib import Path
from typing import Any, get_type_hints

from pose_action_ros.errors import ModelError
from pose_action_ros.models.cache import cache_folder
from pose_action_ros.models.card import ModelCard, read_card

TASK = "detector"
"""`ModelCard.task` of OpenPose networks."""

_REMEDY = (
    "get OpenPose's own with `pose-action models get openpose_body_25` and `pose-action models "
    "convert-openpose`, or bring another with `pose-action models add`"
)

CHOICES: Mapping[str, tuple[str, ...]] = {
    "layout": ("body_25", "coco_18", "mpi_15"),
    "colours": ("BGR", "RGB"),
    "input_layout": ("NCHW", "NHWC"),
    "output_layout": ("NCHW", "NHWC"),
}
"""Allowed values of a card's text settings."""

THRESHOLDS = ("peak_threshold", "line_threshold", "line_share")
"""A card's thresholds of decoding."""


@dataclass(frozen=True)
class OpenPoseCard:
    """Input and output of an OpenPose network: the `settings` of its model card.

    The defaults are those of OpenPose's own networks.

    Attributes:
        layout: heat maps and part affinity fields of the network, in that order along the
            channels: body_25, coco_18 or mpi_15.
        scale, offset: the input is pixel * scale + offset for pixels of 0 to 255.
        colours: order of the image's channels, BGR or RGB.
        input_layout, output_layout: order of the axes, NCHW or NHWC.
        multiple_of: height and width of the input are multiples of it [px].
        stride: input pixels for one cell of the output.
        peak_threshold, line_threshold, line_share: thresholds of decoding for this network, see
            DecodingSettings; negative for those of OpenPose.

    Raises:
        ModelError: a value is not allowed.
    """

    layout: str
    scale: float = 1 / 256
    offset: float = -0.5
    colours: str = "BGR"
    input_layout: str = "NCHW"
    output_layout: str = "NCHW"
    multiple_of: int = 16
    stride: int = 8
    peak_threshold: float = -1.0
    line_threshold: float = -1.0
    line_share: float = -1.0

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise ModelError(
                    f"got {name} {getattr(self, name)!r}, expected one of {', '.join(choices)}"
                )
        for name in ("scale", "offset"):
            if not isfinite(getattr(self, name)):
                raise ModelError(f"got {name} {getattr(self, name)}, expected a finite number")
        for name in ("multiple_of", "stride"):
            if getattr(self, name) < 1:
                raise ModelError(f"got {name} {getattr(self, name)}, expected at least 1")
        for name in THRESHOLDS:
            if not getattr(self, name) < 1:
                raise ModelError(f"got {name} {getattr(self, name)}, expected less than 1")

    @classmethod
    def of(cls, card: ModelCard) -> OpenPoseCard:
        """Read the settings of a card.

        Raises:
            ModelError: settings are missing, unknown or not allowed; names the card.
        """
        try:
            return cls(**_checked(card.settings))
        except (ModelError, TypeError) as error:
            names = ", ".join(item.name for item in fields(cls))
            raise ModelError(
                f"the card of {card.name} is not the card of an OpenPose network, expected the "
                f"settings {names}: {error}"
            ) from error

    def check_size(self, width: int, height: int) -> None:
        """Raise ModelError unless the network takes images of this size [px]."""
        if min(width, height) < 1 or width % self.multiple_of or height % self.multiple_of:
            raise ModelError(
                f"got an input of {width}x{height} pixels, expected width and height to be "
                f"multiples of {self.multiple_of}"
            )

    def thresholds(self) -> dict[str, Any]:
        """The network's own thresholds of decoding."""
        own = {name: getattr(self, name) for name in THRESHOLDS}
        return {name: value for name, value in own.items() if value >= 0}

    def settings(self) -> dict[str, Any]:
        """The value of `ModelCard.settings`."""
        return asdict(self)


def _checked(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with their types checked; ModelError if one is wrong. An int may be a float."""
    kinds = get_type_hints(OpenPoseCard)
    values = {}
    for name, value in settings.items():
        kind = kinds.get(name, type(value))
        same = float(value) if kind is float and type(value) is int else value
        if type(same) is not kind:
            raise ModelError(f"got {name} {value!r}, expected {kind.__name__}")
        values[name] = same
    return values


def read_openpose_card(path: Path) -> OpenPoseCard:
    """Read the card beside a model file.

    Raises:
        ModelError: no card, the card of another model, or not the card of an OpenPose network.
    """
    return OpenPoseCard.of(read_card(path, TASK))


def find_detector(name_or_path: str) -> tuple[Path, OpenPoseCard]:
    """Path and card of an OpenPose network.

    Args:
        name_or_path: name of one in the cache, without .onnx, or path of an .onnx file; empty for
            the one in the cache with the most joints.

    Raises:
        ModelError: there is none, its card is missing or does not fit; lists the available names.
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
    """Paths of the OpenPose networks in the cache by name, those with the most joints first."""
    layouts = CHOICES["layout"]
    networks = []
    for path in sorted(cache_folder().glob("**/*.onnx")):
        try:
            card = read_openpose_card(path)
        except ModelError:  # another model
            continue
        networks.append((layouts.index(card.layout), path.stem, path))
    return {name: path for _, name, path in sorted(networks)}
