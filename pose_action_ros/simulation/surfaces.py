"""The surfaces of a person: coloured ellipsoids and cones around the joints of the figure."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import FIGURE, Body, Colour
from pose_action_ros.simulation.channels import SIDES
from pose_action_ros.simulation.kinematics import OUTWARD, Posed
from pose_action_ros.simulation.quadrics import Quadrics, cones, ellipsoids, joined
from pose_action_ros.simulation.virtual_camera import VirtualCamera

Array = npt.NDArray[np.float64]


def person_surfaces(body: Body, posed: Posed, camera: VirtualCamera) -> tuple[Quadrics, Array]:
    """Compute surfaces and colours (N, 3) BGR of a body at the first time, in the optical frame."""
    points = camera.to_camera(posed.joints[0])
    shapes = _Shapes(
        body,
        {name: points[position] for position, name in enumerate(FIGURE.joints)},
        {name: camera.rotation @ frame[0] for name, frame in posed.frames.items()},
    )
    _trunk(shapes)
    _head(shapes)
    for side in SIDES:
        _arm(shapes, side)
        _hand(shapes, side)
        _leg(shapes, side)
    if body.look.skirt:
        _skirt(shapes)
    return shapes.surfaces()


@dataclass
class _Shapes:
    """The ellipsoids and cones of a posed body at one time, in the optical frame."""

    body: Body
    points: dict[str, Array]
    frames: dict[str, Array]
    balls: list[tuple[Array, Array, Array]] = field(default_factory=list)
    limbs: list[tuple[Array, Array, Array, Array]] = field(default_factory=list)
    ball_colours: list[Colour] = field(default_factory=list)
    limb_colours: list[Colour] = field(default_factory=list)

    def ball(
        self,
        place: Array,
        frame: Array,
        radii: tuple[float, float, float],
        colour: Colour,
        offset: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> None:
        """Add an ellipsoid; radii and offset along the frame's axes [m]."""
        self.balls.append((place + frame @ np.array(offset), frame, np.array(radii)))
        self.ball_colours.append(colour)

    def limb(
        self,
        start: Array,
        end: Array,
        radii: tuple[float, float],
        colour: Colour,
        *,
        broad: Array | None = None,
        flat: float = 1.0,
    ) -> None:
        """Add a cone with radii at start and end [m]; flat is second by first radius."""
        across = _any_across(end - start) if broad is None else broad
        section = np.array([radii[0], flat * radii[0], radii[1] / radii[0]])
        self.limbs.append((start, end, across, section))
        self.limb_colours.append(colour)

    def surfaces(self) -> tuple[Quadrics, Array]:
        """Return all surfaces and their colours (N, 3) BGR."""
        balls = ellipsoids(*(np.stack(column) for column in zip(*self.balls, strict=True)))
        limbs = cones(*(np.stack(column) for column in zip(*self.limbs, strict=True)))
        colours = np.array(self.ball_colours + self.limb_colours)
        return joined([balls, limbs]), colours


def _any_across(way: Array) -> Array:
    across = np.zeros(3)
    across[np.argmin(np.abs(way))] = 1.0
    return across


def _trunk(shapes: _Shapes) -> None:
    body, at, frames = shapes.body, shapes.points, shapes.frames
    look, tall, thick = body.look, body.height, body.build
    broad, hips = 0.093 * tall * body.shoulders, 0.088 * tall * body.hips
    half = body.trunk / 2
    depth = 0.062 * tall * thick**0.7
    chest, lumbar, pelvis = frames["chest"], frames["lumbar"], frames["pelvis"]
    shapes.ball(
        at["neck"], chest, (0.98 * depth, broad, 0.72 * half), look.shirt, (0, 0, -0.6 * half)
    )
    upper = (0.74 * depth, 0.98 * body.half_shoulders, 0.36 * half)
    shapes.ball(at["neck"], chest, upper, look.shirt, (0, 0, -0.24 * half))
    nape = at["neck"] + chest @ np.array([-0.006 * tall, 0, 0.012 * tall])
    for side in SIDES:
        slope = (0.036 * tall, 0.030 * tall * thick**0.8)
        shapes.limb(nape, at[f"{side}_shoulder"], slope, look.shirt)
    belly = (depth, 0.080 * tall * thick, 0.75 * half)
    shapes.ball(at["spine"], lumbar, belly, look.shirt, (0, 0, -0.25 * half))
    seat = (1.02 * depth, max(hips, 0.084 * tall * thick), 0.064 * tall)
    shapes.ball(at["mid_hip"], pelvis, seat, look.trousers, (0, 0, 0.004 * tall))
    # The shirt covers the trousers and fills the sides between chest and hips.
    waist = at["mid_hip"] + pelvis @ np.array([0, 0, 0.045 * tall])
    width = 0.5 * (broad + hips) * thick**0.5
    shapes.limb(
        waist,
        at["spine"],
        (width, 0.97 * width),
        look.shirt,
        broad=pelvis[:, 1],
        flat=depth / width,
    )
    top = at["neck"] + chest @ np.array([0, 0, -0.45 * half])
    shapes.limb(
        at["spine"], top, (0.96 * width, broad), look.shirt, broad=chest[:, 1], flat=depth / width
    )


