"""`pose-action build-engine`: build TensorRT engines of models in advance."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from importlib import import_module

from pose_action_ros.engines import ENGINES
from pose_action_ros.engines.plan_file import MAX_BATCH, PRECISIONS
from pose_action_ros.errors import EngineError
from pose_action_ros.models.card import find_model

DESCRIPTION = (
    "Build the TensorRT engines of models for this machine's GPU into the cache. The engines "
    "tensorrt (fp32) and tensorrt_fp16 use the one of the model that was built last."
)

DEFAULT = ["blazepose_landmarks", "lifter", "action"]
"""Models of the nodes with their default parameters; movenet_multipose has no fixed input size."""


def configure(parser: ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "models",
        nargs="*",
        default=DEFAULT,
        metavar="model",
        help="name of a shipped model, or path of an .onnx file (default: those of the launch "
        f"argument engine:=tensorrt, {', '.join(DEFAULT)})",
    )
    parser.add_argument("--precision", choices=PRECISIONS, default=PRECISIONS[0])
    parser.add_argument(
        "--max-batch",
        type=_batch,
        default=MAX_BATCH,
        metavar="N",
        help=f"people (images of actions) in one batch (default: {MAX_BATCH})",
    )


def run(args: Namespace) -> int:
    """Run the command.

    Raises:
        ModelError: no such model, damaged, or the cache cannot be written.
        EngineError: no TensorRT, no GPU, or the engine cannot be built.
    """
    models = [find_model(name) for name in args.models]
    try:
        tensorrt = import_module("pose_action_ros.engines.tensorrt_build")
    except (ImportError, OSError) as error:
        raise EngineError(
            f"TensorRT cannot be imported ({error}); {ENGINES['tensorrt'].remedy}"
        ) from error
    for model in models:
        sys.stdout.write(f"{tensorrt.build_plan(model, args.precision, args.max_batch)}\n")
        sys.stdout.flush()
    return 0


def _batch(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 4096):
        raise ArgumentTypeError(f"got {text!r}, expected a whole number from 1 to 4096")
    return int(text)
