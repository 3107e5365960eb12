"""The surfaces of a person: coloured ellipsoids and cones around the joints of the figure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import FIGURE, Body
from pose_action_ros.simulation.channels import SIDES
from pose_action_ros.simulation.contact import radius, seat_radii
from pose_action_ros.simulation.head_surfaces import add_head
from pose_action_ros.simulation.kinematics import OUTWARD, Posed
from pose_action_ros.simulation.look import Colour
from pose_action_ros.simulation.quadrics import Quadrics
from pose_action_ros.simulation.shapes import Shapes, darker
from pose_action_ros.simulation.virtual_camera import VirtualCamera

Array = npt.NDArray[np.float64]


def person_surfaces(body: Body, posed: Posed, camera: VirtualCamera) -> tuple[Quadrics, Array]:
    """Compute surfaces and colours (N, 3) BGR of a body at the first time, in the optical frame."""
    points = camera.to_camera(posed.joints[0])
    shapes = Shapes(
        body,
        {name: points[position] for position, name in enumerate(FIGURE.joints)},
        {name: camera.rotation @ frame[0] for name, frame in posed.frames.items()},
    )
    _trunk(shapes)
    add_head(shapes)
    for side in SIDES:
        _arm(shapes, side)
        _hand(shapes, side)
        _leg(shapes, side)
    if body.look.skirt:
        _around_legs(shapes, min(body.look.hem, 1.9), 0.0, body.look.trousers)
    if body.look.coat:
        _around_legs(shapes, body.look.coat, body.look.loose, body.look.shirt)
    return shapes.surfaces()


def _trunk(shapes: Shapes) -> None:
    body, at, frames = shapes.body, shapes.points, shapes.frames
    look, half = body.look, body.trunk / 2
    broad, depth = body.chest_breadth / 2 + look.loose, 0.92 * body.chest_depth / 2 + look.loose
    waist, belly = body.waist_breadth / 2 + look.loose, body.waist_depth / 2 + look.loose
    chest, lumbar, pelvis = frames["chest"], frames["lumbar"], frames["pelvis"]
    shapes.ball(
        at["neck"], chest, (0.98 * depth, broad, 0.72 * half), look.shirt, (0, 0, -0.6 * half)
    )
    upper = (0.76 * depth, 0.98 * body.half_shoulders, 0.36 * half)
    shapes.ball(at["neck"], chest, upper, look.shirt, (0, 0, -0.24 * half))
    _shoulder_line(shapes)
    shapes.ball(at["spine"], lumbar, (belly, waist, 0.75 * half), look.shirt, (0, 0, -0.25 * half))
    over = look.loose if look.coat else 0.3 * look.loose
    deep, wide, high = seat_radii(body)
    seat = deep + over, wide + over, high + over
    cloth = look.shirt if look.coat else look.trousers
    shapes.ball(at["mid_hip"], pelvis, seat, cloth, (-0.015 * body.hip_breadth, 0, 0))
    # The shirt covers the trousers and fills the sides between chest and hips.
    low = at["mid_hip"] + pelvis @ np.array([0, 0, 0.12 * body.trunk])
    wide = 0.5 * (waist + body.hip_breadth / 2) + 0.3 * look.loose
    shapes.limb(
        low, at["spine"], (wide, waist), look.shirt, broad=pelvis[:, 1], flat=0.97 * belly / waist
    )
    top = at["neck"] + chest @ np.array([0, 0, -0.45 * half])
    shapes.limb(at["spine"], top, (waist, broad), look.shirt, broad=chest[:, 1], flat=belly / waist)
    if look.open_front:
        front = (0.62 * depth, 0.34 * broad, 0.9 * half)
        shapes.ball(at["neck"], chest, front, look.inner, (0.42 * depth, 0, -0.95 * half))


def _shoulder_line(shapes: Shapes) -> None:
    """Add the slope from the neck to the shoulders."""
    body, at, look = shapes.body, shapes.points, shapes.body.look
    free = body.neck_and_head - body.head_height
    nape = at["neck"] + shapes.frames["chest"] @ np.array([-0.006 * body.height, 0, 0.5 * free])
    round_ = 1.05 * radius(body.upper_arm_girth) + 0.5 * look.loose
    for side in SIDES:
        shapes.limb(nape, at[f"{side}_shoulder"], (0.85 * round_, round_), look.shirt)


def _arm(shapes: Shapes, side: str) -> None:
    body, at, look = shapes.body, shapes.points, shapes.body.look
    # The survey measured flexed muscles.
    thick, muscle = 0.93 * radius(body.upper_arm_girth), 0.95 * radius(body.forearm_girth)
    cloth = 0.003 + 0.6 * look.loose
    shoulder, elbow, wrist = (at[f"{side}_{name}"] for name in ("shoulder", "elbow", "wrist"))
    upper, fore = shapes.frames[f"{side}_upper_arm"], shapes.frames[f"{side}_forearm"]
    cap = 1.1 * thick + 0.5 * look.loose
    shapes.ball(shoulder, upper, (cap, cap, 1.15 * cap), look.shirt)
    joint = look.shirt if look.sleeve > 1 else look.skin
    narrow = 0.88 * muscle
    shapes.ball(elbow, upper, (narrow + cloth * (look.sleeve > 1),) * 3, joint)
    shapes.limb(shoulder, elbow, (thick, 0.92 * narrow), look.skin)
    belly = elbow + 0.28 * (wrist - elbow)
    shapes.limb(elbow, belly, (0.92 * narrow, muscle), look.skin)
    shapes.limb(belly, wrist, (muscle, 0.60 * muscle), look.skin)
    shapes.ball(wrist, fore, (0.66 * muscle, 0.54 * muscle, 0.58 * muscle), look.skin)
    share = min(look.sleeve, 1.0)
    shapes.limb(
        shoulder,
        shoulder + share * (elbow - shoulder),
        (thick + cloth, thick + cloth - share * (thick - narrow)),
        look.shirt,
    )
    if look.sleeve > 1:
        cuff = elbow + (look.sleeve - 1) * (wrist - elbow)
        end = (1.15 - 0.3 * (look.sleeve - 1)) * muscle + cloth
        shapes.limb(elbow, cuff, (1.08 * narrow + cloth, end), look.shirt)


_FINGERS = ((0.155, 0.40), (0.05, 0.46), (-0.055, 0.42), (-0.155, 0.33))  # across, length


def _hand(shapes: Shapes, side: str) -> None:
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


def _leg(shapes: Shapes, side: str) -> None:
    body, at, look = shapes.body, shapes.points, shapes.body.look
    top, calf = 0.97 * radius(body.thigh_girth), radius(body.calf_girth)
    hip, knee, ankle = (at[f"{side}_{name}"] for name in ("hip", "knee", "ankle"))
    thigh = shapes.frames[f"{side}_thigh"]
    bare = look.skirt
    cloth = look.skin if bare else look.trousers
    shapes.ball(hip, thigh, (0.98 * top, 0.95 * top, 1.02 * top), look.trousers)
    long = look.hem > 1 and not bare
    wide = look.wide if long else 1.0
    round_ = (1.0 + 0.5 * (wide - 1)) * calf
    shapes.limb(hip, knee, (top, 1.02 * round_), cloth)
    if not bare and not long:
        end = hip + look.hem * (knee - hip)
        shapes.limb(end, knee, (1.01 * (top + look.hem * (calf - top)), 1.04 * calf), look.skin)
    lower = look.trousers if long else look.skin
    shapes.ball(knee, thigh, (1.04 * round_,) * 3, lower)
    bulge = knee + 0.3 * (ankle - knee)
    shapes.limb(knee, bulge, (round_, round_), lower)
    hem = 0.62 * calf * (1.12 * wide**2 if long else 1.0)
    shapes.limb(bulge, ankle, (round_, hem), lower)
    _shoe(shapes, side, 0.62 * calf)


def _shoe(shapes: Shapes, side: str, narrow: float) -> None:
    """Add a shoe with its sole."""
    body, look = shapes.body, shapes.body.look
    ankle, foot = shapes.points[f"{side}_ankle"], shapes.frames[f"{side}_foot"]
    size, high = body.foot, body.foot_height
    shapes.ball(ankle, foot, (1.1 * narrow, narrow, 1.25 * narrow), look.shoes, (0, 0, -0.3 * high))
    upper = (0.50 * size, 0.175 * size, 0.60 * high)
    shapes.ball(ankle, foot, upper, look.shoes, (0.24 * size, 0, -0.50 * high))
    sole = (0.53 * size, 0.19 * size, 0.17 * high)
    shapes.ball(ankle, foot, sole, look.soles, (0.24 * size, 0, -0.86 * high))


def _around_legs(shapes: Shapes, length: float, loose: float, cloth: Colour) -> None:
    """Add a skirt, or the skirts of a coat, around both legs down to `length` along them."""
    body, at = shapes.body, shapes.points
    thigh, calf = 0.97 * radius(body.thigh_girth) + loose, radius(body.calf_girth) + loose
    hips = body.hip_breadth / 2 + loose
    places = [(at["left_hip"], at["right_hip"]), (at["left_knee"], at["right_knee"])]
    places.append((at["left_ankle"], at["right_ankle"]))
    broad = shapes.frames["pelvis"][:, 1]
    start, sizes = places[0], (thigh, 1.2 * calf, 1.4 * calf)
    for number, pair in enumerate(places[: 1 + (length > 1)]):
        for place, side in zip(pair, SIDES, strict=True):
            shapes.ball(place, shapes.frames[f"{side}_thigh"], (sizes[number],) * 3, cloth)
    for part in range(1 + (length > 1)):
        share = min(length - part, 1.0)
        end = tuple(
            a + share * (b - a) for a, b in zip(places[part], places[part + 1], strict=True)
        )
        radii = sizes[part], sizes[part] + share * (sizes[part + 1] - sizes[part])
        for first, last in zip(start, end, strict=True):
            shapes.limb(first, last, radii, cloth)
        apart = float(np.linalg.norm(end[0] - end[1])) / 2 + 0.6 * radii[1]
        top, low = (start[0] + start[1]) / 2, (end[0] + end[1]) / 2
        shapes.limb(top, low, (hips, apart), darker(cloth, 0.97), broad=broad, flat=0.62)
        start, hips = (end[0], end[1]), apart
