"""Writes the models into docs/models.md, from the cards of the shipped ones and the catalogue.

python tools/model_cards.py
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pages import rewritten

from pose_action_ros.models.card import SHIPPED, ModelCard, read_card
from pose_action_ros.models.catalogue import CatalogueModel, read_catalogue

PAGE = Path(__file__).resolve().parent.parent / "docs" / "models.md"


def page(text: str) -> str:
    """The page with new sections of all models."""
    shipped = "".join(map(shipped_section, sorted(SHIPPED.glob("*.onnx"))))
    others = "".join(map(catalogue_section, read_catalogue().values()))
    written = f"\n## Shipped\n{shipped}\n## In the catalogue\n{others}\n"
    return rewritten(text, "models", written)


def shipped_section(path: Path) -> str:
    """Section of a shipped model, from its card: purpose, data, terms and command."""
    card = read_card(path, None)
    rows = {
        "for": card.task,
        "licence": card.licence,
        "method": card.source,
        "skeleton": f"`{card.skeleton}`" if card.skeleton else "",
        **outcome(card),
        **data(card.training),
        **origin(card),
        "file": f"{path.stat().st_size / 1e6:.1f} MB, sha256 `{card.sha256}`",
    }
    link = f"../pose_action_ros/models/{path.stem}.json"
    return f"\n### {card.name}\n\n{table(rows)}\nAll settings and scores: [card]({link}).\n"


def outcome(card: ModelCard) -> dict[str, str]:
    """Rows on the output of a model."""
    if "labels" in card.settings:
        labels = ", ".join(f"`{label}`" for label in card.settings["labels"])
        return {"labels": labels, "window": f"{card.settings['window']:g} s"}
    if "output_skeleton" in card.settings:
        return {"output": f"`{card.settings['output_skeleton']}`"}
    return {}


def origin(card: ModelCard) -> dict[str, str]:
    """Rows on the command or the history of the file, and on the published file of a conversion."""
    if "history" in card.training:
        return {"training": card.training["history"]}
    command = f"`{card.training['command']}`"
    if "origin" not in card.training:
        return {"training command": command}
    published = f"{card.training['origin']}, sha256 `{card.training['origin_sha256']}`"
    return {"converted from": published, "converted with": command, "intended use": card.use}


def data(training: Mapping[str, Any]) -> dict[str, str]:
    """Rows on the training data, one for each source, and on the lifter of the poses."""
    texts = training["data"]
    sources = (
        {"": texts} if isinstance(texts, str) else {f", {name}": texts[name] for name in texts}
    )
    rows = {f"training data{source}": str(text) for source, text in sources.items()}
    if "lifter" in training:
        rows["trained on poses of"] = f"lifter, sha256 `{training['lifter']}`"
    return rows


def catalogue_section(model: CatalogueModel) -> str:
    """Section of a model that is not shipped: licence, terms, origin and files."""
    files = "<br>".join(
        f"`{name}`: {f'{file.bytes / 1e6:.1f} MB, ' if file.bytes else ''}{file.checksum}"
        for name, file in model.files.items()
    )
    places = ", ".join(file.place for file in model.files.values())
    rows = {
        "licence": model.licence,
        "terms": model.terms,
        "from": places,
        "files": files,
        "get it with": f"`pose-action models get {model.name}`"
        + (", which asks whether you accept the terms" if model.restricted else ""),
    }
    return f"\n### {model.name}\n\n{model.title}.\n\n{table(rows)}"


def table(rows: Mapping[str, str]) -> str:
    """Table of two columns; rows without a text are left out."""
    lines = [f"| {name} | {text} |" for name, text in rows.items() if text]
    return "\n".join(["| | |", "| --- | --- |", *lines]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
