"""The builder of key poses: trunk first, then feet and hands, then contact with the floor."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import FIGURE, Body
from pose_action_ros.simulation.channels import SIDES, Array, Rng
from pose_action_ros.simulation.contact import part_heights
from pose_action_ros.simulation.key_poses import (
    FLIP,
    GRIP,
    TRUNK,
    KeyPose,
    channels_of,
    trunk_channels,
)
from pose_action_ros.simulation.kinematics import (
    OUTWARD,
    Posed,
    about_x,
    about_y,
    about_z,
    pose_body,
    swing,
)

_SETTLING, _STEP = 5, 0.03  # repetitions, and greatest way of a hand or foot in one [m]
_BELOW = 0.002  # [m] below the floor that stays
_SAMPLES = 3000
_TRIES = 12
_HOVERING = 0.012
"""Greatest distance [m] of resting parts and the floor in a key pose."""
_BENT_LEG = ((40, 0, -50, 60), (128, 74, 84, 150))  # least and greatest flexion, abduction,
# rotation outwards of the hip, and flexion of the knee [degrees]

Flags = npt.NDArray[np.bool_]


class Poser:
    """Builds one key pose of a body, pelvis and trunk first."""

    def __init__(self, body: Body, root: npt.ArrayLike, pelvis: Array, **trunk: float) -> None:
        """Take the place [m] and the axes of the pelvis, and channels of the trunk [degrees]."""
        self.body = body
        self.key = KeyPose(np.asarray(root, dtype=np.float64), pelvis)
        self.key.trunk = np.array([trunk.get(name, 0.0) for name in TRUNK])
        self.posed = pose_body(body, trunk_channels(self.key).limited())

    def _pose(self) -> Posed:
        return pose_body(self.body, channels_of(self.body, [self.key], np.zeros(1)).limited())

    def _heights(self, posed: Posed) -> dict[str, Array]:
        """Lowest height [m] of each part above the floor of the key pose."""
        up = self.key.root[2] - posed.joint("mid_hip")[0, 2]
        points = {name: posed.joint(name) + np.array([0, 0, up]) for name in FIGURE.joints}
        return part_heights(self.body, points, posed.frames)

    def place(self, joint: str) -> Array:
        """(3,) place of a joint of the trunk, a hip or a shoulder [m]."""
        away: Array = self.posed.joint(joint)[0] - self.posed.joint("mid_hip")[0]
        return self.key.root + away

    def now(self, *joints: str) -> list[Array]:
        """(3,) place of each of the joints [m] with the limbs as set so far."""
        posed = self._pose()
        middle = posed.joint("mid_hip")[0]
        return [self.key.root + posed.joint(joint)[0] - middle for joint in joints]

    def rest(self, *parts: str, height: float = 0.0) -> None:
        """Move the pelvis up or down until the lowest of the parts (see contact) is at a height."""
        heights = self._heights(self.posed)
        low = min(float(heights[name][0]) for name in parts)
        self.key.root = self.key.root + np.array([0, 0, height - low])

    def settle(self) -> KeyPose:
        """Return the pose with feet, knees, hands and elbows moved up to the floor.

        Places are meant roughly: heels, toes and elbows below the floor would lift the trunk.
        """
        for _ in range(_SETTLING):
            heights = self._heights(self._pose())
            if min(float(height[0]) for height in heights.values()) > -_BELOW:
                break
            for row, side in enumerate(SIDES):
                for parts, places in (
                    (("ankle", "heel", "big_toe", "small_toe"), self.key.feet),
                    (("wrist", "hand"), self.key.hands),
                ):
                    low = min(float(heights[f"{side}_{part}"][0]) for part in parts)
                    places[row, 2] -= np.clip(low, -_STEP, 0.0)
                for part, poles in (("knee", self.key.knees), ("elbow", self.key.elbows)):
                    if heights[f"{side}_{part}"][0] < 0:
                        poles[row] += np.linalg.norm(poles[row]) * np.array([0, 0, 0.3])
        return self.key

    def hang(self) -> KeyPose:
        """Return the settled pose, held where it is, also if no part reaches the floor."""
        self.settle()
        heights = self._heights(self._pose())
        self.key.lift = np.array([max(min(float(height[0]) for height in heights.values()), 0.0)])
        return self.key

    def foot(
        self,
        side: str,
        ankle: npt.ArrayLike,
        knee: npt.ArrayLike,
        angle: float | None = None,
    ) -> None:
        """Put an ankle at a place [m]; the foot is level, or has an angle [degrees]."""
        row = SIDES.index(side)
        self.key.feet[row], self.key.knees[row] = ankle, knee
        self.key.flat[row], self.key.ankles[row] = float(angle is None), angle or 0.0

    def bend_leg(
        self, side: str, flex: float, knee: float, aside: float = 0.0, angle: float = -20.0
    ) -> None:
        """Set a leg by its angles [degrees]: flexion of hip and knee, thigh to the outside."""
        out = OUTWARD[side]
        thigh = self.key.pelvis @ about_y(-flex) @ about_x(out * aside)
        down = np.array([0.0, 0.0, -1.0])
        middle = self.place(f"{side}_hip") + self.body.thigh * (thigh @ down)
        ankle = middle + self.body.shin * (thigh @ about_y(knee) @ down)
        self.foot(side, ankle, thigh @ np.array([1.0, 0, 0]), angle)

    def search_leg(
        self, side: str, rng: Rng, accept: Callable[[Array, Array], Flags], angle: float
    ) -> None:
        """Draw a bent leg within the ranges of motion with accepted places of knee and ankle.

        Args:
            side: of the leg.
            rng: source of randomness.
            accept: function from places (N, 3) [m] of knees and ankles, relative to the floor
                below the pelvis, with y outwards, to flags (N,).
            angle: of the ankle [degrees].
        """
        out, pelvis = OUTWARD[side], self.key.pelvis
        flex, aside, twist, knee = rng.uniform(*_BENT_LEG, (_SAMPLES, 4)).T
        thigh = pelvis @ swing(out * aside, -flex) @ about_z(out * twist)
        down = np.array([0.0, 0.0, -1.0])
        knees = self.place(f"{side}_hip") + self.body.thigh * (thigh @ down)
        ankles = knees + self.body.shin * (thigh @ about_y(knee) @ down)
        below = np.array([*self.key.root[:2], 0.0])
        flags = accept((knees - below) * FLIP[side], (ankles - below) * FLIP[side])
        chosen = np.flatnonzero(flags)
        nearest = int(np.argmin(np.abs(ankles[:, 2] - 0.06)))
        row = int(rng.choice(chosen)) if len(chosen) else nearest
        self.foot(side, ankles[row], thigh[row, :, 0], angle)

    def hand(self, side: str, wrist: npt.ArrayLike, elbow: npt.ArrayLike, **grip: float) -> None:
        """Put a wrist at a place [m]; `grip` are channels GRIP."""
        row = SIDES.index(side)
        self.key.hands[row], self.key.elbows[row] = wrist, elbow
        self.key.palms[row] = 0.0
        for name, value in grip.items():
            self.key.grip[row, GRIP.index(name)] = value

    def palm(
        self,
        side: str,
        wrist: npt.ArrayLike,
        elbow: npt.ArrayLike,
        fingers: npt.ArrayLike = (1.0, 0.0, 0.0),
    ) -> None:
        """Rest a hand on its palm, the wrist at a place [m]."""
        row = SIDES.index(side)
        self.hand(side, wrist, elbow, curl=0.05)
        self.key.fingers[row], self.key.palms[row] = fingers, 1.0

    def hand_at(self, side: str, wrist: npt.ArrayLike, elbow: npt.ArrayLike, **grip: float) -> None:
        """Put a wrist relative to the shoulder [arm lengths], in the chest's axes, y outwards."""
        chest = self.posed.frames["chest"][0]
        way = chest @ (np.asarray(wrist, dtype=np.float64) * self.body.arm * FLIP[side])
        pole = chest @ (np.asarray(elbow, dtype=np.float64) * FLIP[side])
        self.hand(side, self.place(f"{side}_shoulder") + way, pole, **grip)


def hovering(body: Body, key: KeyPose, parts: Sequence[str]) -> float:
    """Height [m] of the lowest of the parts (see contact) above the lowest point of the body."""
    posed = pose_body(body, channels_of(body, [key], np.zeros(1)).limited())
    points = {name: posed.joint(name) for name in FIGURE.joints}
    heights = part_heights(body, points, posed.frames)
    low = min(float(height[0]) for height in heights.values())
    return min(float(heights[part][0]) for part in parts) - low


def drawn_resting(body: Body, draw: Callable[[], KeyPose], parts: Sequence[str]) -> KeyPose:
    """Draw key poses until one of the parts (see contact) rests on the floor or the bed.

    After some attempts the nearest is taken.
    """
    keys = []
    for _ in range(_TRIES):
        keys.append(draw())
        if hovering(body, keys[-1], parts) < _HOVERING:
            return keys[-1]
    return min(keys, key=lambda key: hovering(body, key, parts))
