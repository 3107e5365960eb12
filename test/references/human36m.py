"""Human3.6M's projection, one point at a time, from the numbers as a camera file lists them."""

from collections.abc import Sequence


def pixel(
    point: Sequence[float],
    focal: Sequence[float],
    centre: Sequence[float],
    radial: Sequence[float],
    tangential: Sequence[float],
) -> tuple[float, float]:
    x, y = point[0] / point[2], point[1] / point[2]
    r2 = x * x + y * y
    factor = 1.0
    for power, coefficient in enumerate(radial, start=1):
        factor += coefficient * r2**power
    factor += tangential[0] * y + tangential[1] * x
    return (
        focal[0] * (x * factor + tangential[1] * r2) + centre[0],
        focal[1] * (y * factor + tangential[0] * r2) + centre[1],
    )
