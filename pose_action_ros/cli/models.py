"""`pose-action models`: model files, one class per subcommand."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from pose_action_ros.errors import ModelError
from pose_action_ros.models.cache import cache_folder, write_atomically
from pose_action_ros.models.card import SHIPPED, ModelCard, sha256_of, write_card
from pose_action_ros.models.catalogue import (
    CatalogueFile,
    CatalogueModel,
    catalogue_model,
    read_catalogue,
)
from pose_action_ros.models.fetch import ABSENT, DAMAGED, READY, fetch, file_states, missing_files
from pose_action_ros.models.openpose_card import (
    CHOICES,
    TASK,
    THRESHOLDS,
    OpenPoseCard,
    cached_detectors,
)

_INDENT = " " * 10
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


class List:
    """`models list`."""

    DESCRIPTION = "List the shipped models, and those of the catalogue with their terms."

    @staticmethod
    def configure(_parser: ArgumentParser) -> None:
        """Add no options."""

    @staticmethod
    def run(_args: Namespace) -> int:
        """Print the list."""
        lines = [f"shipped   {path.stem}: {path}" for path in sorted(SHIPPED.glob("*.onnx"))]
        lines += [line for model in read_catalogue().values() for line in _lines(model)]
        lines += [f"openpose  {name}: {path}" for name, path in cached_detectors().items()]
        lines.append(f"cache     {cache_folder()} (change it with POSE_ACTION_CACHE)")
        sys.stdout.write("\n".join(lines) + "\n")
        return 0


def _lines(model: CatalogueModel) -> list[str]:
    states = file_states(model).values()
    state = next((state for state in (DAMAGED, ABSENT) if state in states), READY)
    lines = [f"{state:9} {model.name}: {model.title}, {model.licence}"]
    lines += [_INDENT + _file_line(name, file) for name, file in model.files.items()]
    if model.terms:
        lines.append(f"{_INDENT}terms: {model.terms}")
    if state != READY:
        lines.append(f"{_INDENT}get it with `pose-action models get {model.name}`")
    return lines


def _file_line(name: str, file: CatalogueFile) -> str:
    size = f"{file.bytes / 1e6:.1f} MB" if file.bytes else "size not published"
    return f"{name}: {size}, {file.checksum}, {file.place}"


class Get:
    """`models get`."""

    DESCRIPTION = (
        "Download models of the catalogue (see `models list`) into the cache: once, with their "
        "checksums verified."
    )

    @staticmethod
    def configure(parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument("names", nargs="+", metavar="NAME", help="of a model in `models list`")
        parser.add_argument(
            "--accept-licence",
            action="store_true",
            help="confirm that you have read the terms of the models and accept them",
        )

    @staticmethod
    def run(args: Namespace) -> int:
        """Download the models and print their paths.

        Raises:
            ModelError: no such model, its terms were not accepted, or the download failed.
        """
        for model in [catalogue_model(name) for name in args.names]:
            if missing_files(model) and model.restricted and not args.accept_licence:
                _ask(model)
            for path in fetch(model).values():
                sys.stdout.write(f"{path}\n")
                if path.suffix == ".caffemodel":
                    sys.stdout.write(f"next: pose-action models convert-openpose {path}\n")
        return 0


def _ask(model: CatalogueModel) -> None:
    """ModelError unless the user accepts the terms."""
    terms = f"{model.name} may not be used for everything: {model.terms}"
    if not sys.stdin.isatty():
        raise ModelError(
            f"{terms}; read them, and if you accept them run this again with --accept-licence"
        )
    sys.stdout.write(f"{terms}\nDo you accept these terms? Type yes: ")
    sys.stdout.flush()
    if sys.stdin.readline().strip().lower() != "yes":
        raise ModelError(f"{model.name} was not downloaded: its terms were not accepted")


class Add:
    """`models add`."""

    DESCRIPTION = (
        "Copy an .onnx file with heat maps and part affinity fields of OpenPose into the cache, "
        "with a card that describes its input and output, so that detector:=openpose finds it by "
        "name. Kind and order of its axes are found by a test run. A pixel of 0 to 255 enters the "
        "network as pixel * SCALE + OFFSET."
    )

    @staticmethod
    def configure(parser: ArgumentParser) -> None:
        """Add the options; their defaults are those of OpenPose's own networks."""
        parser.add_argument("file", type=Path, help="the network (.onnx)")
        parser.add_argument("--name", default="", help="of the model (default: the file's name)")
        own = OpenPoseCard("body_25")
        for name, number in (("scale", own.scale), ("offset", own.offset)):
            text = f"of pixels (default: {number:g})"
            parser.add_argument(f"--{name}", type=float, default=number, help=text)
        for option, default, text in (
            ("layout", None, "its maps (default: by their number)"),
            ("colours", own.colours, f"order of the image's colours (default: {own.colours})"),
            ("input_layout", None, "order of the image's axes (default: found)"),
            ("output_layout", None, "order of the maps' axes (default: found)"),
        ):
            name = "--" + option.replace("_", "-")
            parser.add_argument(name, choices=CHOICES[option], default=default, help=text)
        for option in THRESHOLDS:
            parser.add_argument(
                "--" + option.replace("_", "-"),
                type=float,
                default=-1.0,
                help="of decoding, see the setting openpose_" + option + " (default: OpenPose's)",
            )
        parser.add_argument(
            "--licence", default="unknown", help="of the weights, an SPDX name (default: unknown)"
        )

    @staticmethod
    def run(args: Namespace) -> int:
        """Add the network and print its name; ModelError if it cannot be added."""
        from pose_action_ros.detection.openpose.outputs import complete_card
        from pose_action_ros.engines import load_engine

        _check_network(args.file)
        options = (*CHOICES, "scale", "offset", *THRESHOLDS)
        given = {name: value for name in options if (value := getattr(args, name)) is not None}
        card = complete_card(load_engine(args.file, "onnxruntime"), given)
        name = add_network(args.file, card, args.name, args.licence)
        sys.stdout.write(
            f"{card.layout}, images {card.input_layout}, maps {card.output_layout}\n"
            f"detector:=openpose detector_model:={name}\n"
        )
        return 0


