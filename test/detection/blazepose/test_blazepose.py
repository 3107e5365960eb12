"""BlazePose on real pictures of people."""

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from engines.networks import helper, numpy_helper, save
from pose_action_ros.detection import Detector, DetectorSettings, Image, make_detector
from pose_action_ros.detection.blazepose.detector import FINDER, LANDMARKS, BlazePose
from pose_action_ros.detection.blazepose.landmarks import Landmarks
from pose_action_ros.detection.blazepose.regions import Region
from pose_action_ros.errors import InputError, ModelError, SettingError
from pose_action_ros.models.card import find_model, read_card, sha256_of, write_card
from pose_action_ros.poses import UNTRACKED, Pose2D
from pose_action_ros.skeletons import BODY_25
from shared_data import media

SMALL_TOES = [BODY_25.index("left_small_toe"), BODY_25.index("right_small_toe")]


def frames(name: str, count: int) -> list[Image]:
    video = cv2.VideoCapture(str(media(name)))
    images = [video.read()[1] for _ in range(count)]
    return [image.astype(np.uint8) for image in images]


def apart(one: Pose2D, other: Pose2D) -> float:
    """Median distance of the joints, as a share of the person's height."""
    distance = np.linalg.norm(one.points - other.points, axis=1)
    box = one.box()
    assert box is not None
    return float(np.nanmedian(distance) / (box[3] - box[1]))


@pytest.fixture(scope="module")
def loaded() -> BlazePose:
    return BlazePose(DetectorSettings())


@pytest.fixture
def detector(loaded: BlazePose) -> Iterator[BlazePose]:
    loaded.reset()
    yield loaded
    loaded.settings = DetectorSettings()


@pytest.fixture(scope="module")
def waving() -> list[Image]:
    return frames("left_hand_wave.mp4", 30)


def test_finds_the_person_of_a_clip_in_every_image(
    detector: BlazePose, waving: list[Image]
) -> None:
    for image in waving:
        (person,) = detector(image)
        assert person.skeleton is BODY_25
        assert person.person_id == UNTRACKED
        assert person.score > 0.9
        assert person.present.sum() == 23
        assert not person.present[SMALL_TOES].any()


def test_joints_are_where_they_are_in_the_picture(detector: BlazePose, waving: list[Image]) -> None:
    """Places read off the first picture of the clip by hand, 1080 by 1080 pixels."""
    (person,) = detector(waving[0])
    for joint, place in {"nose": (557, 163), "neck": (553, 268), "mid_hip": (553, 555)}.items():
        found = person.points[BODY_25.index(joint)]
        assert np.linalg.norm(found - place) < 25, (joint, found)
    # The person faces the camera: the left side is on the right of the picture.
    assert person.points[BODY_25.index("left_wrist"), 0] > 553
    assert person.points[BODY_25.index("right_wrist"), 0] < 553


def test_a_mirrored_picture_gives_the_mirrored_person(
    detector: BlazePose, waving: list[Image]
) -> None:
    (person,) = detector(waving[20])
    detector.reset()
    (mirrored,) = detector(np.ascontiguousarray(waving[20][:, ::-1]))
    points = mirrored.points[BODY_25.mirror]
    points[:, 0] = 1079 - points[:, 0]
    assert apart(person, replace(mirrored, points=points)) < 0.01


@pytest.mark.parametrize("size", [240, 480, 2160])
def test_size_of_the_image_only_scales_the_result(
    detector: BlazePose, waving: list[Image], size: int
) -> None:
    (person,) = detector(waving[0])
    resized = cv2.resize(waving[0], (size, size), interpolation=cv2.INTER_AREA)
    (other,) = detector(resized.astype(np.uint8))  # the size changes without a reset
    points = (other.points + 0.5) * 1080 / size - 0.5
    assert apart(person, replace(other, points=points)) < 0.015


