"""Names and signatures of TensorRT's Python bindings, read from the bindings themselves.

The bindings are a wheel of their own ("tensorrt-cu13-bindings") that installs anywhere, but they
load NVIDIA's libraries, which are gigabytes and need a GPU to do anything. Empty libraries made
with the C compiler are enough to load them and to read the signatures that pybind11 puts in
docstrings. The tables here are of 10.3.0, which JetPack 6.2 has, and of 11.4.0.106:

    python test/references/tensorrt_api.py FOLDER_OF_TENSORRT_BINDINGS > tensorrt_11.json
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

Parameter = list[Any]  # name, type, whether it may be left out
Table = dict[str, Any]

METHODS = {
    "ILogger": ["__init__", "log"],
    "Builder": [
        "__init__",
        "build_serialized_network",
        "create_builder_config",
        "create_network",
        "create_optimization_profile",
    ],
    "IBuilderConfig": [
        "add_optimization_profile",
        "clear_flag",
        "set_flag",
        "set_memory_pool_limit",
    ],
    "IOptimizationProfile": ["set_shape"],
    "INetworkDefinition": ["get_input"],
    "OnnxParser": ["__init__", "get_error", "parse"],
    "ParserError": ["code", "desc"],
    "Runtime": ["__init__", "deserialize_cuda_engine"],
    "ICudaEngine": [
        "create_execution_context",
        "get_tensor_dtype",
        "get_tensor_mode",
        "get_tensor_name",
        "get_tensor_shape",
    ],
    "IExecutionContext": [
        "execute_async_v3",
        "get_tensor_shape",
        "set_input_shape",
        "set_tensor_address",
    ],
}
PROPERTIES = {
    "INetworkDefinition": ["num_inputs"],
    "ITensor": ["name", "shape"],
    "OnnxParser": ["num_errors"],
    "ICudaEngine": ["num_io_tensors"],
    "IHostMemory": ["nbytes"],
}
ENUMS = ["BuilderFlag", "DataType", "ErrorCode", "MemoryPoolType", "Severity", "TensorIOMode"]

_INTERFACES = ("INTERNAL", "PluginRegistry", "getNv", "initLib")


def read_api() -> Table:
    """Of the module tensorrt_bindings, which must be importable."""
    bindings = import_module("tensorrt_bindings")
    found = {"Severity": bindings.ILogger.Severity}
    enums = {name: found.get(name) or getattr(bindings, name) for name in ENUMS}
    return {
        "version": bindings.__version__,
        "functions": {"nptype": [[["trt_type", "", False]]]} if bindings.nptype else {},
        "enums": {name: sorted(enum.__members__) for name, enum in enums.items()},
        "methods": {
            name: {item: _signatures(getattr(getattr(bindings, name), item)) for item in items}
            for name, items in METHODS.items()
        },
        "properties": {
            name: [
                item
                for item in items
                if isinstance(getattr(getattr(bindings, name), item), property)
            ]
            for name, items in PROPERTIES.items()
        },
    }


def _signatures(method: Any) -> list[list[Parameter]]:
    """The parameters of each overload, without self."""
    lines = re.findall(r"^(?:\d+\. )?\w+\((self: .*)\) -> .*$", method.__doc__, re.MULTILINE)
    return [[_parameter(part) for part in _split(line)[1:]] for line in lines]


def _split(parameters: str) -> list[str]:
    """At the commas outside of brackets."""
    return re.split(r", (?![^\[<(]*[\]>)])", parameters)


def _parameter(text: str) -> Parameter:
    """`name: a.b.Type = default` as its parts."""
    found = re.fullmatch(r"(\w+): (?:[\w.]+\.|\w+::)?([\w\[\].]+)( = .*)?", text)
    assert found is not None, text
    return [found[1], found[2], found[3] is not None]


def stub_libraries(bindings: Path, folder: Path) -> None:
    """Make libraries that let the bindings load and give nothing to anyone who calls them."""
    library = bindings / "tensorrt.so"
    listed = subprocess.run(
        ["readelf", "--wide", "--dyn-syms", "--dynamic", library],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    symbols = re.findall(r" UND (\w+)$", listed, re.MULTILINE)
    wanted = [name for name in symbols if any(part in name for part in _INTERFACES)]
    source = "".join(f"void *{name}(void) {{ return 0; }}\n" for name in wanted)
    for name in re.findall(r"\[(libnv\w+\.so\.\d+)\]", listed):
        code = source if name.startswith("libnvinfer.so") else ""
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-x", "c", "-", f"-Wl,-soname,{name}", "-o", folder / name],
            input=code, text=True, check=True,
        )  # fmt: skip


def run_with_bindings(bindings: Path, code: str, *arguments: str) -> str:
    """Run a Python program with the folder `tensorrt_bindings` in its path; return its output."""
    with tempfile.TemporaryDirectory() as libraries:
        stub_libraries(bindings, Path(libraries))
        paths = [str(bindings.parent), str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
        env = {**os.environ, "LD_LIBRARY_PATH": libraries, "PYTHONPATH": os.pathsep.join(paths)}
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=env, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def api_of(bindings: Path) -> Table:
    """The API of the bindings in a folder `tensorrt_bindings`."""
    code = "import json, tensorrt_api; print(json.dumps(tensorrt_api.read_api()))"
    table: Table = json.loads(run_with_bindings(bindings, code))
    return table


def text_of(table: Table) -> str:
    """As JSON with a method to a line."""
    text = json.dumps(table, indent=1)
    for _ in range(3):  # lists in lists in lists
        text = re.sub(r"\[\s+((?:[^\[\]{}]|\[[^\n]*\])*?)\s+\]", _on_one_line, text)
    return text + "\n"


def _on_one_line(found: re.Match[str]) -> str:
    return "[" + re.sub(r"\s*\n\s*", " ", found[1]) + "]"


if __name__ == "__main__":
    sys.stdout.write(text_of(api_of(Path(sys.argv[1]))))
