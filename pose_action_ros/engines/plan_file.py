"""Files of built TensorRT engines ("plans") in the user's cache.

A plan only runs with the TensorRT and on the GPU that it was built for, and TensorRT does not
defend itself against a damaged one. So a file begins with a line of JSON: what the plan was built
from and for, its length and its SHA-256. Nothing reaches TensorRT that does not fit it.
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
"""People at a time where nothing else was asked for."""

_FORMAT = "pose_action_ros TensorRT engine 1"


@dataclass(frozen=True)
class PlanKey:
    """What a plan depends on.

    Attributes:
        model: SHA-256 of the ONNX file.
        tensorrt: version.
        gpu: name and compute capability.
        precision: one of PRECISIONS.
        max_batch: most people at a time.
    """

    model: str
    tensorrt: str
    gpu: str
    precision: str
    max_batch: int


def plan_path(stem: str, key: PlanKey) -> Path:
    """Where the plan of a model is kept; `stem` is the name of its file."""
    return _folder() / f"{_prefix(stem, key)}{key.max_batch}.plan"


def newest(stem: str, key: PlanKey) -> PlanKey:
    """The key with the batch size of the plan that was asked for last, itself where none is."""
    prefix = _prefix(stem, key)
    plans = sorted(_folder().glob(f"{prefix}*.plan"), key=lambda path: path.stat().st_mtime_ns)
    sizes = [path.stem.removeprefix(prefix) for path in plans]
    known = [int(size) for size in sizes if size.isascii() and size.isdigit()]
    return replace(key, max_batch=known[-1]) if known else key


def read_plan(path: Path, key: PlanKey) -> bytes | None:
    """The plan in a file; None where there is no file or, said in the log, it does not fit."""
    try:
        head, _, plan = path.read_bytes().partition(b"\n")
        os.utime(path)  # asked for last
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
    """Keep a plan; ModelError when it cannot be written."""
    write_atomically(path, _head(key, plan) + b"\n" + plan)


def stored_plans() -> list[tuple[Path, PlanKey | None]]:
    """Every plan in the cache with what it was built for; None for a file that is damaged."""
    return [(path, _key_in(path)) for path in sorted(_folder().glob("*.plan"))]


def _key_in(path: Path) -> PlanKey | None:
    """What a file says that its plan was built for, if all of it is there."""
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
    """Tells models, versions, GPUs and precisions apart; the batch size follows."""
    parts = json.dumps(asdict(replace(key, max_batch=0)), sort_keys=True)
    return f"{stem}-{key.precision}-{hashlib.sha256(parts.encode()).hexdigest()[:16]}-batch"
