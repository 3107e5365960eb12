"""A real, small OpenPose network on real pictures."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from openpose_network import add_shared_network
from pose_action_ros.camera import Intrinsics
from pose_action_ros.detection import Detector, DetectorSettings, Image, make_detector
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.skeletons import COCO_18
from pose_action_ros.tracking import Tracker, TrackerSettings
from shared_data import media


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Detector]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POSE_ACTION_CACHE", str(tmp_path_factory.mktemp("cache")))
        add_shared_network()
        yield make_detector(DetectorSettings(detector="openpose"))


def _frames(name: str, step: int, most: int) -> list[Image]:
    video = cv2.VideoCapture(str(media(name)))
    images: list[Image] = []
    while len(images) < most:
        images.append(video.read()[1].astype(np.uint8))
        for _ in range(step - 1):
            video.grab()
    return images


def test_joints_are_where_they_are_in_the_picture(detector: Detector) -> None:
    """Places read off the first picture of the clip by hand, 1080 by 1080 pixels."""
    (image,) = _frames("left_hand_wave.mp4", 1, 1)
    (person,) = detector(image)
    assert person.skeleton is COCO_18
    for joint, place in {"nose": (557, 163), "neck": (553, 268)}.items():
        assert np.linalg.norm(person.points[COCO_18.index(joint)] - place) < 25
    assert person.points[COCO_18.index("left_wrist"), 0] > 553
    assert person.points[COCO_18.index("right_wrist"), 0] < 553


@pytest.mark.parametrize("clip", ["cross_arms_angry.mp4", "right_hand_push.mp4"])
def test_the_person_of_a_clip_is_followed_and_lifted(detector: Detector, clip: str) -> None:
    tracker, lifter = Tracker(TrackerSettings()), Lifter(LifterSettings())
    camera = Intrinsics.from_field_of_view(1080, 1080, 60)
    ids, placed = set(), 0
    for number, image in enumerate(_frames(clip, 9, 10)):
        people = tracker.update(detector(image), number * 9 / 25)
        ids.add(people[0].person_id)
        placed += lifter(people[:1], camera, number * 9 / 25)[0].placed
    assert len(ids) == 1
    assert placed == 10


def test_two_people_side_by_side_are_two(detector: Detector) -> None:
    (waving,), (bowing,) = (_frames(f"{name}.mp4", 1, 1) for name in ("left_hand_wave", "bow_nod"))
    people = detector(np.hstack([waving[:, 200:880], bowing[:, 200:880]]))
    sides = sorted(float(np.nanmean(person.points[:, 0])) for person in people)
    assert len(sides) == 2
    assert sides[0] < 680 < sides[1]


@pytest.mark.parametrize("size", [(1, 1), (4320, 7680)])
def test_no_people_in_grey_images(detector: Detector, size: tuple[int, int]) -> None:
    assert detector(np.full((*size, 3), 127, dtype=np.uint8)) == ()
