"""Maps from the outputs of a network, and the order of their axes, found by a test run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import gcd
from typing import Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.detection.openpose.layout import LAYOUTS, MapLayout, layout_named
from pose_action_ros.engines import Engine, Shape
from pose_action_ros.errors import EngineError, InputError, ModelError
from pose_action_ros.models.openpose_card import CHOICES, OpenPoseCard

Maps = npt.NDArray[np.float32]

_PROBE = 112, 80
"""Height and width of the test image [px]; no network has as many channels as cells of it."""


def join_maps(outputs: Sequence[Maps], layout: MapLayout, order: str) -> Maps | None:
    """The maps (B, H, W, C) of one output, or of heat maps and fields in either order.

    Args:
        outputs: of the network.
        layout: of the channels; of two outputs, one has the parts and the background.
        order: of the axes, NCHW or NHWC.

    Returns:
        None if the outputs are others.
    """
    if any(output.ndim != 4 for output in outputs):
        return None
    axis = order.index("C")
    heat = layout.parts + layout.background
    wanted = [layout.channels] if len(outputs) == 1 else [heat, layout.channels - heat]
    found = {output.shape[axis]: output for output in outputs}
    if len(outputs) != len(wanted) or sorted(found) != sorted(wanted):
        return None
    parts = [found[channels] for channels in wanted]
    if len({tuple(np.delete(part.shape, axis)) for part in parts}) > 1:
        return None
    maps = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=axis)
    return maps.transpose(0, 2, 3, 1) if order == "NCHW" else maps


def complete_card(engine: Engine, given: Mapping[str, Any]) -> OpenPoseCard:
    """The card of a network; what is not given is found by a test run.

    Args:
        engine: with the network.
        given: fields of the card; layout, input_layout and output_layout may be missing.

    Raises:
        ModelError: not a network of OpenPose, or its axes can have several orders.
    """
    shape = _input_shape(engine)
    cards, seen = list[OpenPoseCard](), list[str]()
    for order in _choices(given, "input_layout"):
        if shape[order.index("C")] in {3, None}:
            height, width = (
                shape[order.index(axis)] or size for axis, size in zip("HW", _PROBE, strict=True)
            )
            try:
                outputs = _run(engine, order, (shape[0] or 1, height, width))
            except (InputError, EngineError) as error:
                seen.append(f"for {order} an error ({error})")
                continue
            shapes = " and ".join(str(output.shape) for output in outputs)
            seen.append(f"for {order} of {width}x{height} px {shapes}")
            cards += _fitting(outputs, (height, width), {**given, "input_layout": order})
    if not cards:
        raise ModelError(
            f"the network takes {_any(shape)} and gives {', '.join(seen) or 'nothing for images'}, "
            f"expected an image of 3 colours and {_expected()} channels on the second or last axis"
        )
    if len(cards) > 1:
        raise ModelError(f"the network can have {_differences(cards)}; give the option")
    return cards[0]


def _input_shape(engine: Engine) -> Shape:
    """Shape of the only input; ModelError if there are others or it is no image."""
    shapes = list(engine.inputs.values())
    if len(shapes) != 1 or len(shapes[0]) != 4:
        takes = ", ".join(f"{name} {_any(shape)}" for name, shape in engine.inputs.items())
        raise ModelError(f"the network takes {takes}, expected one batch of images")
    return shapes[0]


def _choices(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return (given[name],) if name in given else CHOICES[name]


def _run(engine: Engine, order: str, size: tuple[int, int, int]) -> list[Maps]:
    """Outputs for a grey batch, height and width."""
    sizes = dict(zip("NHW", size, strict=True)) | {"C": 3}
    image = np.zeros([sizes[axis] for axis in order], dtype=np.float32)
    return list(engine(dict.fromkeys(engine.inputs, image)).values())


def _fitting(
    outputs: Sequence[Maps], size: tuple[int, int], given: Mapping[str, Any]
) -> Iterator[OpenPoseCard]:
    """All cards that the outputs for an image of this height and width fit."""
    for name, order in product(_choices(given, "layout"), _choices(given, "output_layout")):
        maps = join_maps(outputs, layout_named(name), order)
        if maps is not None:
            stride = size[0] // maps.shape[1]
            if (maps.shape[1] * stride, maps.shape[2] * stride) == size:
                found: dict[str, Any] = {"layout": name, "output_layout": order, "stride": stride}
                # A network of one size may take one that is no multiple of the default.
                found["multiple_of"] = gcd(OpenPoseCard.multiple_of, *size)
                yield OpenPoseCard(**{**given, **found})


def _differences(cards: Sequence[OpenPoseCard]) -> str:
    """The fields in which the cards differ, with their values."""
    names = [name for name in CHOICES if len({getattr(card, name) for card in cards}) > 1]
    return " and ".join(
        f"--{name.replace('_', '-')} {' or '.join(sorted({getattr(card, name) for card in cards}))}"
        for name in names
    )


def _any(shape: Shape) -> str:
    sizes = ", ".join("any" if size is None else str(size) for size in shape)
    return f"({sizes})"


def _expected() -> str:
    """Numbers of channels of the layouts."""
    return " or ".join(
        f"{layout.channels} ({layout.parts + 1} + {layout.channels - layout.parts - 1})"
        for layout in LAYOUTS.values()
    )
