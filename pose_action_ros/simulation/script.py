"""Scripts: a person doing one action after another, with smooth transitions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import Array, Channels, Rng
from pose_action_ros.simulation.furniture import Box
from pose_action_ros.simulation.key_poses import pelvis_angles, turned
from pose_action_ros.simulation.kinematics import Posed, pelvis_axes, pose_body
from pose_action_ros.simulation.motions import (
    ACTIONS,
    FURNISHED,
    MOTIONS,
    OTHERS,
    TRAVELLING,
    TURNING,
)
from pose_action_ros.simulation.motions.reserved import RESERVED
from pose_action_ros.simulation.motions.states import LOW, LYING, between, states_of
from pose_action_ros.simulation.performance import Performance
from pose_action_ros.simulation.standing import Motion
from pose_action_ros.simulation.timing import ease

_SEATED = 0.7
"""Least vertical part of the trunk's axis of a person who sits after a fall."""


def perform(label: str, rng: Rng, body: Body | None = None, room: float = np.inf) -> Performance:
    """Draw a performance of the action in a random style.

    Args:
        label: one of ACTIONS, OTHERS or RESERVED.
        rng: random numbers.
        body: the person's measures; random if None.
        room: distance [m] from the start within which walking and running stay.

    Raises:
        InputError: unknown label; the message lists the labels.
    """
    body = body or Body.random(rng)
    if label in TRAVELLING:
        return Performance(label, body, TRAVELLING[label](body, rng, room))
    makers: dict[str, Callable[[Body, Rng], Motion | Performance]] = {
        **MOTIONS,
        **FURNISHED,
        **OTHERS,
        **RESERVED,
    }
    if label not in makers:
        choices = ", ".join((*ACTIONS, *OTHERS, *RESERVED))
        raise InputError(f"unknown action {label!r}, expected one of {choices}")
    made = makers[label](body, rng)
    return made if isinstance(made, Performance) else Performance(label, body, made)


def linked(parts: Sequence[Performance], rng: Rng) -> list[Performance]:
    """Add movements between standing, sitting and lying where performances lack them.

    After the first part people lie on the floor rather than on a bed.
    """
    result: list[Performance] = []
    state = ""
    for part in parts:
        begins, ends = states_of(part.label, bool(part.furniture))
        added = between(state or begins, begins)
        result += [perform(name, rng, part.body) for name in added]
        result.append(_on_floor(part) if result and begins == LYING else part)
        state = ends
    return result


def _on_floor(part: Performance) -> Performance:
    """The performance without its bed."""
    if not part.furniture:
        return part

    def motion(times: Array) -> Channels:
        pose = part.motion(times)
        pose["lift"] = 0.0
        return pose

    return replace(part, motion=motion, furniture=())


