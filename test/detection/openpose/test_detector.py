"""The detector around a network: images in, people in their pixels out, whatever is wrong."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.openpose_maps import draw_maps
from pose_action_ros.detection import Detector, DetectorSettings, Image
from pose_action_ros.detection.letterbox import Letterbox, input_size
from pose_action_ros.detection.openpose import detector as module
from pose_action_ros.detection.openpose import layout_named, network
from pose_action_ros.detection.openpose.detector import OpenPose
from pose_action_ros.detection.openpose.layout import to_cells
from pose_action_ros.engines import Shape, Tensors
from pose_action_ros.errors import InputError, ModelError
from pose_action_ros.models.openpose_card import OpenPoseCard
from pose_action_ros.poses import UNTRACKED, Pose2D

Array = npt.NDArray[np.float64]
LAYOUTS = ("body_25", "coco_18", "mpi_15")
ANY: Shape = (None, 3, None, None)


class Standin:
    """An engine that gives maps of known people, one set for each image of a batch."""

    name = place = "standin"
    outputs: tuple[str, ...] = ("maps",)

    def __init__(self, card: OpenPoseCard, shape: Shape = ANY) -> None:
        self.card, self.layout = card, layout_named(card.layout)
        self.inputs: Mapping[str, Shape] = {"image": shape}
        self.people: list[Array] = []
        """(P, J, 2) [px of the input] of each image in turn."""
        self.broken, self.height = False, 1.0
        self.seen: list[npt.NDArray[Any]] = []

    def __call__(self, tensors: Tensors) -> dict[str, npt.NDArray[Any]]:
        (tensor,) = tensors.values()
        self.seen.append(tensor)
        order = self.card.input_layout.replace("N", "").lower()
        size = dict(zip(order, tensor.shape[1:], strict=True))
        rows, columns = size["h"] // 8, size["w"] // 8
        empty = np.zeros((0, self.layout.parts, 2))
        every = self.people[: len(tensor)] or [empty] * len(tensor)
        self.people = self.people[len(tensor) :]
        maps = np.stack([draw_maps(to_cells(one), self.layout, (rows, columns)) for one in every])
        maps *= np.nan if self.broken else self.height
        axes = (0, 3, 1, 2) if self.card.output_layout == "NCHW" else (0, 1, 2, 3)
        return {"maps": maps.transpose(axes)}


def _made(engine: Any, settings: DetectorSettings | None = None) -> OpenPose:
    """A detector with that engine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "find_detector", lambda _name: (None, engine.card))
        patch.setattr(module, "load_engine", lambda *_: engine)
        return OpenPose(settings or DetectorSettings())


def _standing(layout: str, x: float, y: float, size: float) -> Array:
    """(J, 2) a person who stands upright, with all joints apart."""
    joints = layout_named(layout).skeleton.joints
    heights = {"eye": -0.05, "ear": -0.04, "nose": 0.0, "head_top": -0.1, "neck": 0.1}
    heights |= {"shoulder": 0.12, "elbow": 0.3, "wrist": 0.45, "hip": 0.5, "spine": 0.3}
    heights |= {"knee": 0.72, "ankle": 0.95, "heel": 1.0, "big_toe": 1.05, "small_toe": 1.03}
    sides = {"eye": 0.04, "ear": 0.09, "elbow": 0.2, "wrist": 0.22, "shoulder": 0.15}
    sides |= {"small_toe": 0.22, "big_toe": 0.14, "heel": 0.08}
    rows = []
    for joint in joints:
        side = {"left": 1, "right": -1}.get(joint.split("_")[0], 0)
        part = joint.removeprefix("left_").removeprefix("right_").removeprefix("mid_")
        rows.append((x + size * side * sides.get(part, 0.1), y + size * heights[part]))
    return np.array(rows)


def _black(width: int, height: int) -> Image:
    return np.zeros((height, width, 3), dtype=np.uint8)


