"""One thread for PyTorch: networks of tests are small, and on a busy machine threads only wait."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    try:
        import torch  # noqa: PLC0415 - optional
    except ModuleNotFoundError:
        return
    torch.set_num_threads(1)