class Script:
    """A person doing one action after another from time 0 on; the last has no end.

    Attributes:
        body: the person's measures.
        parts: the performances.
        starts: (P,) beginning of each performance [s].
    """

    def __init__(
        self,
        parts: Sequence[Performance],
        starts: npt.ArrayLike,
        position: tuple[float, float] = (0.0, 0.0),
        heading: float = 0.0,
    ) -> None:
        """Chain the performances; position [m] and heading [rad, about z, 0 faces x] are at time 0.

        Raises:
            InputError: no part, or starts that do not increase from 0.
        """
        self.starts = np.asarray(starts, dtype=np.float64)
        if not parts or self.starts.shape != (len(parts),):
            raise InputError(
                f"got {len(parts)} performances and starts of shape {self.starts.shape}, "
                "expected one start for each of at least one"
            )
        if self.starts[0] != 0 or not (np.diff(self.starts) >= 0.5).all():
            raise InputError(
                f"got starts {self.starts}, expected 0 first and then at least 0.5 s for each part"
            )
        self.parts = tuple(parts)
        self.body = parts[0].body
        self._origins = self._chain(position, heading)

    @classmethod
    def random(  # noqa: PLR0917 - the optional ones are passed by name
        cls,
        rng: Rng,
        actions: Sequence[str],
        seconds_each: float = 4.0,
        position: tuple[float, float] = (0.0, 0.0),
        heading: float = 0.0,
        body: Body | None = None,
        room: float = np.inf,
    ) -> Script:
        """Draw a script of the actions in this order, each for about `seconds_each` [s].

        Movements between standing, sitting and lying are added where they lack.
        Walking and running stay within `room` [m] of their start.
        """
        body = body or Body.random(rng)
        parts = linked([perform(action, rng, body, room) for action in actions], rng)
        lengths = seconds_each * rng.uniform(0.85, 1.15, len(parts))
        starts = np.concatenate([[0.0], np.cumsum(lengths)[:-1]])
        return cls(parts, starts, position, heading)

    def _chain(self, position: tuple[float, float], heading: float) -> Array:
        """(P, 3) x, y [m] and heading [degrees] at the beginning of each part.

        A part begins where the one before ends, turned back to the heading before; after a turn it
        keeps the new one, and after a fall the head has the direction of a lying person's.
        """
        origins = [np.array([*position, float(np.degrees(heading))])]
        for number, part in enumerate(self.parts[:-1]):
            origin = origins[-1]
            if part.label in TRAVELLING or part.label in TURNING or part.label == "falling":
                length = self.starts[number + 1] - self.starts[number]
                last = _placed(part.channels([length]), origin)
                place = last["forward"][0], last["sideways"][0]
                facing = origin[2] + 360 * np.round((last["yaw"][0] - origin[2]) / 360)
                if part.label in TURNING:
                    facing = last["yaw"][0]
                if part.label == "falling":
                    facing = _lying_heading(last)
                origin = np.array([*place, facing])
            origins.append(origin)
        return np.array(origins)

    @property
    def furniture(self) -> tuple[Box, ...]:
        """The boxes of all parts, in the world."""
        return tuple(box for number in range(len(self.parts)) for box in self._boxes(number))

    def furniture_at(self, time: float) -> tuple[Box, ...]:
        """The boxes of the part that is played at a time [s], in the world."""
        return self._boxes(self._part(time))

    def _boxes(self, number: int) -> tuple[Box, ...]:
        origin = self._origins[number].tolist()
        return tuple(box.moved(*origin) for box in self.parts[number].furniture)

    def label_at(self, time: float) -> str:
        """Label of the action at a time [s]; it changes in the middle of a transition."""
        return self.parts[self._part(time)].label

    def labels(self, times: npt.ArrayLike) -> list[str]:
        """Label that holds at each of times (T,) [s], by the phase of the part that is played."""
        moments = np.atleast_1d(np.asarray(times, dtype=np.float64))
        numbers = np.array([self._part(time) for time in moments], dtype=np.intp)
        labels = [""] * len(moments)
        for number in np.unique(numbers):
            rows = np.flatnonzero(numbers == number)
            found = self.parts[number].labels(moments[rows] - self.starts[number])
            for row, label in zip(rows, found, strict=True):
                labels[row] = label
        return labels

    def _part(self, time: float) -> int:
        return max(int(np.searchsorted(self.starts, time, side="right")) - 1, 0)

    def channels(self, times: npt.ArrayLike) -> Channels:
        """Joint angles and position in the world at times (T,) [s]."""
        moments = np.atleast_1d(np.asarray(times, dtype=np.float64))
        blended = Channels.zeros(len(moments))
        for number in range(len(self.parts)):
            weight, active = self._weight(number, moments)
            if active.any():
                blended.values[active] += (
                    weight[active, None] * self._channels_of(number, moments[active]).values
                )
        for number in range(1, len(self.parts)):
            if self._is_low(number):
                self._turn(blended, number, moments)
        return blended

    def _is_low(self, number: int) -> bool:
        """Whether a part or the one before leaves the feet, so that the pelvis can be level."""
        return any(
            part.label in LOW or part.furniture for part in self.parts[number - 1 : number + 1]
        )

    def _turn(self, blended: Channels, number: int, moments: Array) -> None:
        """Turn the pelvis about one axis in the transition into a part."""
        share = self._started(number, moments)
        active = (share > 0) & (share < 1)
        if not active.any():
            return
        before, after = (
            pelvis_axes(self._channels_of(row, moments[active])) for row in (number - 1, number)
        )
        angles = pelvis_angles(turned(before, after, share[active]))
        for name, values in zip(("yaw", "pitch", "roll"), angles, strict=True):
            blended[name][active] = values

    def _channels_of(self, number: int, moments: Array) -> Channels:
        local = moments - self.starts[number]
        return _placed(self.parts[number].channels(local), self._origins[number])

    def _weight(self, number: int, moments: Array) -> tuple[Array, npt.NDArray[np.bool_]]:
        """Weight (T,) of one part in the pose, and where it is positive; all weights add to 1."""
        weight = self._started(number, moments)
        if number + 1 < len(self.parts):
            weight = weight - self._started(number + 1, moments)
        return weight, weight > 0

    def _started(self, number: int, moments: Array) -> Array:
        """(T,) 0 before the transition into a part, 1 after it."""
        if number == 0:
            return np.ones_like(moments)
        slow = self.parts[number - 1].label in TRAVELLING or self._is_low(number)
        length = 1.3 if slow else 0.7
        share: Array = ease((moments - self.starts[number]) / length + 0.5)
        return share

    def posed(self, times: npt.ArrayLike) -> Posed:
        """Joints and segment frames in the world at times (T,) [s]."""
        return pose_body(self.body, self.channels(times))

    def joints(self, times: npt.ArrayLike) -> Array:
        """(T, J, 3) joints of FIGURE [m] in the world at times (T,) [s]."""
        return self.posed(times).joints


def _lying_heading(last: Channels) -> float:
    """Heading [degrees] of a lying person, the head towards -x, or of a seated one."""
    head = pelvis_axes(last)[0, :, 2]
    if head[2] > _SEATED:
        return float(last["yaw"][0])
    return float(np.degrees(np.arctan2(-head[1], -head[0])))


def _placed(channels: Channels, origin: Array) -> Channels:
    """Channels of a performance moved to an origin x, y [m], heading [degrees]; in place."""
    angle = np.radians(origin[2])
    x, y = channels["forward"].copy(), channels["sideways"].copy()
    channels["forward"] = origin[0] + x * np.cos(angle) - y * np.sin(angle)
    channels["sideways"] = origin[1] + x * np.sin(angle) + y * np.cos(angle)
    channels["yaw"] = channels["yaw"] + origin[2]
    return channels