@given(
    st.sampled_from(LAYOUTS),
    st.integers(100, 2000),
    st.floats(0.8, 3.5),
    st.floats(0.25, 0.75),
)
def test_people_are_found_in_the_pixels_of_the_image(
    name: str, height: int, aspect: float, share: float
) -> None:
    size = (round(aspect * height), height)
    engine = Standin(OpenPoseCard(name))
    detector = _made(engine)
    box = Letterbox(size, input_size(size, (0, 368), 16))
    shown = _standing(name, box.scaled[0] * share, 60, 250)
    engine.people = [shown[None]]
    (person,) = detector(_black(*size))
    assert person.skeleton is layout_named(name).skeleton
    assert person.person_id == UNTRACKED
    wanted = box.to_image(shown)
    cell = 8 * max(np.array(size) / box.scaled)
    assert person.present.all()
    assert np.linalg.norm(person.points - wanted, axis=1).mean() < 0.3 * cell


def test_a_detector_is_one() -> None:
    detector: Detector = _made(Standin(OpenPoseCard("coco_18")))
    detector.reset()
    assert detector(_black(640, 480)) == ()


@pytest.mark.parametrize("colours", ["BGR", "RGB"])
@pytest.mark.parametrize("order", ["NCHW", "NHWC"])
def test_pixels_go_in_as_the_card_says(colours: str, order: str) -> None:
    card = OpenPoseCard("coco_18", scale=0.01, offset=-1.0, colours=colours, input_layout=order)
    engine = Standin(card, ANY if order == "NCHW" else (None, None, None, 3))
    detector = _made(engine, DetectorSettings(detector_height=64))
    detector(np.full((64, 72, 3), (10, 20, 30), dtype=np.uint8))
    tensor = engine.seen[-1] if order == "NHWC" else engine.seen[-1].transpose(0, 2, 3, 1)
    assert tensor.shape == (1, 64, 80, 3)
    assert tensor.dtype == np.float32
    wanted = np.array([10, 20, 30]) * 0.01 - 1
    wanted = wanted if colours == "BGR" else wanted[::-1]
    np.testing.assert_allclose(tensor[0, :, :72], np.broadcast_to(wanted, (64, 72, 3)), rtol=1e-5)
    assert not tensor[0, :, 72:].any()


def _crowd(detector_settings: DetectorSettings) -> tuple[OpenPose, Standin, Array]:
    engine = Standin(OpenPoseCard("coco_18"))
    crowd = np.stack([_standing("coco_18", x, 80, 200) for x in (80, 200, 320, 440)])
    return _made(engine, detector_settings), engine, crowd


def test_settings_can_be_changed_between_images() -> None:
    detector, engine, crowd = _crowd(DetectorSettings(max_people=2))

    def found() -> tuple[Pose2D, ...]:
        engine.people = [crowd]
        return detector(_black(640, 480))

    assert len(found()) == 2
    detector.settings = DetectorSettings()
    people = found()
    scores = [person.score for person in people]
    assert len(people) == 4
    assert scores == sorted(scores, reverse=True)
    least = float(np.median([person.scores for person in people]))
    detector.settings = DetectorSettings(min_joint_score=least)
    present = np.concatenate([person.scores for person in found()])
    assert 0 < (present > 0).sum() < 4 * 18
    assert present[present > 0].min() >= least
    detector.settings = DetectorSettings(min_person_score=1.0)
    assert len(found()) < 4


def test_a_lower_limit_keeps_people_that_openpose_drops() -> None:
    detector, engine, crowd = _crowd(DetectorSettings())
    engine.height = 0.15
    engine.people = [crowd]
    assert detector(_black(640, 480)) == ()
    detector.settings = DetectorSettings(min_person_score=0.05)
    engine.people = [crowd]
    assert len(detector(_black(640, 480))) == 4


@pytest.mark.parametrize(
    ("height", "loose"),
    [
        (0.04, DetectorSettings(openpose_peak_threshold=0.01, openpose_min_mean_score=0.0)),
        (0.15, DetectorSettings(openpose_min_mean_score=0.05)),
    ],
)
def test_looser_thresholds_find_people_of_a_weak_network(
    height: float, loose: DetectorSettings
) -> None:
    detector, engine, crowd = _crowd(DetectorSettings())
    engine.height, found = height, []
    for detector.settings in (DetectorSettings(), replace(loose, openpose_line_threshold=0.01)):
        engine.people = [crowd]
        found.append(len(detector(_black(640, 480))))
    assert found == [0, 4]


