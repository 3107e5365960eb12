"""What a model card says about an OpenPose network: how images go in, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import isfinite
from pathlib import Path
from typing import Any, get_type_hints

from pose_action_ros.errors import ModelError
from pose_action_ros.models.card import ModelCard, read_card

TASK = "detector"
"""`ModelCard.task` of such networks."""

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "layout": ("body_25", "coco_18", "mpi_15"),
    "colours": ("BGR", "RGB"),
    "input_layout": ("NCHW", "NHWC"),
    "output_layout": ("NCHW", "NHWC"),
}


@dataclass(frozen=True)
class OpenPoseCard:
    """The detector's part of a model card, `ModelCard.settings`; defaults: OpenPose's own networks.

    Attributes:
        layout: which heat maps and part affinity fields the network gives, in that order along the
            channels: body_25, coco_18 or mpi_15.
        scale, offset: a pixel of 0 to 255 goes in as pixel * scale + offset.
        colours: order of the image's channels, BGR or RGB.
        input_layout, output_layout: order of the axes, NCHW or NHWC.
        multiple_of: height and width of the input are multiples of it [px].
        stride: input pixels for one cell of the output.

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

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
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

    @classmethod
    def of(cls, card: ModelCard) -> OpenPoseCard:
        """The detector's part of a card.

        Raises:
            ModelError: settings are missing, unknown or not allowed; names the card.
        """
        try:
            return cls(**_checked(card.settings))
        except (ModelError, TypeError) as error:
            names = ", ".join(item.name for item in fields(cls))
            raise ModelError(
                f"the card of {card.name} is none of an OpenPose network, which has {names} in its "
                f"settings: {error}"
            ) from error

    def check_size(self, width: int, height: int) -> None:
        """ModelError unless the network takes images of that size [px]."""
        if min(width, height) < 1 or width % self.multiple_of or height % self.multiple_of:
            raise ModelError(
                f"got an input of {width}x{height} pixels, expected width and height to be "
                f"multiples of {self.multiple_of}"
            )

    def settings(self) -> dict[str, Any]:
        """What goes into `ModelCard.settings`."""
        return asdict(self)


def _checked(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with whole numbers as floats where floats are due; ModelError for others."""
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
    """What the card beside the model file says.

    Raises:
        ModelError: no card, the card is of another model, or none of an OpenPose network.
    """
    return OpenPoseCard.of(read_card(path, TASK))
