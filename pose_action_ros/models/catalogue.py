"""The catalogue: models that are fetched once, not shipped, and what their files must be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pose_action_ros.errors import ModelError


@dataclass(frozen=True)
class CatalogueFile:
    """One file of a model.

    Attributes:
        member: its path inside the package's wheel.
        sha256: of the file.
        bytes: its size.
    """

    member: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class CatalogueModel:
    """A model that a Python package carries.

    Attributes:
        name: in the catalogue and in the cache.
        title: one line for people.
        licence: SPDX name.
        package, version: of the package on the Python Package Index.
        python, platform: tags of the wheel that has the files; they run on any machine.
        files: by their name in the cache.
    """

    name: str
    title: str
    licence: str
    package: str
    version: str
    python: str
    platform: str
    files: Mapping[str, CatalogueFile]

    @property
    def requirement(self) -> str:
        """What pip is asked for."""
        return f"{self.package}=={self.version}"


def read_catalogue() -> dict[str, CatalogueModel]:
    """All models of the catalogue by name."""
    text = Path(__file__).with_name("catalogue.json").read_text(encoding="utf-8")
    return {name: _model(name, values) for name, values in json.loads(text).items()}


def catalogue_model(name: str) -> CatalogueModel:
    """One model of the catalogue; ModelError lists the names there are otherwise."""
    catalogue = read_catalogue()
    if name not in catalogue:
        raise ModelError(f"unknown model {name!r}; the catalogue has {', '.join(catalogue)}")
    return catalogue[name]


def _model(name: str, values: dict[str, object]) -> CatalogueModel:
    files = values.pop("files")
    assert isinstance(files, dict)
    parts = {key: CatalogueFile(**file) for key, file in files.items()}
    texts = {key: str(value) for key, value in values.items()}
    return CatalogueModel(name, files=parts, **texts)
