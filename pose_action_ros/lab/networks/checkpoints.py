"""Checkpoints: the state of a training run in one file, from which it can resume."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import torch

from pose_action_ros.errors import ModelError


def save_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Write a state of tensors, numbers, strings and containers of them, atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        torch.save(dict(state), draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def load_checkpoint(
    path: Path, config: Mapping[str, Any] | None = None, free: Collection[str] = ()
) -> dict[str, Any] | None:
    """Read a state; None if there is no file.

    Args:
        path: of the checkpoint.
        config: settings of this run, which must equal the saved "config"; None accepts any.
        free: names of settings that may differ.

    Raises:
        ModelError: the file is damaged, or from a run with other settings.
    """
    if not path.is_file():
        return None
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many types for damaged files
        raise ModelError(f"{path} is no checkpoint or is damaged: {error}; remove it") from error
    if config is None:
        return state
    saved = state.get("config", {})
    changed = [
        f"{key} ({saved.get(key)}, now {config.get(key)})"
        for key in sorted({*config, *saved}.difference(free))
        if config.get(key) != saved.get(key)
    ]
    if changed:
        raise ModelError(
            f"{path} is of a run with other {', '.join(changed)}; remove it or choose another "
            "output folder"
        )
    return state
