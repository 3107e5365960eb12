"""CameraInfo messages to intrinsics: a usable K is kept, whatever else in the message is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import atan, degrees, radians, tan
from typing import Any, Protocol

import numpy as np

from pose_action_ros.camera import Array, Intrinsics
from pose_action_ros.errors import InputError
from pose_action_ros.lens import COUNTS, WIDEST

BROWN = ("plumb_bob", "rational_polynomial", "thin_prism", "radtan", "brown_conrady")
"""Names of lens models with Brown and Conrady's coefficients in OpenCV's order."""
FISHEYE = ("equidistant", "fisheye", "kannala_brandt", "kannala_brandt4", "kannala")
"""Names of OpenCV's fisheye model."""

RECTIFIED = "_rect"
"""End of the name of a camera_info of rectified images, beside that of the raw ones."""

_WIDTHS = (1.0, 175.0)  # [deg] fields of view of lenses that are no fisheyes
_MIDDLE = 0.15  # of the image: how far the principal point of a whole image is from its centre
_NEARER = 0.7  # of x/z without coefficients: no real lens moves a ray more towards the axis
_USUAL = 70.0  # [deg] from the axis, up to which a lens should have a ray for every pixel


class CameraInfo(Protocol):
    """A sensor_msgs/CameraInfo, of rclpy or of a bag."""

    width: int
    height: int
    distortion_model: str
    d: Any
    k: Any
    p: Any
    binning_x: int
    binning_y: int
    roi: Any


@dataclass(frozen=True)
class Calibration:
    """The usable content of a camera_info.

    Attributes:
        intrinsics: for the images; None if K cannot be used.
        problems: for each part that is not used, a sentence without its subject, the topic.
    """

    intrinsics: Intrinsics | None
    problems: tuple[str, ...] = ()


def calibration(
    message: CameraInfo, size: tuple[int, int], *, rectified: bool = False
) -> Calibration:
    """Read the calibration of images from a CameraInfo message.

    Args:
        message: with binning and region of interest; sizes of 0 mean those of the image.
        size: width and height of the images [px], which may be scaled.
        rectified: True for undistorted images: P and no distortion apply.
    """
    problems: list[str] = []
    try:
        camera = _fitted(message, _numbers(message, problems, rectified), size, problems)
        fisheye = not rectified and _is_fisheye(message)
        _check_view(camera, fisheye=fisheye)
    except InputError as error:
        return Calibration(None, (f"is not used: {error}",))
    if not rectified:
        camera = _with_lens(replace(camera, fisheye=fisheye), message, problems)
    return Calibration(camera, tuple(problems))


def is_rectified(topic: str) -> bool:
    """True if the name of a topic of images has the part rect: image_rect_color."""
    return "rect" in topic.rpartition("/")[2].split("_")


def _numbers(message: CameraInfo, problems: list[str], rectified: bool) -> Array:
    """fx, fy, cx, cy [px] of P for rectified images, else of K; InputError if unusable."""
    k = _pinhole(message.k, 3)
    if rectified:
        p = _pinhole(message.p, 4)
        if _is_usable(p):
            return p
        problems.append(f"has a P that is not used, K is: got {_described(p)}")
    if not np.any(k[:2]):
        raise InputError("K is zero, the camera is not calibrated")
    if not _is_usable(k):
        raise InputError(f"got K with {_described(k)}, expected positive focal lengths")
    return k


def _pinhole(matrix: Any, columns: int) -> Array:
    """fx, fy, cx, cy of a matrix (3, columns)."""
    rows = np.asarray(matrix, np.float64).reshape(3, columns)
    return np.array([rows[0, 0], rows[1, 1], rows[0, 2], rows[1, 2]])


def _is_usable(numbers: Array) -> bool:
    return bool(np.isfinite(numbers).all() and (numbers[:2] > 0).all())


