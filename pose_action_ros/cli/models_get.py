"""`pose-action models get`: models of the catalogue by name, into the user's cache."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from pose_action_ros.cli.models_fetch import add_wheel
from pose_action_ros.errors import ModelError
from pose_action_ros.models.catalogue import CatalogueModel, catalogue_model
from pose_action_ros.models.fetch import fetch, missing_files

DESCRIPTION = "Get models of the catalogue (see `models list`) into the cache: once, and checked."


def configure(parser: ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("names", nargs="+", metavar="NAME", help="of a model in `models list`")
    parser.add_argument(
        "--accept-licence",
        action="store_true",
        help="you have read the terms of the models, keep to them, and need not be asked",
    )
    add_wheel(parser)


def run(args: Namespace) -> int:
    """Run the command.

    Raises:
        ModelError: no such model, its terms were not accepted, or it cannot be had.
    """
    for model in [catalogue_model(name) for name in args.names]:
        if missing_files(model) and model.restricted and not args.accept_licence:
            _ask(model)
        for path in fetch(model, args.wheel).values():
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
