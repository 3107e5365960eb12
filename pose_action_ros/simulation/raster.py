"""Drawing quadrics: a depth buffer, a palette index and a brightness per pixel."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.simulation.quadrics import Quadrics

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Image = npt.NDArray[np.uint8]
_TONES = 64
_MARGIN = np.array([0, 0, 2, 2])  # from the floor of a bound to an exclusive end


@dataclass(frozen=True)
class Light:
    """One distant lamp.

    Attributes:
        toward: (3,) unit vector to the lamp, optical frame.
        ambient: brightness of what the lamp does not reach, 0 to 1.
        gain: on everything.
    """

    toward: tuple[float, float, float] = (-0.35, -0.7, -0.62)
    ambient: float = 0.5
    gain: float = 1.0


class Canvas:
    """Draws surfaces of many colours over an image of the camera."""

    def __init__(self, intrinsics: Intrinsics, light: Light) -> None:
        self._intrinsics = intrinsics
        self._light = light
        shape = intrinsics.height, intrinsics.width
        self._depth: Floats = np.empty(shape, np.float32)
        self._index = np.empty(shape, np.uint16)  # colour * tones + tone
        self._x = ((np.arange(intrinsics.width) - intrinsics.cx) / intrinsics.fx).astype(np.float32)
        self._y = ((np.arange(intrinsics.height) - intrinsics.cy) / intrinsics.fy).astype(
            np.float32
        )

    def draw(self, image: Image, surfaces: Quadrics, colours: Array) -> None:
        """Draw surfaces in colours (N, 3) BGR onto image (H, W, 3), nearest on top, in place."""
        boxes = self._boxes(surfaces.bounds)
        shown = [number for number, box in enumerate(boxes) if box is not None]
        if not shown:
            return
        found = [box for box in boxes if box is not None]
        left, top = min(box[0] for box in found), min(box[1] for box in found)
        right, bottom = max(box[2] for box in found), max(box[3] for box in found)
        whole = np.s_[top:bottom, left:right]
        self._depth[whole] = np.inf
        forms = _Forms(surfaces, self._light)
        for number in shown:
            box = boxes[number]
            assert box is not None
            self._one(forms, number, box)
        self._paint(image, whole, colours)

    def _boxes(self, bounds: Array) -> list[tuple[int, int, int, int] | None]:
        """Pixel boxes left, top, right, bottom (exclusive); None when nothing can be seen."""
        camera = self._intrinsics
        scale = np.array([camera.fx, camera.fy, camera.fx, camera.fy])
        pixels = bounds * scale + [camera.cx, camera.cy, camera.cx, camera.cy]
        sizes = [camera.width, camera.height] * 2
        boxes: list[tuple[int, int, int, int] | None] = []
        for row in pixels:
            if not np.isfinite(row).all():
                boxes.append(None)
                continue
            left, top, right, bottom = np.clip(np.floor(row) + _MARGIN, 0, sizes).astype(int)
            boxes.append((left, top, right, bottom) if left < right and top < bottom else None)
        return boxes

    def _one(self, forms: _Forms, number: int, box: tuple[int, int, int, int]) -> None:
        left, top, right, bottom = box
        window = np.s_[top:bottom, left:right]
        x, y = self._x[left:right], self._y[top:bottom, None]
        b = forms.b[number]
        with np.errstate(invalid="ignore", divide="ignore"):
            slope = x * b[0] + (y * b[1] + b[2])  # (h, w)
            root = np.sqrt(slope * slope - forms.c[number] * _quadratic(forms.q[number], x, y))
            depth = forms.c[number] / (root - slope)
            nearer = (depth < self._depth[window]) & (depth > 0)
            if forms.cut[number]:
                axis = forms.axis[number]
                along = depth * (x * axis[0] + (y * axis[1] + axis[2]))
                low, high = forms.span[number]
                nearer &= (along >= low) & (along <= high)
            lit = forms.lamp[number]
            bright = depth * (x * lit[0] + (y * lit[1] + lit[2])) + lit[3]
            bb = forms.bb[number]
            steep = depth * (
                _quadratic(forms.qq[number], x, y) * depth + (x * bb[0] + (y * bb[1] + bb[2]))
            )
            bright /= np.sqrt(steep + bb[3])
            tone = (bright * (0.5 * _TONES - 1) + (number * _TONES + 0.5 * _TONES)).astype(
                np.uint16
            )
        np.copyto(self._depth[window], depth, where=nearer)
        np.copyto(self._index[window], tone, where=nearer)

    def _paint(self, image: Image, whole: tuple[slice, slice], colours: Array) -> None:
        tones = np.linspace(-1, 1, _TONES, endpoint=False)
        light = self._light
        level = light.ambient + (1 - light.ambient) * np.maximum(tones, -0.15 + 0.1 * tones)
        table = np.clip(colours[:, None] * (light.gain * level)[:, None], 0, 255).astype(np.uint8)
        covered = np.isfinite(self._depth[whole])
        index = np.where(covered, self._index[whole], 0)
        painted = table.reshape(-1, 3)[index]
        cv2.copyTo(painted, covered.astype(np.uint8), image[whole])


def _quadratic(form: Floats, x: Floats, y: Floats) -> Floats:
    """(h, w) of xx x² + 2 xy x y + yy y² + 2 xz x + 2 yz y + zz; x is a row, y a column."""
    xx, xy, yy, xz, yz, zz = form
    result: Floats = (x * (xx * x + xz) + zz) + (x * (xy * y) + y * (yy * y + yz))
    return result


class _Forms:
    """The numbers of all surfaces as the pixel loop wants them."""

    def __init__(self, surfaces: Quadrics, light: Light) -> None:
        lamp = np.array(light.toward) / np.linalg.norm(light.toward)
        q, b = surfaces.q, surfaces.b
        self.q = _packed(q)
        self.b = b.astype(np.float32)
        self.c = surfaces.c.astype(np.float32)
        self.axis = surfaces.axis.astype(np.float32)
        self.span = surfaces.span.astype(np.float32)
        self.cut = [bool(axis.any()) for axis in surfaces.axis]
        # The normal at t·d is t·Qd + b: its length and its share toward the lamp.
        self.lamp = np.column_stack([q @ lamp, b @ lamp]).astype(np.float32)
        self.qq = _packed(q @ q)
        cross = 2 * np.einsum("nij,nj->ni", q, b)
        self.bb = np.column_stack([cross, np.sum(b * b, axis=1)]).astype(np.float32)


def _packed(forms: Array) -> Floats:
    """(N, 6) of symmetric (N, 3, 3), off-diagonal doubled."""
    return np.stack(
        [
            forms[:, 0, 0],
            2 * forms[:, 0, 1],
            forms[:, 1, 1],
            2 * forms[:, 0, 2],
            2 * forms[:, 1, 2],
            forms[:, 2, 2],
        ],
        axis=1,
    ).astype(np.float32)
