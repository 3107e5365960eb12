"""`pose-action models add`: an OpenPose network from elsewhere, with a card that tells its use."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from pose_action_ros.errors import ModelError
from pose_action_ros.models.cache import cache_folder, write_atomically
from pose_action_ros.models.card import ModelCard, sha256_of, write_card
from pose_action_ros.models.openpose_card import CHOICES, TASK, OpenPoseCard

DESCRIPTION = (
    "Copy an .onnx file with heat maps and part affinity fields of OpenPose into the cache, so "
    "that detector:=openpose finds it by its name, and write down how images go into it. A pixel "
    "of 0 to 255 goes in as pixel * SCALE + OFFSET."
)
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


def configure(parser: ArgumentParser) -> None:
    """Add the options; their defaults are what OpenPose's own networks take."""
    parser.add_argument("file", type=Path, help="the network (.onnx)")
    parser.add_argument("--layout", required=True, choices=CHOICES["layout"], help="its maps")
    parser.add_argument("--name", default="", help="to call it by (default: the file's name)")
    own = OpenPoseCard("body_25")
    parser.add_argument(
        "--scale", type=float, default=own.scale, help=f"of pixels (default: {own.scale:g})"
    )
    parser.add_argument(
        "--offset", type=float, default=own.offset, help=f"of pixels (default: {own.offset:g})"
    )
    for option, default, text in (
        ("colours", own.colours, "order of the image's colours"),
        ("input_layout", own.input_layout, "order of the image's axes"),
        ("output_layout", own.output_layout, "order of the maps' axes"),
    ):
        flag = "--" + option.replace("_", "-")
        choices = CHOICES[option]
        parser.add_argument(flag, choices=choices, default=default, help=f"{text} ({default})")
    parser.add_argument(
        "--licence", default="unknown", help="of the weights, as an SPDX name (default: unknown)"
    )


def run(args: Namespace) -> int:
    """Add the network and print its name; ModelError when it cannot be."""
    options = {name: getattr(args, name) for name in (*CHOICES, "scale", "offset")}
    name = add_network(args.file, OpenPoseCard(**options), args.name, args.licence)
    sys.stdout.write(f"detector:=openpose detector_model:={name}\n")
    return 0


def add_network(path: Path, card: OpenPoseCard, name: str = "", licence: str = "unknown") -> str:
    """Copy a network into the cache with a card.

    Args:
        path: the network (.onnx).
        card: how images go in and what comes out.
        name: to call it by; empty for the file's.
        licence: of the weights.

    Returns:
        Its name.

    Raises:
        ModelError: no such file, not a name, or the cache cannot be written.
    """
    if path.suffix != ".onnx" or not path.is_file():
        raise ModelError(f"no file {path}; expected an OpenPose network (.onnx)")
    name = name or path.stem
    if not _NAME.fullmatch(name):
        raise ModelError(f"got the name {name!r}, expected letters, digits, . _ and -")
    target = cache_folder() / name / f"{name}.onnx"
    write_atomically(target, path.read_bytes())
    added = ModelCard(
        name=name,
        task=TASK,
        sha256=sha256_of(target),
        licence=licence,
        source=f"brought by the user: {path.name}",
        skeleton=card.layout,
        settings=card.settings(),
    )
    write_card(target, added)
    return name
