"""Scenes: truth, visibility and images agree; the exhaustive variants draw more scenes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError
from pose_action_ros.simulation import ACTIONS, Body, Scene, Script, VirtualCamera, perform
from pose_action_ros.simulation.look import Look
from pose_action_ros.simulation.renderer import Light
from pose_action_ros.simulation.surroundings import Surroundings
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17

INTRINSICS = Intrinsics.from_field_of_view(640, 480, 60)
GREEN = np.full((480, 640, 3), (0, 255, 0), np.uint8)
several_scenes = pytest.mark.parametrize(
    "seeds",
    [range(3), pytest.param(range(3, 50), marks=pytest.mark.exhaustive)],
    ids=["few", "many"],
)


def standing(
    x: float = 0.0, y: float = 0.0, heading: float = 0.0, label: str = "standing"
) -> Script:
    part = perform(label, np.random.default_rng(3), Body())
    return Script([part], [0.0], position=(x, y), heading=heading)


def scene_from(distance: float, *people: Script) -> Scene:
    camera = VirtualCamera.looking_at([distance, 0, 1.2], [0, 0, 0.9], INTRINSICS)
    return Scene(people, camera, Surroundings(GREEN))


def drawn(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    shadowed = (image[..., 0] < 5) & (image[..., 2] < 5) & (image[..., 1] > 150)
    return ~shadowed


def small_scene(seed: int, people: int = 1) -> Scene:
    """Draw a scene of few pixels and few actions, which takes less time."""
    rng = np.random.default_rng(seed)
    actions = rng.choice(ACTIONS, 4, replace=False).tolist()
    return Scene.random(rng, people=people, actions=actions, size=(160, 120))


@several_scenes
def test_2d_is_the_projection_of_3d(seeds: range) -> None:
    shared = [name for name in BODY_25.joints if name in HUMAN36M_17.joints]
    for scene in (small_scene(seed, people=2) for seed in seeds):
        for person in scene.truth(3.0):
            assert person.keypoints.skeleton is BODY_25
            assert person.pose.skeleton is HUMAN36M_17
            assert person.pose.placed
            flat = scene.camera.intrinsics.project(person.pose.points)
            for name in shared:
                pixel = person.keypoints.points[BODY_25.index(name)]
                if np.isfinite(pixel).all():
                    assert np.allclose(pixel, flat[HUMAN36M_17.index(name)], atol=1e-6)


@several_scenes
def test_neck_and_mid_hip_are_midpoints(seeds: range) -> None:
    for seed in seeds:
        (person,) = small_scene(seed).truth(2.0)
        points = {name: person.pose.points[k] for k, name in enumerate(HUMAN36M_17.joints)}
        for middle, ends in (("neck", "shoulder"), ("mid_hip", "hip")):
            expected = (points[f"left_{ends}"] + points[f"right_{ends}"]) / 2
            assert np.allclose(points[middle], expected, atol=1e-9)


@several_scenes
def test_the_same_seed_and_time_give_the_same_frame(seeds: range) -> None:
    for seed in seeds:
        scenes = [small_scene(seed) for _ in range(2)]
        first = scenes[0].frame(2.5)
        scenes[1].frame(0.3)
        second = scenes[1].frame(2.5)
        assert np.array_equal(first.image, second.image)
        assert np.array_equal(first.people[0].pose.points, second.people[0].pose.points)
        assert first.people[0].action == second.people[0].action


def test_people_are_drawn_at_their_true_places() -> None:
    scene = scene_from(3.0, standing())
    frame = scene.frame(1.0)
    mask = drawn(frame.image)
    (person,) = frame.people
    for x, y in person.keypoints.points[person.visible]:
        assert mask[round(y), round(x)]
    box = person.keypoints.box()
    assert box is not None
    rows, columns = np.nonzero(mask)
    tall = box[3] - box[1]
    assert abs(columns.min() - box[0]) < 0.06 * tall
    assert abs(columns.max() - box[2]) < 0.06 * tall
    assert 0 < box[1] - rows.min() < 0.12 * tall  # the head reaches over the eyes
    assert abs(rows.max() - box[3]) < 0.04 * tall


def test_clothes_have_their_colours() -> None:
    look = Look(shirt=(250.0, 20.0, 20.0), trousers=(20.0, 20.0, 250.0))
    part = perform("standing", np.random.default_rng(3), replace(Body(), look=look))
    frame = scene_from(3.0, Script([part], [0.0])).frame(1.0)
    points = frame.people[0].keypoints.points
    chest = (0.6 * points[BODY_25.index("neck")] + 0.4 * points[BODY_25.index("mid_hip")]).round()
    thigh = points[BODY_25.index("left_knee")] * 0.5 + points[BODY_25.index("left_hip")] * 0.5
    for (x, y), strongest in ((chest.astype(int), 0), (thigh.astype(int), 2)):
        assert frame.image[y, x].argmax() == strongest


def test_face_is_visible_from_the_front_only() -> None:
    face = [BODY_25.index(name) for name in ("nose", "left_eye", "right_eye")]
    assert scene_from(3.0, standing()).truth(1.0)[0].visible[face].all()
    behind = scene_from(3.0, standing(heading=np.pi)).truth(1.0)[0]
    assert not behind.visible[face].any()
    assert behind.visible[BODY_25.index("left_knee")]


def test_far_arm_is_occluded_from_the_side() -> None:
    person = scene_from(3.0, standing(heading=np.pi / 2)).truth(1.0)[0]  # its right is near
    assert person.visible[BODY_25.index("right_elbow")]
    assert not person.visible[BODY_25.index("left_shoulder")]


def test_occluded_person_has_keypoints() -> None:
    front, back = scene_from(4.0, standing(x=0.8), standing(x=-0.2)).truth(1.0)
    trunk = [BODY_25.index(name) for name in ("neck", "mid_hip", "left_hip", "right_shoulder")]
    assert front.visible[trunk].all()
    assert not back.visible[trunk].any()
    assert np.isfinite(back.keypoints.points[trunk]).all()


def test_nearer_person_is_drawn_over_the_farther_one() -> None:
    shirts = ((250.0, 20.0, 20.0), (20.0, 20.0, 250.0))
    scripts = [
        Script(
            [perform("standing", np.random.default_rng(3), Body(look=Look(shirt=shirt)))],
            [0.0],
            position=(x, 0.0),
        )
        for shirt, x in zip(shirts, (0.7, -0.7), strict=True)
    ]
    for people, strongest in ((scripts, 0), (scripts[::-1], 0)):
        frame = scene_from(4.0, *people).frame(1.0)
        near = min(frame.people, key=lambda person: float(person.pose.points[0, 2]))
        x, y = near.keypoints.points[BODY_25.index("neck")].round().astype(int)
        assert frame.image[y + 15, x].argmax() == strongest


def test_keypoints_outside_the_image_and_behind_the_camera_are_missing() -> None:
    beside, behind = scene_from(3.0, standing(y=6.0), standing(x=8.0)).truth(1.0)
    for person in (beside, behind):
        assert not person.keypoints.present.any()
        assert not person.visible.any()
        assert person.pose.present.all()
    scene_from(3.0, standing(x=8.0), standing(x=3.0)).frame(1.0)  # no error


@several_scenes
def test_people_of_random_scenes_are_apart(seeds: range) -> None:
    for seed in seeds:
        check_people_are_apart(seed, people=1 + seed % 3)


def check_people_are_apart(seed: int, people: int) -> None:
    truth = small_scene(seed, people).truth(0.0)
    assert [person.person_id for person in truth] == list(range(people))
    roots = np.array([person.pose.points[HUMAN36M_17.root] for person in truth])
    assert (roots[:, 2] > 1.2).all()
    for person in truth:
        trunk = [BODY_25.index(name) for name in ("neck", "mid_hip")]
        assert person.keypoints.present[trunk].all()
        assert person.action in ACTIONS
    across = np.sort(roots[:, 0])
    assert (np.diff(across) > 0.6).all()


def test_backgrounds_light_and_noise() -> None:
    scene = scene_from(3.0, standing())
    plain = Scene(scene.people, scene.camera, Surroundings("plain", seed=1)).frame(0.0).image
    for kind in ("gradient", "texture", "room"):
        image = Scene(scene.people, scene.camera, Surroundings(kind, seed=1)).frame(0.0).image
        assert image.shape == (480, 640, 3)
        assert not np.array_equal(image, plain)
    dark = Scene(scene.people, scene.camera, Surroundings("plain", Light(gain=0.5), seed=1))
    assert dark.frame(0.0).image.mean() < 0.6 * plain.mean()
    grainy = Scene(scene.people, scene.camera, Surroundings("plain", noise=6.0, seed=1)).frame(0.0)
    spread = np.std(grainy.image.astype(float) - plain)
    assert 4 < spread < 8


def test_background_may_be_a_picture() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (100, 300, 3), dtype=np.uint8)
    scene = scene_from(3.0, standing())
    image = Scene(scene.people, scene.camera, Surroundings(picture)).frame(0.0).image
    assert image.shape == (480, 640, 3)
    with pytest.raises(InputError, match="expected"):
        Scene(scene.people, scene.camera, Surroundings(picture[..., 0]))
    with pytest.raises(InputError, match="there are plain"):
        Scene(scene.people, scene.camera, Surroundings("beach"))


def test_invalid_scenes_are_errors() -> None:
    camera = scene_from(3.0, standing()).camera
    with pytest.raises(InputError, match="at least one"):
        Scene([], camera)
    bent = replace(INTRINSICS, distortion=(0.1, 0.0, 0.0, 0.0))
    with pytest.raises(InputError, match="distortion"):
        Scene([standing()], replace(camera, intrinsics=bent))
    with pytest.raises(InputError, match="at least 1"):
        Scene.random(np.random.default_rng(0), people=0)
    with pytest.raises(InputError, match="at least 1"):
        Scene.random(np.random.default_rng(0), actions=())