def _head(shapes: _Shapes) -> None:
    body, at, frame = shapes.body, shapes.points, shapes.frames["head"]
    look, size = body.look, body.head_height
    skull = at["head_top"] - frame @ np.array([0, 0, 0.7 * size])
    thick = 0.030 * body.height * body.build**0.4
    low = at["neck"] + shapes.frames["chest"] @ np.array([-0.004 * body.height, 0, 0.0])
    shapes.limb(low, skull, (1.1 * thick, 0.95 * thick), look.skin)

    def part(
        offset: tuple[float, float, float], radii: tuple[float, float, float], c: Colour
    ) -> None:
        x, y, z = offset
        a, b, d = radii
        shapes.ball(skull, frame, (a * size, b * size, d * size), c, (x * size, y * size, z * size))

    part((0.03, 0, 0.2), (0.43, 0.34, 0.5), look.skin)
    part((0.12, 0, -0.07), (0.27, 0.26, 0.24), look.skin)
    part((-0.03, 0, 0.33), (0.44, 0.385, 0.46), look.hair)
    if look.long_hair:
        part((-0.17, 0, -0.02), (0.28, 0.40, 0.55), look.hair)
    part((0.47, 0, 0.10), (0.075, 0.055, 0.05), _times(look.skin, 0.93))
    part((0.43, 0, 0.14), (0.06, 0.035, 0.10), look.skin)
    part((0.365, 0, -0.105), (0.035, 0.10, 0.024), _lips(look.skin))
    for out in (1.0, -1.0):
        part((0.395, out * 0.145, 0.235), (0.035, 0.065, 0.034), (235, 235, 238))
        part((0.425, out * 0.145, 0.235), (0.012, 0.030, 0.032), look.eyes)
        part((0.40, out * 0.150, 0.315), (0.03, 0.085, 0.016), _times(look.hair, 0.9))
        part((0.0, out * 0.355, 0.17), (0.075, 0.035, 0.115), _times(look.skin, 0.95))


def _times(colour: Colour, factor: float) -> Colour:
    return colour[0] * factor, colour[1] * factor, colour[2] * factor


def _lips(skin: Colour) -> Colour:
    return 0.72 * skin[0], 0.62 * skin[1], 0.90 * skin[2]


def _arm(shapes: _Shapes, side: str) -> None:
    body, at, look = shapes.body, shapes.points, shapes.body.look
    unit = body.height * body.build**0.8
    shoulder, elbow, wrist = (at[f"{side}_{name}"] for name in ("shoulder", "elbow", "wrist"))
    upper, fore = shapes.frames[f"{side}_upper_arm"], shapes.frames[f"{side}_forearm"]
    cap = 0.0315 * unit
    shapes.ball(shoulder, upper, (cap, cap, 1.1 * cap), look.shirt)
    joint = look.shirt if look.sleeve > 1 else look.skin
    shapes.ball(elbow, upper, (0.0225 * unit,) * 3, joint)
    shapes.limb(shoulder, elbow, (0.027 * unit, 0.0215 * unit), look.skin)
    belly = elbow + 0.28 * (wrist - elbow)
    shapes.limb(elbow, belly, (0.0215 * unit, 0.0235 * unit), look.skin)
    shapes.limb(belly, wrist, (0.0235 * unit, 0.0145 * unit), look.skin)
    shapes.ball(wrist, fore, (0.016 * unit, 0.013 * unit, 0.014 * unit), look.skin)
    end = shoulder + min(look.sleeve, 1.0) * (elbow - shoulder)
    slim = 0.004 * min(look.sleeve, 1.0)
    shapes.limb(shoulder, end, (0.0315 * unit, (0.030 - slim) * unit), look.shirt)
    if look.sleeve > 1:
        cuff = elbow + (look.sleeve - 1) * (wrist - elbow)
        shapes.ball(elbow, upper, (0.027 * unit,) * 3, look.shirt)
        shapes.limb(
            elbow, cuff, (0.027 * unit, (0.027 - 0.006 * (look.sleeve - 1)) * unit), look.shirt
        )


