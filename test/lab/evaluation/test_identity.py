"""Identity: laws of IDF1, HOTA and switches, and cases computed by hand."""

import builtins
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.errors import InputError
from pose_action_ros.lab.evaluation.identity import (
    IdentityScores,
    TrackedImage,
    identity_scores,
    pairs,
)
from properties import examples

pytest.importorskip("motrics")

RATE = 10.0


def _images(ids: Sequence[Sequence[int]]) -> list[TrackedImage]:
    """Images in which the track of each of P people is exactly at that person; ids (T, P)."""
    return [TrackedImage(tuple(range(len(row))), tuple(row), np.eye(len(row))) for row in ids]


def _scores(*scenes: Sequence[TrackedImage]) -> IdentityScores:
    return identity_scores(scenes, RATE)


@examples(10)
@given(st.integers(1, 6), st.integers(1, 20))
def test_perfect_tracks_have_full_scores(people: int, images: int) -> None:
    scores = _scores(_images([range(7, 7 + people)] * images))
    assert (scores.idf1, scores.hota, scores.deta, scores.assa) == pytest.approx((1, 1, 1, 1))
    assert scores.switches == 0
    assert scores.minutes == pytest.approx(people * images / RATE / 60)


def test_ids_swapped_at_half_time_are_half_as_good() -> None:
    """Each track is right in 10 of 20 images: IDF1 = 1/2; AssA = 10 / (20 + 20 - 10) = 1/3."""
    scores = _scores(_images([(0, 1)] * 10 + [(1, 0)] * 10))
    assert scores.idf1 == pytest.approx(1 / 2)
    assert scores.deta == pytest.approx(1.0)
    assert scores.assa == pytest.approx(1 / 3)
    assert scores.hota == pytest.approx(np.sqrt(1 / 3))
    assert scores.switches == 2
    assert scores.rate == pytest.approx(2 / (40 / RATE / 60))


def test_new_id_after_a_quarter_keeps_three_quarters() -> None:
    """IDF1 = 2 * 15 / (20 + 20); AssA = (5 * 5 / 20 + 15 * 15 / 20) / 20."""
    scores = _scores(_images([(0,)] * 5 + [(1,)] * 15))
    assert scores.idf1 == pytest.approx(3 / 4)
    assert scores.assa == pytest.approx((25 + 225) / 400)
    assert scores.switches == 1


def test_ghost_beside_one_person_is_a_false_positive() -> None:
    """20 of 30 tracked detections are right: IDF1 = 2 * 20 / (20 + 30), DetA = 20 / 30."""
    clean = _images([(0,)] * 10)
    ghost = [TrackedImage((0,), (0, 1), np.array([[1.0, 0.2]]))] * 10
    scores = _scores([*clean, *ghost])
    assert scores.idf1 == pytest.approx(40 / 50)
    assert scores.switches == 0
    assert scores.deta < 1.0


@examples(10)
@given(st.integers(0, 10**6))
def test_names_of_ids_change_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scene = [
        TrackedImage((0, 1, 2), tuple(rng.permutation(5)[:3].tolist()), rng.random((3, 3)))
        for _ in range(8)
    ]
    names = rng.permutation(100).tolist()
    renamed = [
        TrackedImage(one.people, tuple(names[track] for track in one.tracks), one.similarity)
        for one in scene
    ]
    before, after = _scores(scene), _scores(renamed)
    assert vars(after) == pytest.approx(vars(before))


def test_same_ids_in_two_scenes_are_different_people() -> None:
    scene = _images([(0, 1)] * 5)
    crossed = _images([(1, 0)] * 5)
    scores = _scores(scene, crossed)
    assert scores.idf1 == pytest.approx(1.0)
    assert scores.switches == 0


def test_images_without_people_or_tracks() -> None:
    empty = TrackedImage((), (), np.zeros((0, 0)))
    missed = TrackedImage((0,), (), np.zeros((1, 0)))
    scores = _scores([empty, missed, *_images([(3,)])])
    assert scores.idf1 == pytest.approx(2 / 3)  # 2 * 1 / (2 + 1)
    assert np.isnan(_scores([empty]).rate)


@examples(10)
@given(st.integers(0, 10**6))
def test_figures_equal_those_of_trackeval(seed: int) -> None:
    """TrackEval is the implementation of the authors of HOTA; it would replace our OpenCV."""
    metrics = pytest.importorskip("trackeval", reason="pip install --no-deps trackeval").metrics
    rng = np.random.default_rng(seed)
    people, tracks = rng.integers(0, 5, 12).tolist(), rng.integers(0, 6, 12).tolist()
    scene = [
        TrackedImage(
            tuple(rng.permutation(4)[:count].tolist()),
            tuple(rng.permutation(6)[:found].tolist()),
            rng.random((count, found)),
        )
        for count, found in zip([1, *people], [1, *tracks], strict=True)
    ]
    data = {
        "num_timesteps": len(scene),
        "num_gt_ids": 4,
        "num_tracker_ids": 6,
        "num_gt_dets": sum(len(image.people) for image in scene),
        "num_tracker_dets": sum(len(image.tracks) for image in scene),
        "gt_ids": [np.array(image.people, dtype=int) for image in scene],
        "tracker_ids": [np.array(image.tracks, dtype=int) for image in scene],
        "similarity_scores": [image.similarity for image in scene],
    }
    quiet = {"PRINT_CONFIG": False}
    hota = metrics.HOTA().eval_sequence(data)
    ours = _scores(scene)
    assert ours.idf1 == pytest.approx(metrics.Identity(quiet).eval_sequence(data)["IDF1"])
    assert ours.hota == pytest.approx(hota["HOTA"].mean())
    assert ours.deta == pytest.approx(hota["DetA"].mean())
    assert ours.assa == pytest.approx(hota["AssA"].mean())
    assert ours.switches == metrics.CLEAR(quiet).eval_sequence(data)["IDSW"]


def test_ignored_people_take_their_tracks_with_them() -> None:
    similarity = np.array([[0.9, 0.1, 0.0], [0.6, 0.8, 0.0]])
    image = TrackedImage((0, 1), (5, 6, 7), similarity)
    rest = image.without(np.array([False, True]))
    assert rest.people == (0,)
    assert rest.tracks == (5, 7)  # 6 is at the ignored person, 7 at none
    np.testing.assert_array_equal(rest.similarity, [[0.9, 0.0]])


def test_pairs_are_the_best_assignment_of_similar_ones() -> None:
    assert pairs(np.array([[0.9, 0.8], [0.85, 0.1]])) == [(0, 1), (1, 0)]
    assert pairs(np.array([[0.4]])) == []
    assert pairs(np.zeros((0, 3))) == []


def test_missing_package_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load = builtins.__import__

    def without(name: str, *args: Any, **keywords: Any) -> Any:
        if name == "motrics":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return load(name, *args, **keywords)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"needs motrics: run pip install '\.\[evaluate\]'"):
        _scores(_images([(0,)]))
