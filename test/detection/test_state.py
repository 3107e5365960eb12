"""Every detector can be resumed."""

from importlib import import_module

import pytest

from pose_action_ros.detection import DETECTORS


@pytest.mark.parametrize("name", DETECTORS)
def test_the_state_of_every_detector_can_be_read_and_set(name: str) -> None:
    module, kind = DETECTORS[name]
    state = getattr(import_module(module), kind).state
    assert isinstance(state, property)
    assert state.fset is not None
