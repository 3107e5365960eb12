import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.detection.openpose import (
    LAYOUTS,
    MapLayout,
    layout_named,
    layout_with_channels,
)
from pose_action_ros.detection.openpose.layout import to_cells, to_pixels
from pose_action_ros.errors import InputError

layouts = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))


@layouts
def test_every_channel_means_one_thing(layout: MapLayout) -> None:
    fields = [channel for pair in layout.fields for channel in pair]
    assert sorted(fields) == list(range(layout.parts + layout.background, layout.channels))
    assert all(y == x + 1 for x, y in layout.fields)
    assert len(layout.fields) == len(layout.limbs) == len(set(layout.limbs))


@layouts
def test_limbs_join_all_joints_into_one_body(layout: MapLayout) -> None:
    bones = [limb for number, limb in enumerate(layout.limbs) if number not in layout.associating]
    assert len(bones) == layout.parts - 1
    joined = {0}
    for _ in bones:
        joined |= {joint for bone in bones if joined & set(bone) for joint in bone}
    assert joined == set(range(layout.parts))


@layouts
def test_the_mirror_image_of_a_limb_is_a_limb(layout: MapLayout) -> None:
    mirror = layout.skeleton.mirror.tolist()
    for number, (start, end) in enumerate(layout.limbs):
        other = layout.limbs.index((mirror[start], mirror[end]))
        assert (number in layout.associating) == (other in layout.associating)


def test_the_channels_are_those_of_the_published_networks() -> None:
    counts = {name: layout.channels for name, layout in LAYOUTS.items()}
    assert counts == {"body_25": 78, "coco_18": 57, "mpi_15": 44}
    body, coco, mpi = LAYOUTS.values()
    assert (body.limbs[0], body.fields[0]) == ((1, 8), (26, 27))
    assert (body.limbs[7], body.fields[7]) == ((8, 9), (32, 33))
    assert (coco.limbs[0], coco.fields[0]) == ((1, 2), (31, 32))
    assert (coco.limbs[18], coco.fields[18]) == ((5, 17), (45, 46))
    assert (mpi.limbs[8], mpi.fields[8]) == ((14, 8), (32, 33))


def test_ears_and_shoulders_only_associate() -> None:
    for name in ("body_25", "coco_18"):
        layout = layout_named(name)
        joints = [
            {layout.skeleton.joints[joint] for joint in layout.limbs[number]}
            for number in layout.associating
        ]
        assert joints == [{f"{side}_shoulder", f"{side}_ear"} for side in ("right", "left")]


def test_a_layout_is_found_by_name_or_channels() -> None:
    for layout in LAYOUTS.values():
        assert layout_named(layout.name) is layout_with_channels(layout.channels) is layout
    with pytest.raises(InputError, match="known layouts are body_25, coco_18, mpi_15"):
        layout_named("coco_17")
    with pytest.raises(InputError, match=r"got maps of 58 channels, expected 78 \(body_25\), 57"):
        layout_with_channels(58)


@given(st.floats(-50, 5000), st.sampled_from([1.0, 8.0, 7.3]))
def test_pixels_and_cells_undo_each_other(x: float, scale: float) -> None:
    np.testing.assert_allclose(to_cells(to_pixels([[x, 3.0]], scale), scale), [[x, 3.0]], atol=1e-9)


def test_the_first_cell_is_in_the_middle_of_the_first_pixels() -> None:
    np.testing.assert_allclose(to_pixels([[0.0, 1.0]]), [[3.5, 11.5]])
    np.testing.assert_allclose(to_pixels([[-0.5, -0.5]], [4.0, 2.0]), [[-0.5, -0.5]])
