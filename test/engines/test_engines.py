from __future__ import annotations

import logging
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from engines.conftest import forget
from engines.networks import doubling
from pose_action_ros.engines import AUTO, ENGINE_CHOICES, ENGINES, load_engine
from pose_action_ros.errors import EngineError, InputError, ModelError
from pose_action_ros.lifting.settings import LifterSettings
from pose_action_ros.models.card import find_model
from pose_action_ros.recognition.settings import RecogniserSettings
from pose_action_ros.settings import limits_of


@pytest.fixture
def doubler(tmp_path: Path) -> Path:
    """A network y = x + x for any number of pairs."""
    return doubling(tmp_path)


def test_any_batch(doubler: Path) -> None:
    engine = load_engine(doubler, "onnxruntime")
    assert engine.name == "onnxruntime"
    assert engine.inputs == {"x": (None, 2)}
    assert engine.outputs == ("y",)
    for batch in (1, 3, 0, 2):
        values = np.full((batch, 2), 4.0)
        found = engine({"x": values})["y"]
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, values * 2)


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"x": np.zeros((1, 3))}, r"shape \(1, 3\), the network takes \('any', 2\)"),
        ({"x": np.zeros(2)}, "has shape"),
        ({"z": np.zeros((1, 2))}, r"got tensors \['z'\], the network takes \['x'\]"),
        ({}, r"got tensors \[\]"),
    ],
)
def test_wrong_tensors(
    doubler: Path, tensors: dict[str, np.ndarray[Any, Any]], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        load_engine(doubler, "onnxruntime")({**tensors})


def test_a_missing_file_and_an_unknown_engine(doubler: Path) -> None:
    with pytest.raises(ModelError, match=r"no model file at nowhere\.onnx"):
        load_engine(Path("nowhere.onnx"))
    with pytest.raises(EngineError, match="engines are auto, tensorrt, tensorrt_fp16, onnx"):
        load_engine(doubler, "caffe")


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "model.pb"
    path.touch()
    with pytest.raises(ModelError, match=r"model\.pb, expected an \.onnx file"):
        load_engine(path)


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.99])
@pytest.mark.parametrize("name", ["auto", "onnxruntime"])
def test_truncated_files(doubler: Path, tmp_path: Path, name: str, keep: float) -> None:
    data = doubler.read_bytes()
    path = tmp_path / "truncated.onnx"
    path.write_bytes(data[: int(keep * len(data))])
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_engine(path, name)


@pytest.mark.parametrize("name", ["auto", "onnxruntime"])
def test_files_with_other_content(tmp_path: Path, name: str) -> None:
    path = tmp_path / "random.onnx"
    path.write_bytes(np.random.default_rng(1).bytes(5000))
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_engine(path, name)


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_that_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "model.onnx"
    path.touch()
    hide(monkeypatch, *(source.package for source in ENGINES.values()))
    for choice in (name, "auto"):
        with pytest.raises(EngineError) as caught:
            load_engine(path, choice)
        assert ENGINES[name].remedy in str(caught.value)
    with pytest.raises(EngineError, match=rf"\({name}: not installed\); get one with `pip inst"):
        load_engine(path, name)
    forget()


def hide(monkeypatch: pytest.MonkeyPatch, *packages: str) -> None:
    """Have the packages not be installed."""
    forget()
    for package in packages:
        monkeypatch.setitem(sys.modules, package, None)
    for source in ENGINES.values():
        module = f"pose_action_ros.engines.{source.module}"
        monkeypatch.delitem(sys.modules, module, raising=False)


def test_auto_logs_its_engine_and_the_reason(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, doubler: Path
) -> None:
    hide(monkeypatch, "tensorrt")
    with caplog.at_level(logging.INFO):
        load_engine(doubler)
    (record,) = caplog.records
    assert record.levelname == "INFO"
    line = "doubling.onnx runs in onnxruntime (CPU, 1 thread); tensorrt: not installed"
    assert record.message == line


def test_a_chosen_engine_logs_its_place(caplog: pytest.LogCaptureFixture, doubler: Path) -> None:
    with caplog.at_level(logging.INFO):
        load_engine(doubler, "onnxruntime", threads=2)
    (record,) = caplog.records
    assert record.message == "doubling.onnx runs in onnxruntime (CPU, 2 threads)"


def test_settings_offer_the_engines_of_their_files() -> None:
    assert ENGINE_CHOICES == ("auto", "tensorrt", "tensorrt_fp16", "onnxruntime")
    assert set(AUTO) <= set(ENGINES)
    for settings, name in ((LifterSettings, "lifter"), (RecogniserSettings, "action")):
        (field,) = (item for item in fields(settings) if item.name == f"{name}_engine")
        assert limits_of(field).choices == ENGINE_CHOICES


_LIFTING = """
import sys
sys.modules["tensorrt"] = None
import numpy as np
from pose_action_ros.engines import load_engine
from pose_action_ros.models.card import find_model
engine = load_engine(find_model("lifter"))
assert engine({"keypoints": np.zeros((2, 5, 18, 3))})["joints"].shape == (2, 17, 3)
print(engine.name, *sorted({"torch", "onnx", "cuda"} & set(sys.modules)))
"""


def test_a_robot_needs_neither_torch_nor_onnx() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LIFTING], capture_output=True, text=True, check=True
    )
    assert done.stdout == "onnxruntime\n"


_PIPELINE = """
import sys
import numpy as np
from pose_action_ros import Pipeline
Pipeline()(np.zeros((48, 64, 3), np.uint8))
print(*sorted({"scipy", "torch", "onnx", "matplotlib", "rclpy"} & set(sys.modules)))
"""


def test_a_pipeline_imports_no_package_of_the_lab() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PIPELINE], capture_output=True, text=True, check=True
    )
    assert done.stdout == "\n"


_TELEMETRY = """
import sys
from pathlib import Path
if sys.argv[2] == "engine":
    from pose_action_ros.engines import load_engine
    load_engine(Path(sys.argv[1]), "onnxruntime")
import numpy as np
import onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
print(session.run(None, {"x": np.ones((1, 2), np.float32)})[0].tolist())
"""


@pytest.mark.parametrize("loaded_by", ["engine", "onnxruntime"])
def test_onnxruntime_writes_no_data_about_the_device(
    doubler: Path, tmp_path: Path, loaded_by: str
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    # Without the variables of a CI server, where ONNX Runtime sends nothing on its own.
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", _TELEMETRY, str(doubler), loaded_by]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "[[2.0, 2.0]]\n"
    files = [path.name for path in home.rglob("*") if path.is_file()]
    if loaded_by == "engine":
        assert not files
    elif not files:
        pytest.skip(f"ONNX Runtime {onnxruntime.__version__} writes no such file by itself")


@pytest.mark.skipif(os.cpu_count() == 1, reason="one core")
def test_threads_do_not_change_results() -> None:
    path = find_model("blazepose_finder")
    engines = [load_engine(path, threads=threads) for threads in (1, 2)]
    (name,) = engines[0].inputs
    image = np.random.default_rng(0).random((1, 224, 224, 3), dtype=np.float32)
    one, two = (engine({name: image}) for engine in engines)
    for key, value in one.items():
        np.testing.assert_allclose(two[key], value, rtol=1e-3, atol=1e-2)
