import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.detection.letterbox import Letterbox, input_size

SIDES = st.integers(1, 9000)


@given(SIDES, SIDES, st.integers(64, 1088), st.sampled_from([1, 8, 16, 32]))
def test_the_input_is_of_allowed_size_and_bounded(
    width: int, height: int, wanted: int, multiple: int
) -> None:
    columns, rows = input_size((width, height), (0, wanted), multiple)
    assert columns % multiple == rows % multiple == 0
    assert abs(rows - wanted) <= multiple / 2
    assert multiple <= columns <= 4 * rows + multiple


@given(SIDES, SIDES, st.integers(64, 1088))
def test_the_width_follows_the_image_without_wasting_room(
    width: int, height: int, wanted: int
) -> None:
    size = input_size((width, height), (0, wanted), 16)
    box = Letterbox((width, height), size)
    assert size[0] - box.scaled[0] <= 17 or size[0] == 16
    if size[0] < 4 * size[1]:
        assert size[1] - box.scaled[1] <= 1


def test_usual_sizes() -> None:
    assert input_size((1280, 720), (0, 368), 16) == (656, 368)
    assert input_size((640, 480), (0, 368), 16) == (496, 368)
    assert input_size((640, 480), (432, 368), 16) == (432, 368)
    assert input_size((736, 368), (0, 368), 16) == (736, 368)


@given(SIDES, SIDES, st.tuples(st.integers(1, 60), st.integers(1, 60)))
def test_corners_go_to_corners(width: int, height: int, cells: tuple[int, int]) -> None:
    box = Letterbox((width, height), (16 * cells[0], 16 * cells[1]))
    scaled = np.array(box.scaled)
    corners = box.to_image(np.array([[-0.5, -0.5], scaled - 0.5]))
    np.testing.assert_allclose(corners, [[-0.5, -0.5], [width - 0.5, height - 0.5]], atol=1e-6)
    assert (scaled <= box.input).all()
    assert (scaled >= 1).all()


def test_a_mark_is_found_where_it_was() -> None:
    image = np.zeros((480, 640, 3), dtype=np.uint8)
    image[100:140, 200:260] = 255
    box = Letterbox((640, 480), (336, 240))
    rows, columns = np.nonzero(box.shrink(image)[..., 0] > 127)
    centre = box.to_image(np.array([columns.mean(), rows.mean()]))
    np.testing.assert_allclose(centre, [229.5, 119.5], atol=0.6)
