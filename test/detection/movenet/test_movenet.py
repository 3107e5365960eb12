"""MoveNet on real pictures of people, and its areas."""

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.detection import DetectorSettings, Image, make_detector
from pose_action_ros.detection.movenet.detector import MoveNet
from pose_action_ros.detection.movenet.network import PART, Area, MoveNetNetwork
from pose_action_ros.engines import Shape, Tensors
from pose_action_ros.errors import InputError, ModelError
from pose_action_ros.skeletons import BODY_25
from shared_data import media

FEET = [
    BODY_25.index(f"{side}_{joint}")
    for side in ("left", "right")
    for joint in ("heel", "big_toe", "small_toe")
]


@pytest.fixture(scope="module")
def detector() -> MoveNet:
    loaded = make_detector(DetectorSettings(detector="movenet"))
    assert isinstance(loaded, MoveNet)
    return loaded


@pytest.fixture(scope="module")
def waving() -> Image:
    return cv2.VideoCapture(str(media("left_hand_wave.mp4"))).read()[1].astype(np.uint8)


def test_joints_are_where_they_are_in_the_picture(detector: MoveNet, waving: Image) -> None:
    """Places read off the picture by hand, 1080 by 1080 pixels."""
    (person,) = detector(waving)
    for joint, place in {"nose": (557, 163), "neck": (553, 268), "mid_hip": (553, 555)}.items():
        found = person.points[BODY_25.index(joint)]
        assert np.linalg.norm(found - place) < 30, (joint, found)
    assert person.points[BODY_25.index("left_wrist"), 0] > 553
    assert not person.present[FEET].any()
    assert person.present.sum() == 25 - len(FEET)


def test_people_beyond_the_limit_are_counted(detector: MoveNet, waving: Image) -> None:
    three = np.hstack([waving[:, 200:880]] * 3)
    assert len(detector(three)) == 3
    assert detector.surplus == 0
    detector.settings = DetectorSettings(detector="movenet", max_people=1)
    assert len(detector(three)) == 1
    assert detector.surplus == 2
    detector.settings = DetectorSettings(detector="movenet")


@pytest.mark.parametrize("shape", [(1, 1), (10, 10), (1, 500), (500, 1), (2160, 3840)])
def test_no_person_in_grey_images_of_any_size(detector: MoveNet, shape: tuple[int, int]) -> None:
    assert detector(np.full((*shape, 3), 127, dtype=np.uint8)) == ()


def test_other_arrays_are_refused(detector: MoveNet) -> None:
    with pytest.raises(InputError, match=r"expected \(H, W, 3\) uint8"):
        detector(np.zeros((10, 10), dtype=np.uint8))


class Other:
    """A network with other outputs."""

    name, place, outputs = "fake", "CPU", ("centres",)

    def __init__(self, shape: Shape) -> None:
        self.inputs: Mapping[str, Shape] = {"image": shape}

    def __call__(self, tensors: Tensors) -> dict[str, npt.NDArray[Any]]:
        return {"centres": np.zeros((len(tensors), 8, 8, 1))}


@pytest.mark.parametrize("shape", [(1, None, None, 3), (1, 256, 256, 3)])
def test_another_network_is_refused(shape: Shape) -> None:
    with pytest.raises(ModelError, match="the network"):
        MoveNetNetwork(Other(shape))


@given(st.integers(1, 3000), st.integers(1, 3000))
def test_parts_cover_the_image_and_stay_inside(height: int, width: int) -> None:
    parts = Area.parts(np.broadcast_to(np.uint8(0), (height, width, 3)))
    assert len(parts) <= 64
    if not parts:
        assert min(height, width) / 1.5 <= PART / 2 + 0.5
        return
    for first, size, length in (
        ([part.left for part in parts], parts[0].width, width),
        ([part.top for part in parts], parts[0].height, height),
    ):
        starts = sorted(set(first))
        assert starts[0] == 0
        assert starts[-1] == max(length - size, 0)
        if len(starts) < 8:
            assert max(np.diff(starts), default=0) <= size
