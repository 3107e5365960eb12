"""The catalogue: models that are not shipped, with addresses and checksums of their files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pose_action_ros.errors import ModelError


@dataclass(frozen=True)
class CatalogueFile:
    """One file of a model.

    Attributes:
        place: its address.
        sha256: of the file; empty if not published.
        md5: published instead.
        bytes: its size; 0 if not published.
    """

    place: str
    sha256: str = ""
    md5: str = ""
    bytes: int = 0

    @property
    def checksum(self) -> str:
        """Algorithm and checksum."""
        return f"sha256 {self.sha256}" if self.sha256 else f"md5 {self.md5}"


@dataclass(frozen=True)
class CatalogueModel:
    """A model that is not shipped.

    Attributes:
        name: in the catalogue and in the cache.
        title: human-readable description in one line.
        licence: SPDX name.
        files: by their name in the cache.
        terms: permitted use and place of the licence, if it is not a free one.
        restricted: True if the user has to accept the terms first.
    """

    name: str
    title: str
    licence: str
    files: Mapping[str, CatalogueFile]
    terms: str = ""
    restricted: bool = False


def read_catalogue() -> dict[str, CatalogueModel]:
    """All models of the catalogue by name."""
    text = Path(__file__).with_name("catalogue.json").read_text(encoding="utf-8")
    return {name: _model(name, values) for name, values in json.loads(text).items()}


def catalogue_model(name: str) -> CatalogueModel:
    """One model of the catalogue; ModelError with the available names if there is none."""
    catalogue = read_catalogue()
    if name not in catalogue:
        raise ModelError(f"unknown model {name!r}; the catalogue has {', '.join(catalogue)}")
    return catalogue[name]


def _model(name: str, values: dict[str, Any]) -> CatalogueModel:
    files = {key: CatalogueFile(**file) for key, file in values.pop("files").items()}
    return CatalogueModel(name, files=files, **values)
