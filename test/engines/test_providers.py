"""ONNX Runtime's providers: chosen, absent, and failing."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from engines.networks import doubling
from pose_action_ros.detection import DetectorSettings
from pose_action_ros.engines import PROVIDER_CHOICES, load_engine
from pose_action_ros.engines.providers import PROVIDERS, candidates
from pose_action_ros.errors import EngineError, ModelError, SettingError
from pose_action_ros.models.card import find_model

CPU, CUDA = (PROVIDERS[word].name for word in ("cpu", "cuda"))


@pytest.fixture
def doubler(tmp_path: Path) -> Path:
    """A network y = x + x for any number of pairs."""
    return doubling(tmp_path)


class Runtime:
    """ONNX Runtime with CUDA, as far as names go: its sessions run on the CPU.

    Attributes:
        fault: "create" for an error of the session, "skip" for a session without the provider,
            "run" for an error of the first run, or "" for a provider that works.
        tried: providers of each session.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
        self.fault, self.tried = fault, list[list[str]]()
        self._session = onnxruntime.InferenceSession
        monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CUDA, CPU])
        monkeypatch.setattr(onnxruntime, "InferenceSession", self.session)

    def session(self, path: str, options: Any, providers: list[str], **more: Any) -> Any:
        self.tried.append(providers)
        session = self._session(path, options, providers=[CPU], **more)
        if CUDA not in providers:
            return session
        if self.fault == "create":
            raise RuntimeError("CUDA failure 100: no CUDA-capable device is detected")
        names = [CPU] if self.fault == "skip" else providers
        return Session(session, names, fails=self.fault == "run")


class Session:
    """A session that names its providers as asked."""

    def __init__(self, session: Any, names: list[str], *, fails: bool) -> None:
        self._session, self._names, self._fails = session, names, fails

    def get_providers(self) -> list[str]:
        return self._names

    def run(self, *arguments: Any) -> Any:
        if self._fails:
            raise RuntimeError("CUDA error: out of memory")
        return self._session.run(*arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


def check_doubles(path: Path, provider: str, place: str) -> None:
    engine = load_engine(path, "onnxruntime", 1, provider)
    assert engine.place == place
    np.testing.assert_array_equal(engine({"x": np.full((3, 2), 4.0)})["y"], np.full((3, 2), 8.0))


def test_a_provider_that_works(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, doubler: Path
) -> None:
    runtime = Runtime(monkeypatch, "")
    for provider in ("auto", "cuda"):
        with caplog.at_level(logging.INFO):
            check_doubles(doubler, provider, "cuda")
    assert [record.message for record in caplog.records] == [
        "doubling.onnx runs in onnxruntime (cuda)"
    ] * 2
    assert runtime.tried == [[CUDA, CPU]] * 2


@pytest.mark.parametrize("fault", ["create", "skip", "run"])
def test_auto_skips_a_provider_that_fails_with_one_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, doubler: Path, fault: str
) -> None:
    Runtime(monkeypatch, fault)
    check_doubles(doubler, "auto", "CPU, 1 thread")
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.message.startswith("doubling.onnx does not run on cuda: ")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("create", "the provider cuda failed: CUDA failure 100"),
        ("skip", "the provider cuda found no device or lacks a library"),
        ("run", "ONNX Runtime failed: CUDA error: out of memory"),
    ],
)
def test_a_chosen_provider_that_fails(
    monkeypatch: pytest.MonkeyPatch, doubler: Path, fault: str, message: str
) -> None:
    Runtime(monkeypatch, fault)
    with pytest.raises(EngineError, match=message):
        load_engine(doubler, "onnxruntime", 1, "cuda")


@pytest.mark.parametrize("provider", ["auto", "cuda", "cpu"])
def test_a_damaged_file_is_no_fault_of_the_provider(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, provider: str
) -> None:
    Runtime(monkeypatch, "create")
    path = tmp_path / "network.onnx"
    data = find_model("blazepose_finder").read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(ModelError, match=r"network\.onnx cannot be loaded by ONNX Runtime"):
        load_engine(path, "onnxruntime", 1, provider)


def test_a_provider_that_is_not_there(doubler: Path) -> None:
    if CUDA in onnxruntime.get_available_providers():
        pytest.skip("this ONNX Runtime has CUDA")
    with pytest.raises(EngineError) as caught:
        load_engine(doubler, "onnxruntime", 1, "cuda")
    message = str(caught.value)
    assert "got the provider cuda, this ONNX Runtime has cpu; get it with" in message
    assert "`pip install onnxruntime-gpu`" in message
    with pytest.raises(EngineError, match="unknown provider 'gpu', expected one of cuda, tensorrt"):
        load_engine(doubler, "onnxruntime", 1, "gpu")


def test_small_networks_stay_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = Runtime(monkeypatch, "")
    assert load_engine(find_model("lifter"), "onnxruntime").place == "CPU, 1 thread"
    assert runtime.tried == [[CPU]]


def test_order_of_auto() -> None:
    every = [provider.name for provider in PROVIDERS.values()]
    assert candidates("auto", [*reversed(every), "AzureExecutionProvider"]) == [*("cuda", "cpu")]
    assert candidates("tensorrt", every) == ["tensorrt"]


def test_the_setting_offers_all_providers() -> None:
    assert PROVIDER_CHOICES == ("auto", "cuda", "tensorrt", "openvino", "cpu")
    for word in PROVIDER_CHOICES:
        DetectorSettings(providers=word)
    with pytest.raises(SettingError, match="expected one of auto, cuda"):
        DetectorSettings(providers="gpu")


@pytest.mark.parametrize("name", ["blazepose_finder", "blazepose_landmarks", "lifter"])
@pytest.mark.parametrize("word", [word for word in PROVIDERS if word != "cpu"])
def test_providers_give_the_same_as_the_cpu(name: str, word: str) -> None:
    if PROVIDERS[word].name not in onnxruntime.get_available_providers():
        pytest.skip(f"this ONNX Runtime has no {word}")
    path = find_model(name)
    expected = load_engine(path, "onnxruntime")
    ((key, shape),) = expected.inputs.items()
    size = [1 if length is None else length for length in shape]
    tensors = {key: np.random.default_rng(1).random(size, np.float32)}
    found = load_engine(path, "onnxruntime", 1, word)(tensors)
    for output, value in expected(tensors).items():
        np.testing.assert_allclose(found[output], value, rtol=5e-3, atol=5e-3)


@pytest.mark.parametrize(
    "name",
    [
        *("blazepose_finder", "blazepose_landmarks", "movenet_multipose", "lifter", "action"),
        "interaction",
    ],
)
def test_shipped_networks_pass_the_trial_run(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    Runtime(monkeypatch, "")
    assert load_engine(find_model(name), "onnxruntime", 1, "cuda").place == "cuda"
