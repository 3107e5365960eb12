"""`pose-action models convert-openpose`: a Caffe file of OpenPose as ONNX."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pose_action_ros.errors import ModelError

DESCRIPTION = (
    "Convert a Caffe file of OpenPose (body_25, coco_18 or mpi_15, recognised by its layers) to "
    "ONNX with a model card, and check it. The original weights are for noncommercial research "
    "only."
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "file", type=Path, help="for example pose_iter_584000.caffemodel (see `models list`)"
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="file to write (.onnx; default: openpose_LAYOUT.onnx beside the Caffe file)",
    )
    parser.add_argument(
        "--stages",
        type=int,
        metavar="N",
        help="stop coco_18 or mpi_15 after this stage, faster and less accurate (default: 6; "
        "OpenPose's own faster MPI network has 4)",
    )
    parser.add_argument(
        "--size",
        type=_size,
        metavar="WIDTHxHEIGHT",
        help="accept images of this size only, as needed by TensorRT (default: any size)",
    )


def run(args: argparse.Namespace) -> int:
    """Convert and print the path of the ONNX file."""
    from pose_action_ros.lab.training.openpose.convert import convert

    output = args.output
    if output is not None and output.suffix != ".onnx":
        raise ModelError(f"got the output {output}, expected a name that ends with .onnx")
    target = convert(args.file, output, stages=args.stages, size=args.size)
    sys.stdout.write(f"{target}\n")
    return 0


def _size(text: str) -> tuple[int, int]:
    parts = text.split("x")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() for part in parts):
        raise argparse.ArgumentTypeError(
            f"got {text!r}, expected WIDTHxHEIGHT, for example 656x368"
        )
    return int(parts[0]), int(parts[1])
