import pytest

from pose_action_ros.processing import pipeline
from processing import fakes


@pytest.fixture
def fake_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pipeline's stages need no models."""
    for name, stage in fakes.STAGES.items():
        monkeypatch.setattr(pipeline, name, stage)