def test_two_people_side_by_side_stay_two(detector: BlazePose, waving: list[Image]) -> None:
    bowing = frames("bow_nod.mp4", 20)
    for left, right in zip(waving, bowing, strict=False):
        people = detector(np.hstack([left[:, 200:880], right[:, 200:880]]))
        assert len(people) == 2
        sides = sorted(float(np.nanmean(person.points[:, 0])) for person in people)
        assert sides[0] < 680 < sides[1]


def test_at_most_max_people(detector: BlazePose, waving: list[Image]) -> None:
    detector.settings = DetectorSettings(max_people=1)
    pair = np.hstack([waving[0][:, 200:880], waving[0][:, 200:880]])
    assert [len(detector(pair)) for _ in range(8)] == [1] * 8


def test_people_enter_and_leave(detector: BlazePose, waving: list[Image]) -> None:
    empty = np.zeros_like(waving[0])
    both = np.hstack([waving[0], waving[0]])
    alone = np.hstack([waving[0], empty])
    assert len(detector(alone)) == 1
    found = [len(detector(both)) for _ in range(3 * DetectorSettings().search_interval)]
    assert found[-1] == 2
    assert len(detector(alone)) == 1
    assert detector(np.hstack([empty, empty])) == ()


def test_a_detector_with_the_state_of_another_continues_like_it(
    detector: BlazePose, waving: list[Image]
) -> None:
    for image in waving[:2]:
        detector(image)
    state = json.loads(json.dumps(detector.state))
    (expected,) = detector(waving[2])
    detector.reset()
    assert detector.state["regions"] == []
    detector.state = state
    (found,) = detector(waving[2])
    np.testing.assert_array_equal(found.points, expected.points)


def test_joints_outside_the_image_are_missing(detector: BlazePose, waving: list[Image]) -> None:
    (person,) = detector(np.ascontiguousarray(waving[0][:500]))
    feet = [BODY_25.index(f"{side}_{joint}") for side in ("left", "right") for joint in ("ankle",)]
    assert not person.present[feet].any()
    assert person.present[BODY_25.index("nose")]


def test_two_players_in_a_gym(detector: BlazePose) -> None:
    counts = [len(detector(image)) for image in frames("two_people_basketball.mp4", 60)]
    assert max(counts) == 2
    assert np.mean([count == 2 for count in counts]) > 0.9


@pytest.mark.parametrize("shape", [(1, 1), (10, 10), (1, 500), (500, 1), (4320, 7680), (40000, 3)])
def test_no_person_in_grey_images_of_any_size(detector: BlazePose, shape: tuple[int, int]) -> None:
    grey = np.full((*shape, 3), 127, dtype=np.uint8)
    assert detector(grey) == ()


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((10, 10), dtype=np.uint8),
        np.zeros((10, 10, 1), dtype=np.uint8),
        np.zeros((10, 10, 4), dtype=np.uint8),
        np.zeros((10, 10, 3), dtype=np.float32),
        np.zeros((0, 10, 3), dtype=np.uint8),
    ],
)
def test_other_arrays_are_refused(detector: BlazePose, image: Image) -> None:
    with pytest.raises(InputError, match=r"expected \(H, W, 3\) uint8"):
        detector(image)


def test_an_unknown_detector() -> None:
    with pytest.raises(SettingError, match="expected one of blazepose, movenet, openpose"):
        make_detector(DetectorSettings(detector="yolo"))


def test_a_missing_model_file() -> None:
    with pytest.raises(ModelError, match=r"no model 'nothing\.onnx': expected a path"):
        make_detector(DetectorSettings(detector_model="nothing.onnx"))


def test_a_landmark_network_of_the_user_gives_the_same(
    tmp_path: Path, detector: BlazePose, waving: list[Image]
) -> None:
    path = copy_of(LANDMARKS, tmp_path)
    (person,) = make_detector(DetectorSettings(detector_model=str(path)))(waving[0])
    assert apart(person, detector(waving[0])[0]) == 0


def copy_of(name: str, folder: Path) -> Path:
    """A copy of a shipped network and its card."""
    path = find_model(name)
    shutil.copy(path.with_suffix(".json"), folder)
    return Path(shutil.copy(path, folder))