def test_thresholds_of_the_settings_replace_those_of_the_card() -> None:
    card = OpenPoseCard("coco_18", peak_threshold=0.9)
    engine = Standin(card)
    detector, crowd = _made(engine), _crowd(DetectorSettings())[2]
    engine.height, found = 0.8, []
    for least in (-1.0, 0.7, 0.0):
        detector.settings = DetectorSettings(openpose_peak_threshold=least)
        engine.people = [crowd]
        found.append(len(detector(_black(640, 480))))
    assert found == [0, 4, 4]


def test_several_cameras_at_once_are_as_one_by_one() -> None:
    detector, engine, crowd = _crowd(DetectorSettings())
    shown = [crowd[:1], crowd, crowd[2:3], crowd[1:]]
    engine.people = list(shown)
    together = detector.together([_black(640, 480)] * 4)
    assert engine.seen[-1].shape[0] == 4
    engine.people = list(shown)
    alone = [detector(_black(640, 480)) for _ in shown]
    assert [len(people) for people in together] == [1, 4, 1, 3]
    for one, other in zip(together, alone, strict=True):
        for left, right in zip(one, other, strict=True):
            np.testing.assert_array_equal(left.points, right.points)


def test_a_network_for_one_image_at_a_time_takes_them_in_turn() -> None:
    engine = Standin(OpenPoseCard("coco_18"), (1, 3, None, None))
    detector = _made(engine)
    engine.people = [_standing("coco_18", x, 80, 200)[None] for x in (100, 300)]
    left, right = detector.together([_black(640, 480)] * 2)
    assert np.nanmean(left[0].points[:, 0]) < np.nanmean(right[0].points[:, 0])


def test_images_of_several_sizes_are_no_batch() -> None:
    detector = _made(Standin(OpenPoseCard("coco_18")))
    with pytest.raises(InputError, match="320x240, 640x480 px in one batch"):
        detector.together([_black(640, 480), _black(320, 240)])
    assert detector.together([]) == []


def test_a_network_of_one_size_decides_the_size() -> None:
    engine = Standin(OpenPoseCard("body_25"), (None, 3, 240, 320))
    detector = _made(engine)
    engine.people = [_standing("body_25", 100, 40, 150)[None]]
    (person,) = detector(_black(640, 480))
    assert engine.seen[-1].shape == (1, 3, 240, 320)
    assert 180 < np.nanmean(person.points[:, 0]) < 220


@pytest.mark.parametrize(
    "size", [(1, 1), (10, 10), (500, 1), (1, 500), (7680, 4320), (3, 40000), (40000, 3)]
)
def test_images_of_any_size_have_a_bounded_input(size: tuple[int, int]) -> None:
    engine = Standin(OpenPoseCard("body_25"))
    assert _made(engine)(_black(*size)) == ()
    assert engine.seen[-1].size <= 3 * 368 * 4 * 368


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((10, 10), dtype=np.uint8),
        np.zeros((10, 10, 4), dtype=np.uint8),
        np.zeros((10, 10, 3), dtype=np.float32),
        np.zeros((0, 10, 3), dtype=np.uint8),
    ],
)
def test_other_images_are_refused(image: Image) -> None:
    with pytest.raises(InputError, match=r"expected \(H, W, 3\) uint8"):
        _made(Standin(OpenPoseCard("coco_18")))(image)


def test_maps_that_are_no_numbers_are_refused_and_forgotten() -> None:
    detector, engine, crowd = _crowd(DetectorSettings())
    engine.broken = True
    with pytest.raises(InputError, match="not finite"):
        detector(_black(640, 480))
    engine.broken, engine.people = False, [crowd]
    assert len(detector(_black(640, 480))) == 4


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((None, 3), "batch of images"),
        ((None, 1, None, None), "3 colours"),
        ((None, None, None, 3), "maps of shape"),
    ],
)
def test_networks_with_other_inputs(shape: Shape, message: str) -> None:
    engine = Standin(OpenPoseCard("coco_18"), shape)
    if message == "maps of shape":  # the card is of another network
        engine.card = replace(engine.card, layout="body_25")
    with pytest.raises(ModelError, match=message):
        network.MapNetwork(engine, engine.card)


def test_networks_with_several_outputs() -> None:
    engine = Standin(OpenPoseCard("coco_18"))
    engine.outputs = ("heat", "fields", "another")
    with pytest.raises(ModelError, match="heat maps and fields"):
        network.MapNetwork(engine, engine.card)
