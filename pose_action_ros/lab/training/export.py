"""Write a trained network as ONNX with its card, after comparing their outputs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from pose_action_ros.engines import load_engine
from pose_action_ros.errors import ModelError
from pose_action_ros.models.card import ModelCard, sha256_of, write_card

OPSET = 17
HALF_TOLERANCE = 0.01
"""Largest difference between a network and its file with weights of half precision."""
_LARGE = 4096  # number of weights of a layer that is stored in half precision

Axes = Mapping[str, Mapping[int, str]]


def export(
    network: nn.Module,
    example: Tensor,
    names: tuple[str, Sequence[str]],
    path: Path,
    card: ModelCard,
    *,
    others: Sequence[Tensor] = (),
    free: Axes | None = None,
    tolerance: float = 1e-4,
    largest: float = np.inf,
) -> float:
    """Write `path` (.onnx) and the card beside it, or neither.

    Args:
        network: with one input and one or a tuple of outputs; set to evaluation mode.
        example: an input batch of at least 2; the batch size is variable in the file.
        names: of input and outputs in the file.
        path: file to write.
        card: its sha256 is set.
        others: further inputs to compare, of other sizes.
        free: names of the variable axes of inputs and outputs; the batch only when None.
        tolerance: largest allowed difference between the network and the file in ONNX Runtime.
        largest: size [bytes] above which weights are stored in half precision, with an allowed
            difference of HALF_TOLERANCE.

    Returns:
        The largest difference on the examples.

    Raises:
        ModelError: the difference exceeds the tolerance; nothing is written.
    """
    network.eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.stem}.{os.getpid()}.onnx")
    try:
        _write(network, example, names, draft, free or _batch(names))
        if draft.stat().st_size > largest:
            _halve(draft)
            tolerance = HALF_TOLERANCE
        batches = (example, example[:1], *others)
        difference = _difference(network, batches, names, draft)
        if not difference <= tolerance:
            raise ModelError(
                f"{path.name} would differ from the trained network by {difference:.2e}, "
                f"expected at most {tolerance:.0e}; it was not written"
            )
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    write_card(path, replace(card, sha256=sha256_of(path)))
    return difference


def _batch(names: tuple[str, Sequence[str]]) -> Axes:
    return {name: {0: "batch"} for name in (names[0], *names[1])}


def _write(
    network: nn.Module, example: Tensor, names: tuple[str, Sequence[str]], path: Path, free: Axes
) -> None:
    # The tracing exporter: the newer one needs another package and writes slower graphs here.
    torch.onnx.export(
        network,
        (example,),
        str(path),
        input_names=[names[0]],
        output_names=list(names[1]),
        dynamic_axes=free,
        opset_version=OPSET,
        dynamo=False,
    )


def _halve(path: Path) -> None:
    """Store large weights in half precision; the engine casts them once, when it starts."""
    import onnx  # noqa: PLC0415 - only for large networks
    from onnx import TensorProto, helper, numpy_helper  # noqa: PLC0415

    model = onnx.load(str(path))
    graph, casts = model.graph, []
    for weights in graph.initializer:
        values = numpy_helper.to_array(weights)
        if values.dtype == np.float32 and values.size >= _LARGE:
            name, half = weights.name, f"{weights.name}_half"
            weights.CopyFrom(numpy_helper.from_array(values.astype(np.float16), half))
            casts.append(helper.make_node("Cast", [half], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.save(model, str(path))


def _difference(
    network: nn.Module,
    batches: Sequence[Tensor],
    names: tuple[str, Sequence[str]],
    path: Path,
) -> float:
    """Largest difference between the file and the network."""
    engine = load_engine(path, "onnxruntime")
    worst = 0.0
    for batch in batches:
        with torch.no_grad():
            output = network(batch)
        expected = output if isinstance(output, tuple) else (output,)
        actual = engine({names[0]: batch.numpy()})
        for name, values in zip(names[1], expected, strict=True):
            worst = max(worst, float(np.abs(actual[name] - values.numpy()).max()))
    return worst