_FINGERS = ((0.155, 0.40), (0.05, 0.46), (-0.055, 0.42), (-0.155, 0.33))  # across, length


def _hand(shapes: _Shapes, side: str) -> None:
    """Add palm, four fingers that curl, and thumb."""
    body, at, skin = shapes.body, shapes.points, shapes.body.look.skin
    size, out = body.hand, OUTWARD[side]
    palm, fingers = shapes.frames[f"{side}_palm"], shapes.frames[f"{side}_fingers"]
    wrist, knuckles = at[f"{side}_wrist"], at[f"{side}_hand"]
    shapes.ball(wrist, palm, (0.22 * size, 0.10 * size, 0.30 * size), skin, (0, 0, -0.27 * size))
    pointing = shapes.frames[f"{side}_pointer"]
    for number, (across, length) in enumerate(_FINGERS):
        root = knuckles + palm @ np.array([across * size, 0, 0.02 * size])
        frame = pointing if number == 0 else fingers
        tip = root + frame @ np.array([0.25 * across * size, 0, -length * size])
        shapes.limb(root, tip, (0.058 * size, 0.045 * size), skin)
    low = wrist + palm @ np.array([0.12 * size, -0.04 * out * size, -0.14 * size])
    shapes.limb(low, at[f"{side}_thumb"], (0.075 * size, 0.05 * size), skin)


def _leg(shapes: _Shapes, side: str) -> None:
    body, at, look = shapes.body, shapes.points, shapes.body.look
    unit = body.height * body.build**0.8
    hip, knee, ankle = (at[f"{side}_{name}"] for name in ("hip", "knee", "ankle"))
    thigh, foot = shapes.frames[f"{side}_thigh"], shapes.frames[f"{side}_foot"]
    bare = look.skirt
    cloth = look.skin if bare else look.trousers
    shapes.ball(hip, thigh, (0.052 * unit, 0.050 * unit, 0.055 * unit), look.trousers)
    shapes.limb(hip, knee, (0.051 * unit, 0.034 * unit), cloth)
    long = look.hem > 1 and not bare
    calf = knee + 0.3 * (ankle - knee)
    lower = look.trousers if long else look.skin
    shapes.ball(knee, thigh, (0.035 * unit,) * 3, lower)
    if not bare and not long:
        shapes.limb(knee + 0.25 * (hip - knee), knee, (0.039 * unit, 0.034 * unit), look.skin)
    wide = 1.12 if long else 1.0
    shapes.limb(knee, calf, (0.034 * unit, 0.034 * wide * unit), lower)
    shapes.limb(calf, ankle, (0.034 * wide * unit, 0.021 * wide**2 * unit), lower)
    size, high = body.foot, body.foot_height
    shapes.ball(
        ankle, foot, (0.024 * unit, 0.021 * unit, 0.028 * unit), look.shoes, (0, 0, -0.3 * high)
    )
    sole = (0.50 * size, 0.175 * size, 0.62 * high)
    shapes.ball(ankle, foot, sole, look.shoes, (0.24 * size, 0, -0.52 * high))


def _skirt(shapes: _Shapes) -> None:
    """Add cloth around both thighs and between them."""
    body, at, look = shapes.body, shapes.points, shapes.body.look
    unit = body.height * body.build**0.8
    share = min(look.hem, 1.0)
    ends = []
    for side in SIDES:
        hip, knee = at[f"{side}_hip"], at[f"{side}_knee"]
        ends.append(hip + share * (knee - hip))
        shapes.limb(hip, ends[-1], (0.050 * unit, 0.058 * unit), look.trousers)
    broad = shapes.frames["pelvis"][:, 1]
    apart = float(np.linalg.norm(ends[0] - ends[1])) / 2
    width = 0.080 * body.height * max(body.hips, body.build)
    low = (ends[0] + ends[1]) / 2
    shapes.limb(
        at["mid_hip"], low, (width, apart + 0.03 * unit), look.trousers, broad=broad, flat=0.65
    )