def _check_network(path: Path) -> None:
    if path.suffix != ".onnx" or not path.is_file():
        raise ModelError(f"no file {path}; expected an OpenPose network (.onnx)")


def add_network(path: Path, card: OpenPoseCard, name: str = "", licence: str = "unknown") -> str:
    """Copy a network into the cache with a card.

    Args:
        path: the network (.onnx).
        card: description of its input and output.
        name: of the model; empty for the name of the file.
        licence: of the weights.

    Returns:
        The name of the model.

    Raises:
        ModelError: no such file, not a name, or the cache cannot be written.
    """
    _check_network(path)
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
        source=f"added by the user: {path.name}",
        skeleton=card.layout,
        settings=card.settings(),
    )
    write_card(target, added)
    return name


class ConvertOpenPose:
    """`models convert-openpose`, which needs the lab."""

    DESCRIPTION = (
        "Convert a Caffe file of OpenPose (body_25, coco_18 or mpi_15, recognised by its layers) "
        "to ONNX with a model card, and check it. The original weights are for noncommercial "
        "research only."
    )

    @staticmethod
    def configure(parser: ArgumentParser) -> None:
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
            type=_parse_size,
            metavar="WIDTHxHEIGHT",
            help="accept images of this size only, as needed by TensorRT (default: any size)",
        )

    @staticmethod
    def run(args: Namespace) -> int:
        """Convert the file and print the path of the ONNX file."""
        from pose_action_ros.lab.training.openpose.convert import convert

        output = args.output
        if output is not None and output.suffix != ".onnx":
            raise ModelError(f"got the output {output}, expected a name that ends with .onnx")
        target = convert(args.file, output, stages=args.stages, size=args.size)
        sys.stdout.write(f"{target}\n")
        return 0


def _parse_size(text: str) -> tuple[int, int]:
    parts = text.split("x")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() for part in parts):
        raise ArgumentTypeError(f"got {text!r}, expected WIDTHxHEIGHT, for example 656x368")
    return int(parts[0]), int(parts[1])
