"""Pictures in every encoding of sensor_msgs/Image, made by hand."""

from array import array

import numpy as np
import numpy.typing as npt
from sensor_msgs.msg import Image

from pose_action_ros.messages.images import ENCODINGS

Pixels = npt.NDArray[np.uint8]
WIDTH, HEIGHT = 32, 24


def message(encoding: str, data: bytes, *, padding: int = 0, big: bool = False) -> Image:
    """An Image of WIDTH x HEIGHT with padding at the end of the rows."""
    rows = HEIGHT * ENCODINGS[encoding].planes // 2
    lines = np.frombuffer(data, np.uint8).reshape(rows, -1)
    padded = np.pad(lines, ((0, 0), (0, padding)), constant_values=77)
    return Image(
        width=WIDTH,
        height=HEIGHT,
        encoding=encoding,
        step=padded.shape[1],
        is_bigendian=int(big),
        data=array("B", padded.tobytes()),
    )


def photo() -> Pixels:
    """A picture with soft colours, so that shared colour and mosaics lose little."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    channels = [60 + 4 * columns, 200 - 5 * rows, 90 + 2 * rows + columns]
    return np.stack(channels, axis=-1).astype(np.uint8)


def mosaic(image: Pixels, letters: str) -> bytes:
    """Image of a sensor with this colour filter; letters of its first two rows of two."""
    channel = {"b": 0, "g": 1, "r": 2}
    grey = np.empty((HEIGHT, WIDTH), image.dtype)
    for position, letter in enumerate(letters):
        row, column = divmod(position, 2)
        grey[row::2, column::2] = image[row::2, column::2, channel[letter]]
    return grey.tobytes()


def packed(image: Pixels) -> tuple[Pixels, Pixels, Pixels]:
    """Grey (H, W), u and v (H, W) of BT.601, limited range, written out."""
    blue, green, red = (image[..., channel].astype(float) for channel in range(3))
    y = 16 + 0.257 * red + 0.504 * green + 0.098 * blue
    u = 128 - 0.148 * red - 0.291 * green + 0.439 * blue
    v = 128 + 0.439 * red - 0.368 * green - 0.071 * blue
    as_bytes = (np.rint(plane).astype(np.uint8) for plane in (y, u, v))
    first, second, third = as_bytes
    return first, second, third


def encoded(image: Pixels, encoding: str) -> bytes:
    """A picture in an encoding, made by hand; numbers of 16 bit are 257 times as large."""
    deep = (
        encoding.removesuffix("16")
        if encoding.endswith("16")
        else {"16UC3": "8UC3", "16UC4": "8UC4"}.get(encoding, "")
    )
    if deep:
        eight = encoded(image, deep if deep in ENCODINGS else f"{deep}8")
        return (np.frombuffer(eight, np.uint8).astype("<u2") * 257).tobytes()
    if encoding.startswith("bayer_"):
        return mosaic(image, encoding.removeprefix("bayer_").removesuffix("8"))
    alpha, (y, u, v) = np.full((HEIGHT, WIDTH, 1), 9, np.uint8), packed(image)
    uyvy = np.stack([u[:, ::2], y[:, ::2], v[:, ::2], y[:, 1::2]], axis=-1)
    yuyv = np.stack([y[:, ::2], u[:, ::2], y[:, 1::2], v[:, ::2]], axis=-1)
    uv, quarter = np.stack([u, v], axis=-1), np.stack([u, v], axis=-1)[::2, ::2]
    return {
        "bgr8": image.tobytes(),
        "8UC3": image.tobytes(),
        "rgb8": image[..., ::-1].tobytes(),
        "bgra8": np.concatenate([image, alpha], axis=-1).tobytes(),
        "8UC4": np.concatenate([image, alpha], axis=-1).tobytes(),
        "rgba8": np.concatenate([image[..., ::-1], alpha], axis=-1).tobytes(),
        "yuv422": uyvy.tobytes(),
        "uyvy": uyvy.tobytes(),
        "yuv422_yuy2": yuyv.tobytes(),
        "yuyv": yuyv.tobytes(),
        "nv12": y.tobytes() + quarter.tobytes(),
        "nv21": y.tobytes() + quarter[..., ::-1].tobytes(),
        "nv24": y.tobytes() + uv.tobytes(),
    }[encoding]
