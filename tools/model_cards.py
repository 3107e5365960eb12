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
    """The page with its models written anew."""
    shipped = "".join(map(shipped_section, sorted(SHIPPED.glob("*.onnx"))))
    others = "".join(map(catalogue_section, read_catalogue().values()))
    written = f"\n## Shipped\n{shipped}\n## In the catalogue\n{others}\n"
    return rewritten(text, "models", written)


def shipped_section(path: Path) -> str:
    """A shipped model by its card: what it is, its data and their terms, how it was made."""
    card = read_card(path, None)
    rows = {
        "for": card.task,
        "licence": card.licence,
        "method": card.source,
        "skeleton": f"`{card.skeleton}`",
        **outcome(card),
        **data(card.training),
        "made by": f"`{card.training['command']}`",
        "file": f"{path.stat().st_size / 1e6:.1f} MB, sha256 `{card.sha256}`",
    }
    link = f"../pose_action_ros/models/{path.stem}.json"
    return f"\n### {card.name}\n\n{table(rows)}\nAll settings and scores: [card]({link}).\n"


def outcome(card: ModelCard) -> dict[str, str]:
    """What a model gives."""
    if "labels" in card.settings:
        labels = ", ".join(f"`{label}`" for label in card.settings["labels"])
        return {"labels": labels, "window": f"{card.settings['window']:g} s"}
    return {"gives": f"`{card.settings['output_skeleton']}`"}


def data(training: Mapping[str, Any]) -> dict[str, str]:
    """What it was trained on, in one text or one for each source, and whose poses."""
    told = training["data"]
    sources = {"": told} if isinstance(told, str) else {f", {name}": told[name] for name in told}
    rows = {f"training data{source}": str(text) for source, text in sources.items()}
    if "lifter" in training:
        rows["trained on poses of"] = f"lifter, sha256 `{training['lifter']}`"
    return rows


def catalogue_section(model: CatalogueModel) -> str:
    """A model that is not shipped: where it comes from and under which terms."""
    files = "<br>".join(
        f"`{name}`: {f'{file.bytes / 1e6:.1f} MB, ' if file.bytes else ''}{file.checksum}"
        for name, file in model.files.items()
    )
    places = ", ".join(file.place for file in model.files.values())
    rows = {
        "licence": model.licence,
        "terms": model.terms,
        "from": f"the wheel of {model.wheel}" if model.wheel else places,
        "files": files,
        "get it with": f"`pose-action models get {model.name}`"
        + (", which asks whether you accept the terms" if model.restricted else ""),
    }
    return f"\n### {model.name}\n\n{model.title}.\n\n{table(rows)}"


def table(rows: Mapping[str, str]) -> str:
    """Rows of two cells; those without a text are left out."""
    lines = [f"| {name} | {text} |" for name, text in rows.items() if text]
    return "\n".join(["| | |", "| --- | --- |", *lines]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