def _described(numbers: Array) -> str:
    fx, fy, cx, cy = numbers
    return f"focal lengths {fx:g}, {fy:g} and principal point {cx:g}, {cy:g}"


def _fitted(
    message: CameraInfo, numbers: Array, size: tuple[int, int], problems: list[str]
) -> Intrinsics:
    """Intrinsics without distortion for images of this size.

    The size, the region or the binning may be wrong while K is right: then its principal point
    is in the middle of the image.
    """
    region, binning = message.roi, (max(message.binning_x, 1), max(message.binning_y, 1))
    width = message.width or max(size[0] * binning[0], region.x_offset + region.width)
    height = message.height or max(size[1] * binning[1], region.y_offset + region.height)
    fx, fy, cx, cy = numbers.tolist()
    if cx == cy == 0:
        problems.append("has the principal point 0, 0: the centre is used")
        cx, cy = (width - 1) / 2, (height - 1) / 2
    full, plain = (Intrinsics(*pixels, fx, fy, cx, cy) for pixels in ((width, height), size))
    misfit = None
    for camera, problem in _readings(full, message, binning):
        try:
            found = scaled(camera, *size)
        except InputError as error:
            misfit = error
            continue
        if _is_central(found) or not _is_central(plain):
            problems.extend(filter(None, [problem]))
            return found
    if misfit is not None and not _is_central(plain):
        raise misfit
    problems.append(
        f"has a size of {width}x{height} px that is not used: its K fits the images of "
        f"{size[0]}x{size[1]} px"
    )
    return plain


def _readings(
    full: Intrinsics, message: CameraInfo, binning: tuple[int, int]
) -> Iterator[tuple[Intrinsics, str]]:
    """Intrinsics of the region with binning, then of the whole image with the problem."""
    region = message.roi
    width, height = region.width or full.width, region.height or full.height
    inside = region.x_offset + width <= full.width and region.y_offset + height <= full.height
    size = width // binning[0], height // binning[1]
    if inside and min(size) > 0:
        cx, cy = full.cx - region.x_offset, full.cy - region.y_offset
        part = replace(full, width=width, height=height, cx=cx, cy=cy)
        yield scaled(part, *size) if binning != (1, 1) else part, ""
    yield full, "has a region or binning that is not used: it does not fit the images"


def _is_central(camera: Intrinsics) -> bool:
    """True if the principal point is in the middle of the image."""
    x, y = camera.cx / camera.width - 0.5, camera.cy / camera.height - 0.5
    return max(abs(x), abs(y)) <= _MIDDLE


def scaled(camera: Intrinsics, width: int, height: int) -> Intrinsics:
    """Intrinsics of the same image at another size [px].

    Raises:
        InputError: proportions that differ by more than a pixel and a hundredth.
    """
    if (width, height) == (camera.width, camera.height):
        return camera
    x, y = width / camera.width, height / camera.height
    if abs(x - y) * min(camera.width, camera.height) > max(1.0, 0.01 * min(width, height)):
        raise InputError(
            f"it is for {camera.width}x{camera.height} px, the image has {width}x{height}: not "
            "the same image"
        )
    return replace(
        camera,
        width=width,
        height=height,
        fx=camera.fx * x,
        fy=camera.fy * y,
        cx=(camera.cx + 0.5) * x - 0.5,  # pixel centres are at whole numbers
        cy=(camera.cy + 0.5) * y - 0.5,
    )


def _check_view(camera: Intrinsics, *, fisheye: bool) -> None:
    """InputError for numbers that no camera has, such as those of a matrix without unit."""
    half = camera.width / 2 / camera.fx, camera.height / 2 / camera.fy
    angles = [degrees(2 * (side if fisheye else atan(side))) for side in half]
    least, most = _WIDTHS[0], 360.0 if fisheye else _WIDTHS[1]
    if not least <= max(angles) <= most:
        raise InputError(
            f"got focal lengths {camera.fx:g}, {camera.fy:g} px for {camera.width}x"
            f"{camera.height} px, a field of view of {max(angles):.1f} degrees, expected "
            f"{least:g} to {most:g}"
        )
    aside = abs(camera.cx / camera.fx - half[0]), abs(camera.cy / camera.fy - half[1])
    if max(aside) > tan(radians(WIDEST)):
        raise InputError(
            f"got the principal point {camera.cx:g}, {camera.cy:g} px for an image of "
            f"{camera.width}x{camera.height} px and focal lengths {camera.fx:g}, {camera.fy:g} px"
        )


