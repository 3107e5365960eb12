"""Files of built TensorRT engines ("plans") in the user's cache.

A plan only runs with the TensorRT version and the GPU that it was built for, and TensorRT does not
detect a damaged one. Therefore a file begins with a line of JSON: the plan's key, its length and
its SHA-256. Plans that do not match are never passed to TensorRT.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from pose_action_ros.models.cache import cache_folder, write_atomically

_LOG = logging.getLogger(__name__)

PRECISIONS = ("fp32", "fp16")

MAX_BATCH = 16
"""Default of PlanKey.max_batch."""

_FORMAT = "pose_action_ros TensorRT engine 1"


@dataclass(frozen=True)
class PlanKey:
    """Everything on which a plan depends.

    Attributes:
        model: SHA-256 of the ONNX file.
        tensorrt: version.
        gpu: name and compute capability.
        precision: one of PRECISIONS.
        max_batch: most people per run.
    """

    model: str
    tensorrt: str
    gpu: str
    precision: str
    max_batch: int


def plan_path(stem: str, key: PlanKey) -> Path:
    """Path of a plan in the cache; `stem` is the name of the model file."""
    return _folder() / f"{_prefix(stem, key)}{key.max_batch}.plan"


def newest(stem: str, key: PlanKey) -> PlanKey:
    """The key with the batch size of the plan that was used last, `key` if there is no plan."""
    prefix = _prefix(stem, key)
    plans = sorted(_folder().glob(f"{prefix}*.plan"), key=lambda path: path.stat().st_mtime_ns)
    names = [path.stem.removeprefix(prefix) for path in plans]
    sizes = [int(name) for name in names if name.isascii() and name.isdigit()]
    return replace(key, max_batch=sizes[-1]) if sizes else key


def read_plan(path: Path, key: PlanKey) -> bytes | None:
    """The plan in a file; None without a file or, with a warning, if it does not match the key."""
    try:
        head, _, plan = path.read_bytes().partition(b"\n")
        os.utime(path)  # `newest` takes the plan that was used last
    except FileNotFoundError:
        return None
    except OSError as error:
        _LOG.warning("cannot read %s (%s); the engine is built again", path, error)
        return None
    if head != _head(key, plan):
        _LOG.warning("%s is damaged or of another origin; the engine is built again", path)
        return None
    return plan


def write_plan(path: Path, key: PlanKey, plan: bytes) -> None:
    """Write a plan; ModelError if it cannot be written."""
    write_atomically(path, _head(key, plan) + b"\n" + plan)


def stored_plans() -> list[tuple[Path, PlanKey | None]]:
    """Every plan in the cache with its key; None for a damaged file."""
    return [(path, _key_in(path)) for path in sorted(_folder().glob("*.plan"))]


def _key_in(path: Path) -> PlanKey | None:
    """The key in a file's first line; None if the file is damaged."""
    head, _, plan = path.read_bytes().partition(b"\n")
    try:
        values = json.loads(head)
        key = PlanKey(**{item.name: values[item.name] for item in fields(PlanKey)})
    except (ValueError, KeyError, TypeError):
        return None
    return key if head == _head(key, plan) else None


def _head(key: PlanKey, plan: bytes) -> bytes:
    content = {"bytes": len(plan), "sha256": hashlib.sha256(plan).hexdigest()}
    return json.dumps({"format": _FORMAT, **asdict(key), **content}, sort_keys=True).encode()


def _folder() -> Path:
    return cache_folder() / "tensorrt"


def _prefix(stem: str, key: PlanKey) -> str:
    """File name for a model, version, GPU and precision; the batch size follows it."""
    parts = json.dumps(asdict(replace(key, max_batch=0)), sort_keys=True)
    return f"{stem}-{key.precision}-{hashlib.sha256(parts.encode()).hexdigest()[:16]}-batch"
