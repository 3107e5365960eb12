"""The catalogue, and the folder of the cache; downloads are in test_download.py."""

from pathlib import Path

import pytest

from pose_action_ros.errors import ModelError
from pose_action_ros.models.cache import cache_folder
from pose_action_ros.models.catalogue import CatalogueFile, CatalogueModel, read_catalogue
from pose_action_ros.models.catalogue import catalogue_model as model_of
from pose_action_ros.models.fetch import ABSENT, DAMAGED, fetch, file_states


def test_a_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("POSE_ACTION_CACHE", str(tmp_path / "file"))
    model = CatalogueModel("toy", "A toy", "MIT", {"toy.bin": CatalogueFile("http://nowhere", "0")})
    with pytest.raises(ModelError, match=r"cannot write to the cache .*POSE_ACTION_CACHE"):
        fetch(model)


def test_folder_of_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert cache_folder() == tmp_path / "cache"
    monkeypatch.delenv("POSE_ACTION_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "pose_action_ros"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/paths/do/not/count")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "pose_action_ros"


def test_names_of_the_catalogue() -> None:
    assert model_of("openpose_mpi_15").name == "openpose_mpi_15"
    with pytest.raises(ModelError, match="the catalogue has openpose_body_25, openpose_coco_18"):
        model_of("openpose")


def test_models_of_the_catalogue_have_checksums_and_terms() -> None:
    for model in read_catalogue().values():
        assert all(file.sha256 or file.md5 for file in model.files.values())
        assert bool(model.terms) == model.restricted


def test_states_of_files(cache: Path) -> None:
    model = model_of("openpose_mpi_15")
    (name,) = model.files
    assert file_states(model) == {name: ABSENT}
    (cache / model.name).mkdir(parents=True)
    (cache / model.name / name).write_bytes(b"something")
    assert file_states(model) == {name: DAMAGED}
