"""Check of the model files: shipped, downloaded, and of the user."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from pose_action_ros.doctor.checks import Finding, Level, Problem, ok
from pose_action_ros.doctor.machine import Machine
from pose_action_ros.errors import ModelError
from pose_action_ros.models.cache import cache_folder
from pose_action_ros.models.card import SHIPPED, read_card
from pose_action_ros.models.catalogue import read_catalogue
from pose_action_ros.models.fetch import ABSENT, READY, file_states

CATALOGUE = "catalogue"
"""Name of the .json file beside the shipped models that is not a model card."""

MODEL_DAMAGED = Problem(
    "model-damaged",
    Level.ERROR,
    "A shipped model does not match its card.",
    "every node rejects a model that differs from its card",
    "reinstall the package, or restore the file and its card (git checkout, git lfs pull)",
)
MODEL_MISSING = Problem(
    "model-missing",
    Level.ERROR,
    "The file of a shipped model is missing.",
    "no node can start without its model",
    "reinstall the package, or restore the file (git checkout, git lfs pull)",
)
MODEL_INCOMPLETE = Problem(
    "model-incomplete",
    Level.WARN,
    "A downloaded model is incomplete or damaged in the cache.",
    "a detector configured with it cannot start",
    "pose-action models get NAME; `pose-action models` lists the names",
)
CACHE_READ_ONLY = Problem(
    "cache-not-writable",
    Level.WARN,
    "This user cannot write to the cache of models.",
    "neither downloaded models nor TensorRT engines can be stored",
    "export POSE_ACTION_CACHE= a writable folder, or make this one writable",
)
USER_MODEL = Problem(
    "user-model",
    Level.ERROR,
    "A file given with --model cannot be used.",
    "a node rejects this file",
    "use an .onnx file with its card in the same folder, as written by `pose-action export`, "
    "`teach` and tools/convert_blazepose.py",
)


def check(_machine: Machine) -> Iterator[Finding]:
    """Check the shipped models, the downloaded models, and the cache."""
    yield from check_shipped(SHIPPED)
    for model in read_catalogue().values():
        states = file_states(model)
        missing = [name for name, state in states.items() if state != READY]
        place = cache_folder() / model.name
        if missing and set(states.values()) != {ABSENT}:
            text = f"{model.name}: {', '.join(missing)} missing or damaged in {place}"
            yield MODEL_INCOMPLETE.finding(text)
        elif not missing:
            yield ok(f"{model.name} is complete in {place}")
    folder = next(path for path in (cache_folder(), *cache_folder().parents) if path.exists())
    if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        yield CACHE_READ_ONLY.finding(f"cannot write to {folder}, the folder of the cache")


def check_shipped(folder: Path) -> Iterator[Finding]:
    """Compare each model of a folder with its card, and check that no model is missing."""
    names = {path.stem for kind in ("*.onnx", "*.json") for path in folder.glob(kind)}
    for name in sorted(names - {CATALOGUE}):
        path = folder / f"{name}.onnx"
        if not path.is_file():
            yield MODEL_MISSING.finding(f"{path} is missing, its card exists")
            continue
        try:
            card = read_card(path, None)
        except ModelError as error:
            yield MODEL_DAMAGED.finding(str(error))
        else:
            yield ok(f"{path.name}: {card.task} model, matches its card")


def check_user_models(paths: Iterable[Path]) -> Iterator[Finding]:
    """Check model files of the user."""
    yield from map(_user_model, paths)


def _user_model(path: Path) -> Finding:
    try:
        return ok(_use_of(path.expanduser()))
    except ModelError as error:
        return USER_MODEL.finding(str(error))


def _use_of(path: Path) -> str:
    """Name of the parameter for a model file; ModelError for other files."""
    if not path.is_file():
        raise ModelError(f"no file {path}")
    if path.suffix != ".onnx":
        raise ModelError(f"got {path}, expected an .onnx file")
    task = read_card(path, None).task
    return f"{path}: {task if task in ('lifter', 'action') else 'detector'}_model"
