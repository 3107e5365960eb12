"""Tests of the lab, which need the packages of requirements/train.txt.

One thread for PyTorch: networks of tests are small, and on a busy machine threads only wait.
"""

from __future__ import annotations

from importlib.util import find_spec

import pytest

collect_ignore_glob = [] if find_spec("torch") and find_spec("onnx") else ["*"]


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    import torch  # noqa: PLC0415 - absent on robots

    torch.set_num_threads(1)
