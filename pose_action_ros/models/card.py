"""Model cards: inputs, outputs, origin and checksum of a model file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from pose_action_ros.errors import ModelError

SHIPPED = Path(__file__).parent


@dataclass(frozen=True)
class ModelCard:
    """The JSON file beside a model file, `<name>.json` for `<name>.onnx`.

    Attributes:
        name: of the model.
        task: "lifter", "action", "person finder", "landmarks" or "detector" (OpenPose).
        sha256: of the model file.
        licence: SPDX name for the weights.
        source: the method's paper.
        skeleton: joint order of the input, of a detector's output; empty if it has none.
        settings: everything needed to prepare inputs and read outputs, by the task's own keys.
        training: data, their terms, and the command that trained it, or a `history` where no
            command of this package repeats the training.
        scores: measured results and their data.
        use: intended use and its limits, if others trained the network.
    """

    name: str
    task: str
    sha256: str
    licence: str
    source: str
    skeleton: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    scores: Mapping[str, Any] = field(default_factory=dict)
    use: str = ""


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    return digest_of(path, "sha256")


def digest_of(path: Path, algorithm: str) -> str:
    """Hexadecimal checksum of a file by an algorithm of hashlib."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def find_model(name_or_path: str) -> Path:
    """The model file of a shipped name ("lifter") or of a path to an .onnx file.

    Raises:
        ModelError: neither; lists the shipped names.
    """
    shipped = {path.stem: path for path in sorted(SHIPPED.glob("*.onnx"))}
    path = shipped.get(name_or_path, Path(name_or_path).expanduser())
    if not path.is_file():
        raise ModelError(
            f"no model {name_or_path!r}: expected a path to an .onnx file or one of the shipped "
            f"models {', '.join(shipped)}"
        )
    return path


def read_card(path: Path, task: str | None) -> ModelCard:
    """Read the card of a model file, and check that both belong together.

    Args:
        path: the model file.
        task: required `ModelCard.task`; None for any.

    Raises:
        ModelError: no card, not JSON, fields missing, other task, or the file's checksum differs.
    """
    card = _parse(path.with_suffix(".json"))
    if task is not None and card.task != task:
        raise ModelError(f"{path} is a model for {card.task!r}, expected one for {task!r}")
    digest = sha256_of(path)
    if digest != card.sha256:
        raise ModelError(
            f"{path} is damaged or was changed: sha256 is {digest}, its card says {card.sha256}; "
            "restore the file or export it again"
        )
    return card


def _parse(path: Path) -> ModelCard:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return ModelCard(**values)
    except FileNotFoundError:
        raise ModelError(f"no model card {path}; a model file needs its card beside it") from None
    except (OSError, ValueError, TypeError) as error:
        names = ", ".join(item.name for item in fields(ModelCard))
        raise ModelError(f"{path} is no model card with the fields {names}: {error}") from error


def write_card(path: Path, card: ModelCard) -> None:
    """Write the card of the model file `path` beside it."""
    text = json.dumps(asdict(card), indent=2, ensure_ascii=False)
    path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