def test_other_networks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is a model for 'lifter', expected one for 'landmarks'"):
        make_detector(DetectorSettings(detector_model="lifter"))
    path = copy_of(FINDER, tmp_path)
    write_card(path, replace(read_card(path, None), task="landmarks"))
    with pytest.raises(ModelError, match=r"expected one image of \(1, 256, 256, 3\)"):
        make_detector(DetectorSettings(detector_model=str(path)))


@pytest.mark.parametrize(
    ("entry", "outputs", "message"),
    [
        ((1, 256, 256, 3), {"a": (1, 195), "b": (1, 1)}, r"'b': \(1, 1\)}, expected one output of"),
        ((1, 256, 256, 3), {"a": (1, 132), "b": (1, 1)}, r"expected one output of \(1, 195\)"),
        ((1, 256, 256, 3), {"a": (1, 195), "b": (1, 195)}, r"expected one output of \(1, 195\)"),
        ((1, 3, 256, 256), {"a": (1, 195)}, r"expected one image of \(1, 256, 256, 3\)"),
        (
            (4, 256, 256, 3),
            {"a": (4, 195)},
            r"has shape \(1, 256, 256, 3\), the network takes",
        ),
    ],
)
def test_networks_with_other_shapes(
    tmp_path: Path,
    entry: tuple[int, ...],
    outputs: dict[str, tuple[int, ...]],
    message: str,
) -> None:
    path = constant_network(tmp_path / "other.onnx", entry, outputs)
    card = read_card(find_model(LANDMARKS), None)
    write_card(path, replace(card, sha256=sha256_of(path)))
    with pytest.raises(ModelError, match=rf"other\.onnx is not a landmark network: .*{message}"):
        make_detector(DetectorSettings(detector_model=str(path)))


def constant_network(
    path: Path, entry: tuple[int, ...], outputs: dict[str, tuple[int, ...]]
) -> Path:
    """A network that gives zeros of some shapes."""
    nodes = [
        helper.make_node("Constant", [], [name], value=numpy_helper.from_array(zeros(shape)))
        for name, shape in outputs.items()
    ]
    return save(path, nodes, {"image": entry}, outputs)


def zeros(shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    return np.zeros(shape, np.float32)


def test_a_network_without_its_card(tmp_path: Path) -> None:
    path = copy_of(LANDMARKS, tmp_path)
    path.with_suffix(".json").unlink()
    with pytest.raises(ModelError, match="a model file needs its card beside it"):
        make_detector(DetectorSettings(detector_model=str(path)))


def test_make_detector_gives_a_detector(detector: BlazePose) -> None:
    as_protocol: Detector = detector
    assert as_protocol.skeleton is BODY_25


class Crowd:
    """A person finder that finds a hundred people everywhere; see Finder."""

    looks = 1

    def areas(self, _image: Image) -> list[str]:
        return ["whole", "part"]

    def __call__(self, _image: Image, _area: str, known: Sequence[Landmarks]) -> list[Region]:
        places = {person.region.x for person in known}
        regions = [Region(10.0 * number, 100.0, 80.0) for number in range(100)]
        return [region for region in regions if region.x not in places]


def test_of_a_hundred_people_as_many_are_examined_as_are_reported(
    detector: BlazePose, monkeypatch: pytest.MonkeyPatch
) -> None:
    examined: list[Region] = []

    def landmarks(_image: Image, region: Region) -> Landmarks:
        examined.append(region)
        points = np.random.default_rng(0).uniform(0, 8, (33, 2)) + np.array([region.x, region.y])
        return Landmarks(points, np.ones(33), 1.0, region)

    monkeypatch.setattr(detector, "_find", Crowd())
    monkeypatch.setattr(detector, "_landmarks", landmarks)
    detector.settings = DetectorSettings(max_people=7)
    image = np.zeros((240, 1200, 3), np.uint8)
    for _ in range(6):
        examined.clear()
        people = detector(image)
        assert len(people) == 7
        assert len(examined) == 7
        assert detector.surplus == 93
