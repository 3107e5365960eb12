"""Which joints make a person: hidden and cut people, single limbs, faces and feet."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.openpose_maps import draw_maps
from openpose_people import cut, random_person
from pose_action_ros.detection.openpose import (
    LAYOUTS,
    DecodingSettings,
    MapLayout,
    decode,
    default_settings,
)
from pose_action_ros.detection.openpose.layout import BODY_25_MAPS, COCO_18_MAPS
from properties import examples

Array = npt.NDArray[np.float64]

SIZE = (46, 82)
seeds = st.integers(0, 2**32 - 1)
layouts = st.sampled_from(list(LAYOUTS.values()))
few = examples(15)


def bodies(layout: MapLayout, seen: npt.NDArray[np.bool_]) -> list[set[int]]:
    """Joints that hang together by limbs between seen joints, where they are a person."""
    found = [{joint} for joint in np.flatnonzero(seen).tolist()]
    hanging: set[int] = set()
    for late in (False, True):
        for number, ends in enumerate(layout.limbs):
            joined = [body for body in found if body & set(ends)]
            starts = max((len(body) for body in joined), default=0) == 1
            if (
                (number in layout.associating) == late
                and len(joined) == 2
                and not (late and starts)
            ):
                found = [body for body in found if body not in joined] + [joined[0] | joined[1]]
                if late:
                    hanging |= next((body for body in joined if len(body) == 1), set())
    return [body for body in found if is_person(layout, body, hanging)]


def is_person(layout: MapLayout, body: set[int], hanging: set[int]) -> bool:
    """True for enough joints, not of one arm or leg, nor of a leg and its foot."""
    counted = body - set(layout.uncounted)
    leg = counted < body and len(counted) <= 4
    single = any(body <= limb for limb in layout.extremities)
    return len(counted - hanging) >= 3 and not leg and not single


def assert_found(layout: MapLayout, person: Array, within: float) -> None:
    """All connected joints of a single person with missing joints are found."""
    decoded = decode(draw_maps([person], layout, SIZE), layout)
    expected = bodies(layout, np.isfinite(person[:, 0]))
    there = np.isfinite(decoded.points[..., 0])
    assert sorted(map(sorted, expected)) == sorted(np.flatnonzero(row).tolist() for row in there)
    assert (np.abs(decoded.points - person)[there] < within).all()


@few
@given(layouts, seeds, st.floats(0, 0.4))
def test_connected_joints_of_a_partly_hidden_person_are_found(
    layout: MapLayout, seed: int, share: float
) -> None:
    hidden = np.random.default_rng(seed).random((layout.parts, 1)) < share
    person = np.where(hidden, np.nan, random_person(layout.skeleton, seed, 36, (40, 21)))
    assert_found(layout, person, within=0.1)


@few
@given(layouts, seeds, st.floats(-1, 82), st.floats(-1, 46))
def test_connected_joints_of_a_person_cut_by_the_border_are_found(
    layout: MapLayout, seed: int, x: float, y: float
) -> None:
    assert_found(layout, cut(random_person(layout.skeleton, seed, 36, (x, y)), SIZE), within=0.51)


def test_ears_and_shoulders_bring_a_head_and_a_body_together() -> None:
    person = random_person(COCO_18_MAPS.skeleton, 1, 30, (20, 20))
    maps = draw_maps([person], COCO_18_MAPS, SIZE)
    maps[..., COCO_18_MAPS.fields[COCO_18_MAPS.limbs.index((1, 0))]] = 0  # neck to nose
    assert len(decode(maps, COCO_18_MAPS)) == 1
    for number in COCO_18_MAPS.associating:
        maps[..., COCO_18_MAPS.fields[number]] = 0
    assert len(decode(maps, COCO_18_MAPS)) == 2


def test_feet_alone_are_no_person() -> None:
    person = random_person(BODY_25_MAPS.skeleton, 1, 30, (20, 20))
    for name, joints in (("left", (13, 14, 19, 20, 21)), ("right", (10, 11, 22, 23, 24))):
        leg = np.full_like(person, np.nan)
        leg[list(joints)] = person[list(joints)]
        assert len(decode(draw_maps([leg], BODY_25_MAPS, SIZE), BODY_25_MAPS)) == 0, name


def _part(layout: MapLayout, person: Array, *names: str) -> Array:
    """The person with these joints alone."""
    kept = [layout.skeleton.index(name) for name in names if name in layout.skeleton.joints]
    part = np.full_like(person, np.nan)
    part[kept] = person[kept]
    return part


ARM = ("left_shoulder", "left_elbow", "left_wrist")
LEG = ("right_hip", "right_knee", "right_ankle", "right_heel", "right_big_toe")
FACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")


@few
@given(layouts, seeds, st.sampled_from([ARM, LEG]), st.floats(0.1, 1))
def test_a_single_arm_or_leg_is_no_person(
    layout: MapLayout, seed: int, names: tuple[str, ...], height: float
) -> None:
    limb = _part(layout, random_person(layout.skeleton, seed, 30, (20, 20)), *names)
    maps = height * draw_maps([limb], layout, SIZE)
    assert len(decode(maps, layout)) == 0
    if height == 1:
        shown = decode(maps, layout, replace(default_settings(layout), fragments=True))
        assert len(shown) == 1


@few
@given(seeds, st.sampled_from([BODY_25_MAPS, COCO_18_MAPS]))
def test_a_face_alone_and_shoulders_with_it_are_people(seed: int, layout: MapLayout) -> None:
    person = random_person(layout.skeleton, seed, 60, (40, 38))
    for names in (FACE, (*FACE, "neck", "left_shoulder", "right_shoulder")):
        part = _part(layout, person, *names)
        found = decode(draw_maps([part], layout, SIZE), layout)
        np.testing.assert_allclose(found.points, [part], atol=0.2)


@few
@given(seeds, st.sampled_from([BODY_25_MAPS, COCO_18_MAPS]), st.floats(0, 1.5))
def test_a_second_head_on_a_body_is_not_reported(
    seed: int, layout: MapLayout, offset: float
) -> None:
    """The head of a body that has one ear, with eyes and nose apart from it."""
    person = random_person(layout.skeleton, seed, 60, (40, 38))
    body = person.copy()
    body[[layout.skeleton.index(name) for name in FACE[:-1]]] = np.nan
    head = _part(layout, person, *FACE) + np.array([0, 3 + offset])
    maps = draw_maps([body, head], layout, SIZE)
    both = decode(maps, layout, replace(default_settings(layout), fragments=True))
    (found,) = decode(maps, layout).points
    if len(both) == 2:
        assert np.isfinite(found[layout.skeleton.index("neck")]).all()


def test_faces_side_by_side_stay_two_people() -> None:
    person = random_person(COCO_18_MAPS.skeleton, 1, 60, (20, 30))
    face = _part(COCO_18_MAPS, person, *FACE) + np.array([10, 0])
    decoded = decode(draw_maps([person, face], COCO_18_MAPS, SIZE), COCO_18_MAPS)
    assert len(decoded) == 2


def test_a_shoulder_does_not_make_a_person_of_an_ear_and_an_eye() -> None:
    person = random_person(COCO_18_MAPS.skeleton, 1, 60, (30, 30))
    part = _part(COCO_18_MAPS, person, "right_eye", "right_ear", "right_shoulder")
    maps = draw_maps([part], COCO_18_MAPS, SIZE)
    assert len(decode(maps, COCO_18_MAPS)) == 0
    assert len(decode(maps, COCO_18_MAPS, DecodingSettings(fragments=True))) == 1


def test_openpose_counts_feet_where_there_is_no_other_person() -> None:
    person = random_person(BODY_25_MAPS.skeleton, 1, 40, (20, 20))
    leg = _part(BODY_25_MAPS, person, *LEG)
    as_openpose = DecodingSettings(fragments=True)
    assert len(decode(draw_maps([leg], BODY_25_MAPS, SIZE), BODY_25_MAPS, as_openpose)) == 1
    both = draw_maps([leg, person + np.array([35, 0])], BODY_25_MAPS, SIZE)
    assert len(decode(both, BODY_25_MAPS, as_openpose)) == 1


def test_joints_that_touch_need_no_field() -> None:
    person = random_person(COCO_18_MAPS.skeleton, 1, 30, (20, 20))
    person[14] = person[0] + [0.2, -0.1]  # right eye at the nose
    person[16] = np.nan  # nor has an ear to hold on to
    maps = draw_maps([person], COCO_18_MAPS, SIZE)
    maps[..., COCO_18_MAPS.fields[COCO_18_MAPS.limbs.index((0, 14))]] = 0
    assert np.isfinite(decode(maps, COCO_18_MAPS).points[0, 14]).all()
    apart = decode(maps, COCO_18_MAPS, DecodingSettings(touching=0.0))
    assert np.isnan(apart.points[0, 14]).all()
