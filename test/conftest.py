import os
from importlib import import_module

# Before NumPy and PyTorch are imported: with one thread each, workers of pytest do not compete.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from hypothesis import settings

from action_models import action_model, interaction_model, level_model, other_action_model
from recording_files import recording_file

__all__ = [
    "action_model",
    "interaction_model",
    "level_model",
    "other_action_model",
    "recording_file",
]

# No deadline: a busy machine is no failure, and pytest's timeout ends a test that is stuck.
settings.register_profile("quick", deadline=None, max_examples=25, derandomize=True)
settings.register_profile("thorough", deadline=None, max_examples=200)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture
def fake_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the stages of the pipeline by fakes without models."""
    pipeline = import_module("pose_action_ros.pipeline")  # not needed by most tests
    for name, stage in import_module("pipeline_fakes").STAGES.items():
        monkeypatch.setattr(pipeline, name, stage)
