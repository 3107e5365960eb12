"""The renderer: people before a still background, as the camera would see them."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.simulation.quadrics import Quadrics, joined
from pose_action_ros.simulation.raster import Canvas, Light
from pose_action_ros.simulation.virtual_camera import VirtualCamera

Array = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]


class Renderer:
    """Images of people for one camera, background and light."""

    def __init__(
        self, camera: VirtualCamera, background: Image, light: Light, noise: float = 0.0
    ) -> None:
        """Noise is the sensor's standard deviation [grey levels].

        Raises:
            InputError: the camera has lens distortion, or the background another size.
        """
        intrinsics = camera.intrinsics
        if intrinsics.distortion:
            raise InputError("got a camera with lens distortion, the renderer expects one without")
        if background.shape != (intrinsics.height, intrinsics.width, 3):
            raise InputError(
                f"got a background of shape {background.shape}, expected "
                f"({intrinsics.height}, {intrinsics.width}, 3)"
            )
        self._camera = camera
        self._light = light
        gained = background.astype(np.float32) * np.float32(light.gain)
        self._background = np.clip(gained, 0, 255).astype(np.uint8)
        self._canvas = Canvas(intrinsics, light)
        self._grain = _grain(background.shape, noise)

    def image(
        self, people: Sequence[tuple[Quadrics, Array]], feet: Sequence[Array], stamp: float
    ) -> Image:
        """(H, W, 3) BGR.

        Args:
            people: surfaces and colours of each person.
            feet: (F, 3) [m] world, points of each person's feet, for the shadow.
            stamp: time [s]; chooses the noise.
        """
        image = self._background.copy()
        for points in feet:
            self._shadow(image, points)
        self._canvas.draw(
            image,
            joined([surfaces for surfaces, _ in people]),
            np.concatenate([colours for _, colours in people]),
        )
        if self._grain is not None:
            positive, negative = self._grain[int(stamp * 1000) % len(self._grain)]
            cv2.subtract(cv2.add(image, positive, dst=image), negative, dst=image)
        drawn: Image = image
        return drawn

    def _shadow(self, image: Image, feet: Array) -> None:
        """Darken an oval on the floor around the feet, fainter the higher they are."""
        middle = feet[:, :2].mean(axis=0)
        reach = min(0.16 + np.linalg.norm(feet[:, :2] - middle, axis=1).max(), 0.42)
        angles = np.linspace(0, 2 * np.pi, 20, endpoint=False)
        ring = np.column_stack(
            [middle[0] + reach * np.cos(angles), middle[1] + reach * np.sin(angles), 0 * angles]
        )
        pixels = self._camera.project(ring)
        if not np.isfinite(pixels).all() or np.abs(pixels).max() > 1e4:
            return
        strength = 0.30 * np.exp(-4 * max(float(feet[:, 2].min()), 0.0))
        mask = np.zeros(image.shape[:2], np.uint8)
        cv2.fillConvexPoly(mask, pixels.round().astype(np.int32), 255)
        left, top, width, height = cv2.boundingRect(pixels.astype(np.int32))
        window = np.s_[max(top, 0) : max(top + height, 0), max(left, 0) : max(left + width, 0)]
        if image[window].size:
            dark = cv2.convertScaleAbs(image[window], alpha=1 - strength)
            cv2.copyTo(dark, mask[window], image[window])


def _grain(shape: tuple[int, ...], noise: float) -> list[tuple[Image, Image]] | None:
    """A few frames of noise, each as what to add and what to subtract."""
    if noise <= 0:
        return None
    rng = np.random.default_rng(0)
    frames = [rng.normal(0, noise, shape) for _ in range(4)]
    return [
        (np.clip(frame, 0, 255).astype(np.uint8), np.clip(-frame, 0, 255).astype(np.uint8))
        for frame in frames
    ]
