"""The surroundings of people in a scene: backdrop, light and sensor noise.

The backdrop is drawn once; the camera does not move.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.simulation.renderer import Light, Renderer
from pose_action_ros.simulation.virtual_camera import VirtualCamera

Array = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]
Rng = np.random.Generator


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Background, light and noise of an image.

    Attributes:
        background: a kind of backdrop (plain, gradient, texture, room) or a picture (H, W, 3) BGR.
        light: direction and brightness.
        noise: standard deviation of the sensor noise [grey levels].
        seed: of the backdrop's random numbers.
    """

    background: Image | str = "room"
    light: Light = field(default_factory=Light)
    noise: float = 0.0
    seed: int = 0

    @classmethod
    def random(cls, rng: Rng) -> Surroundings:
        """Draw a backdrop and a light."""
        lamp = rng.normal([0.0, -0.75, -0.6], [0.5, 0.25, 0.25])
        light = Light(
            (float(lamp[0]), float(lamp[1]), float(lamp[2])),
            ambient=rng.uniform(0.4, 0.65),
            gain=rng.uniform(0.75, 1.15),
        )
        kind = str(rng.choice(list(BACKDROPS), p=[0.15, 0.15, 0.2, 0.5]))
        noise = rng.uniform(0, 5) if rng.random() < 0.5 else 0.0
        return cls(kind, light, noise, int(rng.integers(2**31)))

    def renderer(self, camera: VirtualCamera) -> Renderer:
        """Build a renderer for these surroundings and a camera.

        Raises:
            InputError: a camera with lens distortion, or a background that does not fit.
        """
        if isinstance(self.background, str):
            picture = _backdrop(self.background, camera, np.random.default_rng(self.seed))
        else:
            picture = _fitted(self.background, camera)
        return Renderer(camera, picture, self.light, self.noise)


def _plain(camera: VirtualCamera, rng: Rng) -> Image:
    """One colour."""
    return _filled(camera, _colour(rng, 60, 230))


def _gradient(camera: VirtualCamera, rng: Rng) -> Image:
    """One colour above, another below."""
    height, width = camera.intrinsics.height, camera.intrinsics.width
    share = np.linspace(0, 1, height)[:, None, None]
    top, bottom = _colour(rng, 90, 235), _colour(rng, 40, 180)
    rows = (top + share * (bottom - top)).astype(np.uint8)
    return np.repeat(rows, width, axis=1)


def _texture(camera: VirtualCamera, rng: Rng) -> Image:
    """Clouds of noise in several sizes."""
    height, width = camera.intrinsics.height, camera.intrinsics.width
    image = np.empty((height, width, 3), np.float32)
    image[:] = _colour(rng, 80, 190)
    for cells in (4, 12, 40):
        noise = rng.normal(0, 9, (cells, cells, 1)) + rng.normal(0, 3, (cells, cells, 3))
        noise = noise.astype(np.float32)
        image += cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(image, 0, 255).astype(np.uint8)


def _room(camera: VirtualCamera, rng: Rng) -> Image:
    """A floor of boards or tiles, and walls with a few flat objects."""
    rays = _rays(camera)  # (H, W, 3) world
    half = rng.uniform(3.2, 5.0) + np.hypot(*camera.position[:2])
    with np.errstate(divide="ignore", invalid="ignore"):
        floor = np.where(rays[..., 2] < 0, -camera.position[2] / rays[..., 2], np.inf)
        sides = (np.sign(rays[..., :2]) * half - camera.position[:2]) / rays[..., :2]
    wall = np.nan_to_num(sides, nan=np.inf).min(axis=-1)
    reach = np.minimum(floor, wall)
    place = camera.position + rays * reach[..., None]
    across = sides[..., 0] < sides[..., 1]  # the wall is one of the pair across x
    image = np.where(
        (floor < wall)[..., None], _boards(place, rng), _walls(place, across, half, rng)
    )
    dim = 1 / (1 + 0.02 * reach[..., None])
    lit: Image = np.clip(image * dim, 0, 255).astype(np.uint8)
    return lit


def _rays(camera: VirtualCamera) -> Array:
    """(H, W, 3) direction of each pixel, in the world."""
    plane = camera.pixel_rays()
    local = np.concatenate([plane, np.ones((*plane.shape[:2], 1))], axis=-1)
    rays: Array = local @ camera.rotation
    return rays


def _boards(place: Array, rng: Rng) -> Array:
    size = rng.uniform(0.15, 0.6, 2)
    tones = rng.normal(1, 0.05, (64, 64))
    cell = np.floor(place[..., :2] / size).astype(int) % 64
    floor: Array = _colour(rng, 60, 180) * tones[cell[..., 0], cell[..., 1]][..., None]
    return floor


def _walls(place: Array, across: npt.NDArray[np.bool_], half: float, rng: Rng) -> Array:
    first, second = _colour(rng, 120, 235), _colour(rng, 120, 235)
    image = np.where(across[..., None], first, 0.5 * (first + second))
    along = np.where(across, place[..., 1], place[..., 0])
    up = place[..., 2]
    image[up < 0.1] = _colour(rng, 60, 220)  # skirting
    for _ in range(int(rng.integers(2, 9))):  # pictures, doors, windows, shelves
        middle, wide = rng.uniform(-half, half), rng.uniform(0.3, 1.2)
        low = 0.0 if rng.random() < 0.3 else rng.uniform(0.3, 1.6)
        high = low + rng.uniform(0.3, 1.8)
        inside = (np.abs(along - middle) < wide / 2) & (up > low) & (up < high)
        image[inside & (across == (rng.random() < 0.5))] = _colour(rng, 30, 235)
    return image


def _colour(rng: Rng, low: float, high: float) -> Array:
    """Draw a colour (3,) BGR of low saturation."""
    grey = rng.uniform(low, high)
    return np.clip(grey + rng.normal(0, 14, 3), 0, 255)


def _filled(camera: VirtualCamera, colour: Array) -> Image:
    image = np.empty((camera.intrinsics.height, camera.intrinsics.width, 3), np.uint8)
    image[:] = colour.astype(np.uint8)
    return image


BACKDROPS: Mapping[str, Callable[[VirtualCamera, Rng], Image]] = {
    "plain": _plain,
    "gradient": _gradient,
    "texture": _texture,
    "room": _room,
}


def _backdrop(name: str, camera: VirtualCamera, rng: Rng) -> Image:
    """Draw a background (H, W, 3) BGR; InputError for an unknown kind."""
    if name not in BACKDROPS:
        raise InputError(f"unknown backdrop {name!r}; there are {', '.join(BACKDROPS)}")
    return BACKDROPS[name](camera, rng)


def _fitted(image: Image, camera: VirtualCamera) -> Image:
    """Crop and scale a picture (H, W, 3) BGR uint8 to the camera's image; InputError for others."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
        raise InputError(
            f"got a backdrop of shape {image.shape} and type {image.dtype}, "
            "expected (H, W, 3) uint8 in BGR"
        )
    width, height = camera.intrinsics.width, camera.intrinsics.height
    scale = max(width / image.shape[1], height / image.shape[0])
    size = max(width, round(image.shape[1] * scale)), max(height, round(image.shape[0] * scale))
    scaled = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return np.ascontiguousarray(scaled[top : top + height, left : left + width])
