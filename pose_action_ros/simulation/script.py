"""Scripts: a person who does one action after another, with smooth transitions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import Channels
from pose_action_ros.simulation.kinematics import Posed, pose_body
from pose_action_ros.simulation.motions import TRAVELLING
from pose_action_ros.simulation.performance import Performance, perform
from pose_action_ros.simulation.timing import ease

Array = npt.NDArray[np.float64]


class Script:
    """Performances in a row, from time 0; the last goes on for ever.

    Attributes:
        body: who it is.
        parts: the performances.
        starts: (P,) when each begins [s].
    """

    def __init__(
        self,
        parts: Sequence[Performance],
        starts: npt.ArrayLike,
        position: tuple[float, float] = (0.0, 0.0),
        heading: float = 0.0,
    ) -> None:
        """Position [m] and heading [rad, about z, 0 faces x] are those at time 0.

        Raises:
            InputError: no part, or starts that do not grow from 0.
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
    def random(  # noqa: PLR0917 - what may be left out has names that speak
        cls,
        rng: np.random.Generator,
        actions: Sequence[str],
        seconds_each: float = 4.0,
        position: tuple[float, float] = (0.0, 0.0),
        heading: float = 0.0,
        body: Body | None = None,
        room: float = np.inf,
    ) -> Script:
        """The actions in the given order, each for about `seconds_each` in a random style.

        Room is how far [m] from where they start walking and running may lead.
        """
        body = body or Body.random(rng)
        parts = [perform(action, rng, body, room) for action in actions]
        lengths = seconds_each * rng.uniform(0.85, 1.15, len(parts))
        starts = np.concatenate([[0.0], np.cumsum(lengths)[:-1]])
        return cls(parts, starts, position, heading)

    def _chain(self, position: tuple[float, float], heading: float) -> Array:
        """(P, 3) x, y, heading [degrees] at which each part begins.

        It is where the one before left the person, turned back to the first heading.
        """
        first = float(np.degrees(heading))
        origins = [np.array([*position, first])]
        for number, part in enumerate(self.parts[:-1]):
            origin = origins[-1]
            if part.label in TRAVELLING:
                length = self.starts[number + 1] - self.starts[number]
                last = _placed(part.channels([length]), origin)
                turns = np.round((last["yaw"][0] - first) / 360)
                origin = np.array([last["forward"][0], last["sideways"][0], first + 360 * turns])
            origins.append(origin)
        return np.array(origins)

    def label_at(self, time: float) -> str:
        """What the person does at that time [s]; the middle of a transition divides."""
        return self.parts[self._part(time)].label

    def _part(self, time: float) -> int:
        return max(int(np.searchsorted(self.starts, time, side="right")) - 1, 0)

    def channels(self, times: npt.ArrayLike) -> Channels:
        """Joint angles and world position at times (T,) [s]."""
        moments = np.atleast_1d(np.asarray(times, dtype=np.float64))
        blended = Channels.zeros(len(moments))
        for number in range(len(self.parts)):
            weight, active = self._weight(number, moments)
            if active.any():
                blended.values[active] += (
                    weight[active, None] * self._one(number, moments[active]).values
                )
        return blended

    def _one(self, number: int, moments: Array) -> Channels:
        local = moments - self.starts[number]
        return _placed(self.parts[number].channels(local), self._origins[number])

    def _weight(self, number: int, moments: Array) -> tuple[Array, npt.NDArray[np.bool_]]:
        """Share (T,) of one part in the pose; all shares add to 1."""
        weight = self._risen(number, moments)
        if number + 1 < len(self.parts):
            weight = weight - self._risen(number + 1, moments)
        return weight, weight > 0

    def _risen(self, number: int, moments: Array) -> Array:
        """(T,) 0 before a part begins, 1 when the transition into it is over."""
        if number == 0:
            return np.ones_like(moments)
        labels = self.parts[number - 1].label, self.parts[number].label
        length = 1.3 if labels[0] in TRAVELLING or "sitting_down" in labels else 0.7
        share: Array = ease((moments - self.starts[number]) / length + 0.5)
        return share

    def posed(self, times: npt.ArrayLike) -> Posed:
        """Joints and segment frames in the world at times (T,)."""
        return pose_body(self.body, self.channels(times))

    def joints(self, times: npt.ArrayLike) -> Array:
        """(T, J, 3) [m] joints of FIGURE in the world at times (T,) [s]."""
        return self.posed(times).joints


def _placed(channels: Channels, origin: Array) -> Channels:
    """Channels of a performance that began at origin x, y, heading [degrees]."""
    angle = np.radians(origin[2])
    x, y = channels["forward"].copy(), channels["sideways"].copy()
    channels["forward"] = origin[0] + x * np.cos(angle) - y * np.sin(angle)
    channels["sideways"] = origin[1] + x * np.sin(angle) + y * np.cos(angle)
    channels["yaw"] = channels["yaw"] + origin[2]
    return channels
