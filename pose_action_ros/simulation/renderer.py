"""The renderer: people and furniture before a still background, as the camera would see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.simulation.furniture import Box, Faces
from pose_action_ros.simulation.quadrics import Quadrics, joined
from pose_action_ros.simulation.virtual_camera import VirtualCamera

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Image = npt.NDArray[np.uint8]
_TONES = 64
_NEAREST, _WIDE = 0.05, 100.0  # [m] before the camera; x/z beyond any image
_MARGIN = np.array([0, 0, 2, 2])  # from the floor of a bound to an exclusive end


@dataclass(frozen=True)
class Light:
    """One distant lamp.

    Attributes:
        toward: (3,) direction of the lamp, optical frame.
        ambient: brightness of surfaces that the lamp does not reach, 0 to 1.
        gain: factor for the whole image.
    """

    toward: tuple[float, float, float] = (-0.35, -0.7, -0.62)
    ambient: float = 0.5
    gain: float = 1.0


class Renderer:
    """Draws people for one camera, background and light."""

    def __init__(
        self, camera: VirtualCamera, background: Image, light: Light, noise: float = 0.0
    ) -> None:
        """Prepare the background; noise is the standard deviation of the sensor [grey levels].

        Raises:
            InputError: the camera has lens distortion, or the background has another size.
        """
        intrinsics = camera.intrinsics
        if intrinsics.lens is not None:
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
        self._canvas = _Canvas(camera, light)
        self._grain = _grain(background.shape, noise)

    def image(
        self,
        people: Sequence[tuple[Quadrics, Array]],
        feet: Sequence[Array],
        stamp: float,
        boxes: Sequence[Box] = (),
    ) -> Image:
        """Draw an image (H, W, 3) BGR.

        Args:
            people: surfaces and colours of each person.
            feet: (F, 3) points of each person's feet in the world [m], for the shadow.
            stamp: time [s], which selects the noise.
            boxes: furniture in the world.
        """
        image = self._background.copy()
        for points in feet:
            self._shadow(image, points)
        self._canvas.draw(
            image,
            joined([surfaces for surfaces, _ in people]),
            np.concatenate([colours for _, colours in people]),
            Faces.of(boxes, self._camera),
        )
        if self._grain is not None:
            positive, negative = self._grain[int(stamp * 1000) % len(self._grain)]
            cv2.subtract(cv2.add(image, positive, dst=image), negative, dst=image)
        drawn: Image = image
        return drawn

    def _shadow(self, image: Image, feet: Array) -> None:
        """Darken an oval on the floor around the feet; higher feet have a fainter shadow."""
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
    """Draw four frames of noise, each as an image to add and one to subtract."""
    if noise <= 0:
        return None
    rng = np.random.default_rng(0)
    frames = [rng.normal(0, noise, shape) for _ in range(4)]
    return [
        (np.clip(frame, 0, 255).astype(np.uint8), np.clip(-frame, 0, 255).astype(np.uint8))
        for frame in frames
    ]


def _bounds(faces: Faces) -> Array:
    """(N, 4) left, top, right, bottom as x/z and y/z; infinite for faces partly behind."""
    corners = faces.corners()
    behind = (corners[..., 2] < _NEAREST).any(axis=1)
    flat = corners[..., :2] / np.maximum(corners[..., 2:], _NEAREST)
    bounds = np.concatenate([flat.min(axis=1), flat.max(axis=1)], axis=1)
    bounds[behind] = [-_WIDE, -_WIDE, _WIDE, _WIDE]
    return bounds


class _Canvas:
    """A depth buffer, a palette index and a brightness per pixel."""

    def __init__(self, camera: VirtualCamera, light: Light) -> None:
        self._intrinsics = intrinsics = camera.intrinsics
        self._light = light
        shape = intrinsics.height, intrinsics.width
        self._depth: Floats = np.empty(shape, np.float32)
        self._index = np.empty(shape, np.int32)  # colour * tones + tone
        rays = camera.pixel_rays().astype(np.float32)
        self._x, self._y = rays[0, :, 0].copy(), rays[:, 0, 1].copy()

    def draw(self, image: Image, surfaces: Quadrics, colours: Array, faces: Faces) -> None:
        """Draw surfaces in colours (N, 3) BGR, and faces, into an image, nearest on top."""
        boxes = self._boxes(np.concatenate([surfaces.bounds, _bounds(faces)]))
        shown = [number for number, box in enumerate(boxes) if box is not None]
        if not shown:
            return
        drawn = [box for box in boxes if box is not None]
        left, top = min(box[0] for box in drawn), min(box[1] for box in drawn)
        right, bottom = max(box[2] for box in drawn), max(box[3] for box in drawn)
        whole = np.s_[top:bottom, left:right]
        self._depth[whole] = np.inf
        forms = _Forms(surfaces, self._light)
        for number in shown:
            box = boxes[number]
            assert box is not None
            if number < len(colours):
                self._draw_one(forms, number, box)
            else:
                self._draw_face(faces, number - len(colours), number, box)
        self._paint(image, whole, np.concatenate([colours, faces.colours]))

    def _boxes(self, bounds: Array) -> list[tuple[int, int, int, int] | None]:
        """Pixel boxes left, top, right, bottom (exclusive); None outside the image."""
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

    def _draw_one(self, forms: _Forms, number: int, box: tuple[int, int, int, int]) -> None:
        left, top, right, bottom = box
        window = np.s_[top:bottom, left:right]
        ray = _Rays(self._x[left:right], self._y[top:bottom, None], forms.middle[number])
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            beyond = ray.meet(forms.q[number], forms.r[number], forms.c[number])
            depth = beyond + forms.middle[number, 2]
            nearer = depth < self._depth[window]
            if forms.cut[number]:
                along = ray.along(beyond, forms.axis[number])
                nearer &= np.abs(along) <= forms.half[number]
            bright = ray.brightness(beyond, forms, number)
            tone = bright * (0.5 * _TONES - 1) + (number + 0.5) * _TONES
            tones = tone.astype(np.int32)
        np.copyto(self._depth[window], depth, where=nearer)
        np.copyto(self._index[window], tones, where=nearer)

    def _draw_face(
        self, faces: Faces, face: int, number: int, box: tuple[int, int, int, int]
    ) -> None:
        """Draw one face, with the number of its colour in the palette."""
        left, top, right, bottom = box
        window = np.s_[top:bottom, left:right]
        depth = faces.depths(face, self._x[left:right], self._y[top:bottom, None])
        nearer = depth < self._depth[window]
        lamp = np.array(self._light.toward)
        bright = float(faces.normals()[face] @ lamp / np.linalg.norm(lamp))
        tone = int(bright * (0.5 * _TONES - 1) + (number + 0.5) * _TONES)
        np.copyto(self._depth[window], depth.astype(np.float32), where=nearer)
        self._index[window][nearer] = tone

    def _paint(self, image: Image, whole: tuple[slice, slice], colours: Array) -> None:
        tones = np.linspace(-1, 1, _TONES, endpoint=False)
        light = self._light
        level = light.ambient + (1 - light.ambient) * np.maximum(tones, -0.15 + 0.1 * tones)
        table = np.clip(colours[:, None] * (light.gain * level)[:, None], 0, 255).astype(np.uint8)
        covered = np.isfinite(self._depth[whole])
        index = np.where(covered, self._index[whole], 0)
        painted = table.reshape(-1, 3)[index]
        cv2.copyTo(painted, covered.astype(np.uint8), image[whole])


class _Rays:
    """The rays of a box of pixels, relative to a point in the middle of a surface.

    All coordinates are relative to that point, because single precision is too coarse for small
    surfaces far from the origin.
    """

    def __init__(self, x: Floats, y: Floats, middle: Floats) -> None:
        """Take directions (x, y, 1) with x (w,) and y (h, 1), and the middle (3,)."""
        self.x, self.y = x, y
        self.u, self.v = x * middle[2] - middle[0], y * middle[2] - middle[1]

    def meet(self, q: Floats, r: Floats, c: Floats) -> Floats:
        """(h, w) depth of the nearer intersection relative to the middle; NaN without intersection.

        With w = (u, v, 0) + t d, the surface is w·Qw + 2 r·w + c = a t² + 2 b t + c' = 0.
        """
        x, y, u, v = self.x, self.y, self.u, self.v
        a = (x * (q[0, 0] * x + 2 * q[0, 2]) + q[2, 2]) + y * (q[1, 1] * y + 2 * q[1, 2])
        a += x * (2 * q[0, 1] * y)
        b = (x * (q[0, 0] * u + r[0]) + q[0, 2] * u + r[2]) + (
            y * (q[1, 1] * v + r[1]) + q[1, 2] * v
        )
        b += x * (q[0, 1] * v)
        b += u * (q[0, 1] * y)
        rest = (u * (q[0, 0] * u + 2 * r[0]) + c) + v * (q[1, 1] * v + 2 * r[1])
        rest += u * (2 * q[0, 1] * v)
        crossing: Floats = (-b - np.sqrt(b * b - a * rest)) / np.where(a > 0, a, np.nan)
        return crossing

    def along(self, beyond: Floats, axis: Floats) -> Floats:
        """(h, w) distance of the intersection from the middle along the axis."""
        slope = self.x * axis[0] + (self.y * axis[1] + axis[2])
        far: Floats = beyond * slope + (self.u * axis[0] + self.v * axis[1])
        return far

    def brightness(self, beyond: Floats, forms: _Forms, number: int) -> Floats:
        """(h, w) cosine -1 to 1 of the angle between the surface's normal Qw + r and the lamp."""
        g, s, lamp = forms.qq[number], forms.qr[number], forms.lamp[number]
        wx, wy = beyond * self.x + self.u, beyond * self.y + self.v
        toward = wx * lamp[0] + wy * lamp[1] + (beyond * lamp[2] + lamp[3])
        square = wx * (g[0, 0] * wx + (2 * g[0, 1]) * wy + (2 * s[0]))
        square += wy * (g[1, 1] * wy + (2 * g[1, 2]) * beyond + (2 * s[1]))
        square += beyond * (g[2, 2] * beyond + (2 * g[0, 2]) * wx + (2 * s[2]))
        square += s[3]
        cosine: Floats = toward / np.sqrt(np.maximum(square, 1e-12))
        return np.clip(cosine, -1, 1, out=cosine)


class _Forms:
    """Coefficients of all surfaces relative to their middles, in single precision."""

    def __init__(self, surfaces: Quadrics, light: Light) -> None:
        lamp = np.array(light.toward) / np.linalg.norm(light.toward)
        q, middle = surfaces.q, surfaces.middle
        pull = np.einsum("nij,nj->ni", q, middle)
        r = surfaces.b + pull
        c = np.sum(middle * (pull + 2 * surfaces.b), axis=1) + surfaces.c
        self.q, self.r, self.c = (part.astype(np.float32) for part in (q, r, c))
        self.middle = middle.astype(np.float32)
        self.axis = surfaces.axis.astype(np.float32)
        self.cut = [bool(axis.any()) for axis in surfaces.axis]
        self.half = (np.diff(surfaces.span, axis=1)[:, 0] / 2).astype(np.float32)
        self.lamp = np.column_stack([q @ lamp, r @ lamp]).astype(np.float32)
        self.qq = (q @ q).astype(np.float32)
        slope = np.einsum("nij,nj->ni", q, r)
        self.qr = np.column_stack([slope, np.sum(r * r, axis=1)]).astype(np.float32)
