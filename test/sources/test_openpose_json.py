"""OpenPose's files: read as OpenPose writes them, and written so that they can be read."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from pose_action_ros.errors import InputError
from pose_action_ros.poses import UNTRACKED, Pose2D
from pose_action_ros.skeletons import BLAZEPOSE_33, BODY_25, COCO_18
from pose_action_ros.sources.openpose_json import (
    SKELETONS,
    are_shares,
    openpose_json,
    people_from_json,
)


def _file(*people: dict[str, Any], version: float = 1.3) -> str:
    return json.dumps({"version": version, "people": list(people)})


def _numbers(joints: int, **known: tuple[float, float, float]) -> list[float]:
    """Of a person; known joints by `_index`."""
    rows = np.zeros((joints, 3))
    for name, row in known.items():
        rows[int(name[1:])] = row
    return rows.ravel().tolist()


@st.composite
def _people(draw: st.DrawFn) -> list[Pose2D]:
    skeleton = draw(st.sampled_from(list(SKELETONS.values())))
    people = []
    for number in range(draw(st.integers(0, 4))):
        points = draw(nps.arrays(float, (len(skeleton), 2), elements=st.floats(2, 4096)))
        scores = draw(nps.arrays(float, len(skeleton), elements=st.floats(0, 1)))
        person = Pose2D(skeleton, points, np.where(scores < 0.2, 0, scores), person_id=number)
        people.append(person)
    return [person for person in people if person.present.any()]


@given(_people())
def test_written_people_are_read_again(people: list[Pose2D]) -> None:
    again = people_from_json(openpose_json(people)).people
    assert [person.person_id for person in again] == [person.person_id for person in people]
    for one, other in zip(people, again, strict=True):
        assert one.skeleton is other.skeleton
        np.testing.assert_allclose(one.points, other.points, rtol=1e-5)
        np.testing.assert_allclose(one.scores, other.scores, rtol=1e-5)
        assert other.score == pytest.approx(other.scores[other.present].mean())


def test_a_file_equals_that_of_openpose() -> None:
    points = np.full((25, 2), np.nan)
    points[0], points[8] = (582.349, 178.0221), (1234.5678, 12.25)
    pose = Pose2D(BODY_25, points, np.where(np.isnan(points[:, 0]), 0, 0.889137), person_id=3)
    content = json.loads(openpose_json([pose]))
    assert content["version"] == 1.3
    (person,) = content["people"]
    assert list(person)[:3] == ["person_id", "pose_keypoints_2d", "face_keypoints_2d"]
    assert person["person_id"] == [3]
    assert person["pose_keypoints_2d"][:6] == [582.349, 178.022, 0.889137, 0, 0, 0]
    assert person["pose_keypoints_2d"][24:27] == [1234.57, 12.25, 0.889137]
    assert len(person["pose_keypoints_2d"]) == 75
    others = [values for key, values in person.items() if "keypoints" in key][1:]
    assert others == [[]] * 7


def test_no_people_are_an_empty_list() -> None:
    assert json.loads(openpose_json([])) == {"version": 1.3, "people": []}
    assert people_from_json(_file()).people == ()


def test_joints_have_their_names() -> None:
    entry = {"pose_keypoints_2d": _numbers(18, _14=(7, 8, 0.5), _17=(9, 8, 0.25))}
    (person,) = people_from_json(_file(entry)).people
    assert person.skeleton is COCO_18
    assert person.points[COCO_18.index("right_eye")].tolist() == [7, 8]
    assert person.points[COCO_18.index("left_ear")].tolist() == [9, 8]
    assert person.present.sum() == 2
    assert person.score == 0.375


@pytest.mark.parametrize(
    ("version", "entry"),
    [
        (1.0, {"pose_keypoints": _numbers(25, _1=(5, 6, 0.5)), "face_keypoints": []}),
        (1.1, {"pose_keypoints_2d": _numbers(25, _1=(5, 6, 0.5))}),
        (1.2, {"pose_keypoints_2d": _numbers(25, _1=(5, 6, 0.5)), "person_id": []}),
        (1.3, {"pose_keypoints_2d": _numbers(25, _1=(5, 6, 0.5)), "person_id": [-1]}),
    ],
)
def test_all_versions_are_read(version: float, entry: dict[str, Any]) -> None:
    (person,) = people_from_json(_file(entry, version=version)).people
    assert person.person_id == UNTRACKED
    assert person.points[BODY_25.index("neck")].tolist() == [5, 6]


def test_people_without_joints_are_dropped() -> None:
    seen = {"pose_keypoints_2d": _numbers(25, _0=(5, 5, 1))}
    assert len(people_from_json(_file({"pose_keypoints_2d": [0.0] * 75}, seen)).people) == 1


SEEN = {"pose_keypoints_2d": _numbers(25, _0=(5, 5, 1), _1=(6, 9, 1))}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"pose_keypoints_2d": [], "face_keypoints_2d": [1.0] * 210}, "no body keypoints"),
        ({"pose_keypoints_2d": []}, "no body keypoints"),
        ({}, "0 numbers"),
        ({"pose_keypoints_2d": [1.0] * 78}, "78 numbers"),
        ({"pose_keypoints_2d": "no"}, "0 numbers"),
        ({"pose_keypoints_2d": [10**400] * 75}, "0 numbers"),
        ({"pose_keypoints_2d": [float("nan"), *[1.0] * 74]}, "1 of 75 numbers not finite"),
        ({**SEEN, "person_id": [3]}, "person_id 3"),
    ],
)
def test_a_person_that_cannot_be_read_costs_no_other(entry: dict[str, Any], message: str) -> None:
    content = people_from_json(_file({**SEEN, "person_id": [3]}, entry, SEEN))
    assert [person.person_id for person in content.people] == [3, UNTRACKED]
    (fault,) = content.faults
    assert message in fault


def test_an_image_of_faces_alone_has_no_people() -> None:
    content = people_from_json(_file(*[{"pose_keypoints_2d": [], "face_keypoints_2d": [1.0]}] * 2))
    assert not content.people
    assert len(content.faults) == 2


def test_negative_scores_are_missing_joints_and_negative_places_are_places() -> None:
    numbers = _numbers(25, _0=(-3, 5, 0.5), _1=(6, 9, -0.5), _2=(1, 2, 7))
    (person,) = people_from_json(_file({"pose_keypoints_2d": numbers})).people
    assert np.flatnonzero(person.present).tolist() == [0, 2]
    assert person.points[0].tolist() == [-3, 5]
    assert person.scores[2] == 1


def _poses(low: float, high: float, count: int, seed: int) -> list[Pose2D]:
    rng = np.random.default_rng(seed)
    return [Pose2D(BODY_25, rng.uniform(low, high, (25, 2)), np.ones(25)) for _ in range(count)]


@given(st.sampled_from([-1.0, 0.0]), st.integers(1, 9), st.floats(0, 0.4), st.integers(0, 99))
def test_shares_of_the_image_are_none_the_less_if_joints_hang_over_the_border(
    low: float, count: int, over: float, seed: int
) -> None:
    assert are_shares(_poses(low - over, 1 + over, count, seed))


@given(st.floats(3, 4000), st.integers(1, 9), st.integers(0, 9), st.integers(0, 99))
def test_pixels_are_pixels_with_people_in_the_corner(
    size: float, count: int, corner: int, seed: int
) -> None:
    people = _poses(0, size, count, seed) + _poses(0, 1, min(corner, count), seed)
    assert not are_shares(people)
    lone = Pose2D(BODY_25, np.full((25, 2), 0.5), (np.arange(25) < 2).astype(float))
    assert not are_shares([lone] * corner)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (_file()[:-3], "is the file complete"),
        ("[]", "without a list of people"),
        ('{"people": {}}', "without a list of people"),
        ('{"people": [1]}', "without a list of people"),
        (_file({}), "a person with 1 numbers|a person with 0 numbers"),
        (_file({"pose_keypoints_2d": [1.0] * 74}), "74 numbers.*body_25 .75."),
        (_file({"pose_keypoints_2d": [[1.0] * 25] * 3}), "75 numbers"),
        (_file({"pose_keypoints_2d": ["a"] * 75}), "0 numbers"),
        (_file({"pose_keypoints_2d": [float("nan")] * 75}), "75 of 75 numbers not finite"),
        (
            _file({"pose_keypoints_2d": [5.0] * 75}, {"pose_keypoints_2d": [5.0] * 54}),
            "several networks",
        ),
    ],
)
def test_other_files_are_refused(text: str | bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        people_from_json(text)


@given(st.text() | st.binary())
def test_no_text_does_any_harm(text: str | bytes) -> None:
    with pytest.raises(InputError):
        people_from_json(text)


def test_other_skeletons_are_not_written() -> None:
    pose = Pose2D(BLAZEPOSE_33, np.ones((33, 2)), np.ones(33))
    with pytest.raises(InputError, match="blazepose_33"):
        openpose_json([pose])
