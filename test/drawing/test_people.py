import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pose_action_ros.drawing import draw_caption, draw_people
from pose_action_ros.drawing.colours import LEFT
from pose_action_ros.errors import InputError
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import BODY_25, SKELETONS
from properties import examples


def _standing(scale: float = 1.0, person_id: int = 0) -> Pose2D:
    """A person with joints within 100 by 200 pixels from (50, 100)."""
    rng = np.random.default_rng(1)
    points = (rng.uniform(0, 1, (25, 2)) * (100, 200) + (50, 100)) * scale
    return Pose2D(BODY_25, points, np.ones(25), person_id)


@given(
    points=arrays.arrays(np.float64, (25, 2), elements=st.floats(allow_infinity=True)),
    scores=arrays.arrays(np.float64, (25,), elements=st.floats(0, 1)),
    size=st.tuples(st.integers(1, 80), st.integers(1, 80)),
    person_id=st.integers(-1, 2**31 - 1),
    label=st.text(max_size=30),
)
def test_any_numbers_can_be_drawn(
    points: np.ndarray, scores: np.ndarray, size: tuple[int, int], person_id: int, label: str
) -> None:
    image = np.zeros((*size, 3), np.uint8)
    draw_people(image, [Pose2D(BODY_25, points, scores, person_id)], {person_id: label})
    assert image.shape == (*size, 3)


@examples(20)
@given(
    arrays.arrays(
        np.float64, (25, 2), elements=st.floats(-300, 300) | st.just(np.nan) | st.just(1e30)
    )
)
def test_any_numbers_near_the_image_can_be_drawn(points: np.ndarray) -> None:
    image = np.zeros((48, 64, 3), np.uint8)
    draw_people(image, [Pose2D(BODY_25, points, np.ones(25), 3)], {3: "walking 0.50"})


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=lambda item: item.name)
def test_all_skeletons(skeleton: object) -> None:
    count = len(skeleton)  # type: ignore[arg-type]
    rng = np.random.default_rng(0)
    pose = Pose2D(skeleton, rng.uniform(0, 60, (count, 2)), np.ones(count))  # type: ignore[arg-type]
    image = np.zeros((64, 64, 3), np.uint8)
    draw_people(image, [pose])
    assert image.any()


def test_image_without_people_is_unchanged() -> None:
    image = np.full((40, 40, 3), 9, np.uint8)
    draw_people(image, [])
    missing = Pose2D(BODY_25, np.full((25, 2), np.nan), np.zeros(25), 1)
    draw_people(image, [missing], {1: "standing"})
    assert (image == 9).all()


def test_sides_have_their_colours() -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    points = np.full((25, 2), np.nan)
    points[BODY_25.index("left_shoulder")] = (20, 50)
    points[BODY_25.index("left_elbow")] = (80, 50)
    draw_people(image, [Pose2D(BODY_25, points, np.ones(25))])
    assert tuple(image[50, 50]) == LEFT


def test_bone_with_a_low_score_is_darker() -> None:
    def drawn(score: float) -> int:
        image = np.zeros((480, 640, 3), np.uint8)
        pose = _standing()
        draw_people(image, [Pose2D(BODY_25, pose.points, np.full(25, score))])
        return int(image.astype(np.int64).sum())

    assert 0 < drawn(0.1) < drawn(0.3) < drawn(0.9)


def test_label_is_over_the_head_and_inside_the_image() -> None:
    pose = _standing()
    bare, labelled = np.zeros((480, 640, 3), np.uint8), np.zeros((480, 640, 3), np.uint8)
    draw_people(bare, [Pose2D(BODY_25, pose.points, pose.scores)])
    draw_people(labelled, [pose], {0: "waving_left 0.93"})
    rows = np.flatnonzero((bare != labelled).any(axis=(1, 2)))
    assert len(rows) > 10
    assert rows.max() < pose.points[:, 1].min()


def test_bigger_images_get_thicker_lines() -> None:
    shares = []
    for scale in (1, 3):
        image = np.zeros((480 * scale, 640 * scale, 3), np.uint8)
        draw_people(image, [_standing(scale)], {0: "clapping"})
        shares.append(image.any(axis=2).mean())
    assert shares[0] == pytest.approx(shares[1], rel=0.3)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((8, 8, 3), np.uint8)[:, ::2],
    ],
)
def test_invalid_images_are_errors(image: np.ndarray) -> None:
    with pytest.raises(InputError):
        draw_people(image, [_standing()])
    with pytest.raises(InputError):
        draw_caption(image, ["text"])


def test_read_only_image_is_an_error() -> None:
    image = np.zeros((8, 8, 3), np.uint8)
    image.flags.writeable = False
    with pytest.raises(InputError, match="copy"):
        draw_people(image, [])


def test_lines_of_a_caption_are_below_each_other() -> None:
    image = np.full((240, 320, 3), 200, np.uint8)
    draw_caption(image, ["one"])
    first = (image != 200).any(axis=(1, 2)).sum()
    draw_caption(image, ["one", "two"])
    assert (image != 200).any(axis=(1, 2)).sum() > 1.5 * first