def _model(message: CameraInfo) -> str:
    """Name of the lens model in small letters."""
    return message.distortion_model.strip().lower().replace("-", "_").replace(" ", "_")


def _is_fisheye(message: CameraInfo) -> bool:
    return _model(message) in FISHEYE


def _with_lens(camera: Intrinsics, message: CameraInfo, problems: list[str]) -> Intrinsics:
    """Add the lens model, if it can be used."""
    try:
        bent = replace(camera, distortion=_coefficients(message))
        if bent.lens is None:
            return camera
        blind = _check_lens(bent)
    except InputError as error:
        problems.append(f"has a lens that is not used: {error}")
        return camera
    if blind >= 0.01:
        problems.append(
            f"has a lens without directions for {100 * blind:.0f} % of the image, at its edges: "
            "joints there are missing"
        )
    return bent


def _coefficients(message: CameraInfo) -> tuple[float, ...]:
    """Lens coefficients in a number that OpenCV takes; empty for zeros."""
    numbers = np.asarray(message.d, np.float64)
    if not numbers.any():
        return ()
    if _model(message) not in ("", *BROWN, *FISHEYE):
        raise InputError(
            f"got the model {message.distortion_model!r}, expected {', '.join(BROWN + FISHEYE)}; "
            "use rectified images and set rectified"
        )
    if not np.isfinite(numbers).all():
        raise InputError(f"got the coefficients {numbers.tolist()}, expected finite numbers")
    used = int(np.flatnonzero(numbers)[-1]) + 1
    counts = (4,) if _is_fisheye(message) else COUNTS[1:]
    fitting = [count for count in counts if count >= used]
    if len(numbers) < counts[0] or not fitting:
        expected = ", ".join(map(str, counts))
        raise InputError(f"got {len(numbers)} coefficients, expected {expected}")
    return tuple(np.append(numbers[:used], np.zeros(fitting[0] - used)).tolist())


def _check_lens(camera: Intrinsics) -> float:
    """Go from pixels to rays and back over the image, and return the share without a ray.

    Raises:
        InputError: pixels in the middle have no ray or do not return, or rays are far nearer to
            the axis than without the coefficients.
    """
    steps = np.linspace(0.0, 1.0, 25)
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    pixels = grid * [camera.width - 1, camera.height - 1]
    rays, plain = (one.rays(pixels) for one in (camera, replace(camera, distortion=())))
    distances, usual = np.linalg.norm(rays, axis=1), np.linalg.norm(plain, axis=1)
    back = camera.project(np.column_stack([rays, np.ones(len(rays))]))
    returned = np.linalg.norm(back - pixels, axis=1) < 1.0  # False for NaN
    near = returned & (distances < _NEARER * usual)
    if near.any():
        raise InputError(
            f"with {_listed(camera.distortion)} people would be up to "
            f"{(usual[near] / distances[near]).max():.0f} times as far away as without"
        )
    middle = (np.abs(grid - 0.5) <= 0.25).all(axis=1)
    kept = returned[usual < tan(radians(_USUAL))].mean()
    if not returned[middle].all() or kept < 0.5:
        raise InputError(
            f"with {_listed(camera.distortion)} only {100 * returned.mean():.0f} % of the pixels "
            "return from their direction to their place"
        )
    return float(1 - kept)


def _listed(numbers: tuple[float, ...]) -> str:
    return f"D = {' '.join(f'{number:g}' for number in numbers)}"
