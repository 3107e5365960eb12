import pytest

import pipeline_fakes as fakes
from pose_action_ros import pipeline


@pytest.fixture
def fake_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pipeline's stages need no models."""
    for name, stage in fakes.STAGES.items():
        monkeypatch.setattr(pipeline, name, stage)
