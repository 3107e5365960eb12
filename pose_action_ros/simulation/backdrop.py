"""Backgrounds: what is behind the people, drawn once for a scene that does not move."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.simulation.virtual_camera import VirtualCamera

Array = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]
Rng = np.random.Generator


def plain(camera: VirtualCamera, rng: Rng) -> Image:
    """One colour."""
    return _filled(camera, _colour(rng, 60, 230))


def gradient(camera: VirtualCamera, rng: Rng) -> Image:
    """One colour above, another below."""
    height, width = camera.intrinsics.height, camera.intrinsics.width
    share = np.linspace(0, 1, height)[:, None, None]
    top, bottom = _colour(rng, 90, 235), _colour(rng, 40, 180)
    rows = (top + share * (bottom - top)).astype(np.uint8)
    return np.repeat(rows, width, axis=1)


def texture(camera: VirtualCamera, rng: Rng) -> Image:
    """Clouds of noise in several sizes."""
    height, width = camera.intrinsics.height, camera.intrinsics.width
    image = np.empty((height, width, 3), np.float32)
    image[:] = _colour(rng, 80, 190)
    for cells in (4, 12, 40):
        noise = rng.normal(0, 9, (cells, cells, 1)) + rng.normal(0, 3, (cells, cells, 3))
        noise = noise.astype(np.float32)
        image += cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(image, 0, 255).astype(np.uint8)


def room(camera: VirtualCamera, rng: Rng) -> Image:
    """A floor of boards or tiles and walls around, with a few flat things on them."""
    rays = _rays(camera)  # (H, W, 3) world
    half = rng.uniform(3.2, 5.0) + np.hypot(*camera.position[:2])
    with np.errstate(divide="ignore", invalid="ignore"):
        floor = np.where(rays[..., 2] < 0, -camera.position[2] / rays[..., 2], np.inf)
        sides = (np.sign(rays[..., :2]) * half - camera.position[:2]) / rays[..., :2]
    wall = np.nan_to_num(sides, nan=np.inf).min(axis=-1)
    reach = np.minimum(floor, wall)
    place = camera.position + rays * reach[..., None]
    across = sides[..., 0] < sides[..., 1]  # which pair of walls
    image = np.where(
        (floor < wall)[..., None], _boards(place, rng), _walls(place, across, half, rng)
    )
    dim = 1 / (1 + 0.02 * reach[..., None])
    lit: Image = np.clip(image * dim, 0, 255).astype(np.uint8)
    return lit


def _rays(camera: VirtualCamera) -> Array:
    """(H, W, 3) direction of each pixel in the world."""
    intrinsics = camera.intrinsics
    x = (np.arange(intrinsics.width) - intrinsics.cx) / intrinsics.fx
    y = (np.arange(intrinsics.height) - intrinsics.cy) / intrinsics.fy
    seen = np.stack(np.broadcast_arrays(x, y[:, None], 1.0), axis=-1)
    rays: Array = seen @ camera.rotation
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
    """(3,) BGR of low saturation."""
    grey = rng.uniform(low, high)
    return np.clip(grey + rng.normal(0, 14, 3), 0, 255)


def _filled(camera: VirtualCamera, colour: Array) -> Image:
    image = np.empty((camera.intrinsics.height, camera.intrinsics.width, 3), np.uint8)
    image[:] = colour.astype(np.uint8)
    return image


BACKDROPS: Mapping[str, Callable[[VirtualCamera, Rng], Image]] = {
    "plain": plain,
    "gradient": gradient,
    "texture": texture,
    "room": room,
}


def backdrop(name: str, camera: VirtualCamera, rng: Rng) -> Image:
    """(H, W, 3) BGR background of that kind; InputError lists the kinds otherwise."""
    if name not in BACKDROPS:
        raise InputError(f"unknown backdrop {name!r}; there are {', '.join(BACKDROPS)}")
    return BACKDROPS[name](camera, rng)


def fitted(image: Image, camera: VirtualCamera) -> Image:
    """A user's picture (H, W, 3) BGR uint8, cropped and scaled to the camera's image."""
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
