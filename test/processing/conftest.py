import pytest

from pose_action_ros.processing import pipeline
from processing import fakes


@pytest.fixture
def fake_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pipeline's stages need no models."""
    monkeypatch.setattr(pipeline, "make_detector", fakes.Detector)
    monkeypatch.setattr(pipeline, "Lifter", fakes.Lifter)
    monkeypatch.setattr(pipeline, "Recogniser", fakes.Recogniser)
