"""The files of the models: shipped, fetched, and brought by the user."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from pose_action_ros.doctor.findings import Finding, Level, Problem, well
from pose_action_ros.doctor.machine import Machine
from pose_action_ros.errors import ModelError
from pose_action_ros.models.cache import cache_folder
from pose_action_ros.models.card import SHIPPED, read_card
from pose_action_ros.models.catalogue import read_catalogue
from pose_action_ros.models.fetch import TASK_FILES, missing_files
from pose_action_ros.models.wheel import read_member

CATALOGUE = "catalogue"
"""The one .json file beside the shipped models that is no model's card."""

MODEL_DAMAGED = Problem(
    "model-damaged",
    Level.ERROR,
    "A shipped model does not fit its card.",
    "a model that is not the one its card describes is refused by every node",
    "install the package again, or restore the file and its card (git checkout, git lfs pull)",
)
MODEL_MISSING = Problem(
    "model-missing",
    Level.ERROR,
    "A shipped model's file is gone.",
    "no node can start without the model that it uses",
    "install the package again, or restore the file (git checkout, git lfs pull)",
)
MODEL_UNFETCHED = Problem(
    "model-not-fetched",
    Level.WARN,
    "A model that is fetched once is not in the cache, or only in part.",
    "the detector fetches it when it first starts, which needs the network, and cannot start else",
    "pose-action models fetch, without network with --wheel FILE; `pose-action models` says which",
)
CACHE_READ_ONLY = Problem(
    "cache-not-writable",
    Level.WARN,
    "This user cannot write to the cache of models.",
    "neither fetched models nor TensorRT's engines can be kept",
    "export POSE_ACTION_CACHE= a folder that you may write, or make this one writable",
)
USER_MODEL = Problem(
    "user-model",
    Level.ERROR,
    "A file named with --model cannot be used.",
    "the node that is given this file will refuse it",
    "give an .onnx file with its card beside it, as `pose-action export` and `teach` write them, "
    "or a pose landmarker's .task file",
)


def check(_machine: Machine) -> Iterator[Finding]:
    """The shipped models, the catalogue's in the cache, and the cache itself."""
    yield from shipped(SHIPPED)
    for model in read_catalogue().values():
        missing = missing_files(model)
        place = cache_folder() / model.name
        if missing and not model.default and len(missing) == len(model.files):
            continue  # the user may want it or not
        if missing:
            found = f"{model.name}: {', '.join(missing)} missing or damaged in {place}"
            yield MODEL_UNFETCHED.found(found)
        else:
            yield well(f"{model.name} is complete in {place}")
    folder = next(path for path in (cache_folder(), *cache_folder().parents) if path.exists())
    if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        yield CACHE_READ_ONLY.found(f"cannot write to {folder}, where the cache is")


def shipped(folder: Path) -> Iterator[Finding]:
    """Each model of the folder against its card, and each card's model."""
    names = {path.stem for kind in ("*.onnx", "*.json") for path in folder.glob(kind)}
    for name in sorted(names - {CATALOGUE}):
        path = folder / f"{name}.onnx"
        if not path.is_file():
            yield MODEL_MISSING.found(f"there is a card of {path}, but not the file")
            continue
        try:
            card = read_card(path, None)
        except ModelError as error:
            yield MODEL_DAMAGED.found(str(error))
        else:
            yield well(f"{path.name}: {card.task} model, as its card says")


def brought(paths: Iterable[Path]) -> Iterator[Finding]:
    """Files that the user names."""
    yield from map(_brought, paths)


def _brought(path: Path) -> Finding:
    try:
        return well(_use_of(path.expanduser()))
    except ModelError as error:
        return USER_MODEL.found(str(error))


def _use_of(path: Path) -> str:
    """What a file is good for; ModelError when for nothing."""
    if not path.is_file():
        raise ModelError(f"no file {path}")
    if path.suffix == ".task":
        for name in TASK_FILES:
            read_member(path, name)
        return f"{path}: detector_model"
    if path.suffix != ".onnx":
        raise ModelError(f"{path} is neither an .onnx nor a .task file")
    return f"{path}: {read_card(path, None).task}_model"
