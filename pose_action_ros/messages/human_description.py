"""The URDF of a person, with the lengths of the person's own limbs, for REP-155.

Links and joints are those of `human_frames`. Limbs that were never measured have those of the other
side, or the proportions of an average body: Drillis and Contini 1966 (Body Segment Parameters).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from xml.etree.ElementTree import Element, SubElement, tostring

import numpy as np
import numpy.typing as npt

from pose_action_ros.messages.human_frames import JOINTS, SIDES, HumanFrames

Array = npt.NDArray[np.float64]

_TRUNK = 0.288  # from hip to shoulder, by standing height
_AVERAGE: Mapping[str, tuple[float, float, float]] = {
    "torso": (0, 0, _TRUNK),
    "head": (0, 0, 0.091),
    "y_shoulder": (0, 0.129, 0),
    "elbow": (0, 0, -0.186),
    "wrist": (0, 0, -0.146),
    "y_hip": (0, 0.0955, 0),
    "knee": (0, 0, -0.245),
    "ankle": (0, 0, -0.246),
}
"""Origins of links in their parents, by standing height, of the left side."""
_LIMBS = ("elbow", "wrist", "knee", "ankle")  # along -z of their parents

_MEMORY = 200
"""Images over which lengths are averaged."""
_CHANGE = 0.02
"""Change of a length [m] after which the description is written again."""
_RADIUS = 0.03  # [m] of a limb
_TURN = f"{np.pi:.4f}"


class HumanDescription:
    """Lengths of one person, averaged over images, and the URDF with them.

    Args:
        name: of the body, the end of all names of links and joints.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._counts: dict[str, int] = {}
        self._means: dict[str, Array] = {}
        self._written: dict[str, Array] = {}

    def measure(self, frames: HumanFrames) -> bool:
        """Average in the lengths of a pose; True if the URDF differs from that written last."""
        for link, frame in frames.relative().items():
            kind = link.partition("_")[2] if link[:2] in {"l_", "r_"} else link
            if kind not in _AVERAGE:
                continue
            origin = frame.origin
            if kind in _LIMBS:
                origin = np.array([0.0, 0.0, -float(np.linalg.norm(origin))])
            count = self._counts[link] = min(self._counts.get(link, 0) + 1, _MEMORY)
            mean = self._means.setdefault(link, origin)
            self._means[link] = mean + (origin - mean) / count
        return any(
            link not in self._written or np.abs(mean - self._written[link]).max() > _CHANGE
            for link, mean in self._means.items()
        )

    def origins(self) -> dict[str, Array]:
        """(3,) [m] origin of each link in its parent; zero where it is that of the parent."""
        found = {joint.child: np.zeros(3) for joint in JOINTS}
        height = float(np.linalg.norm(self._means["torso"])) / _TRUNK
        for kind in ("torso", "head"):
            found[kind] = self._means.get(kind, height * np.array(_AVERAGE[kind]))
        for kind in set(_AVERAGE) - {"torso", "head"}:
            for (prefix, out), (other, _) in permutations(SIDES.values()):
                mirrored = self._means.get(f"{other}_{kind}")
                average = height * np.array(_AVERAGE[kind]) * [1, out, 1]
                spare = average if mirrored is None else mirrored * [1, -1, 1]
                found[f"{prefix}_{kind}"] = self._means.get(f"{prefix}_{kind}", spare)
        return found

    def urdf(self) -> str:
        """Write the URDF of the present lengths."""
        self._written = dict(self._means)
        origins = self.origins()
        robot = Element("robot", name=f"human_{self._name}")
        ends = {joint.parent: origins[joint.child] for joint in JOINTS}
        self._link(robot, "body", np.zeros(3))
        for joint in JOINTS:
            self._link(robot, joint.child, ends.get(joint.child, np.zeros(3)))
            kind = "fixed" if joint.axis is None else "revolute"
            element = SubElement(robot, "joint", name=self._named(joint.name), type=kind)
            SubElement(element, "parent", link=self._named(joint.parent))
            SubElement(element, "child", link=self._named(joint.child))
            SubElement(element, "origin", xyz=_text(origins[joint.child]), rpy="0 0 0")
            if joint.axis is not None:
                SubElement(element, "axis", xyz=" ".join(map(str, joint.axis)))
                limit = {"lower": f"-{_TURN}", "upper": _TURN, "effort": "0", "velocity": "0"}
                SubElement(element, "limit", limit)
        return tostring(robot, encoding="unicode")

    def _named(self, name: str) -> str:
        return f"{name}_{self._name}"

    def _link(self, robot: Element, name: str, end: Array) -> None:
        """Add a link, with a cylinder to where its child along z is; the head is a ball."""
        link = SubElement(robot, "link", name=self._named(name))
        length = abs(float(end[2]))
        if name == "head":
            _visual(link, np.zeros(3), "sphere", radius=3 * _RADIUS)
        elif length > _RADIUS:
            _visual(link, end * [0, 0, 0.5], "cylinder", length=length, radius=_RADIUS)


def _visual(link: Element, centre: Array, shape: str, **sizes: float) -> None:
    visual = SubElement(link, "visual")
    SubElement(visual, "origin", xyz=_text(centre), rpy="0 0 0")
    geometry = SubElement(visual, "geometry")
    SubElement(geometry, shape, {key: f"{value:.3f}" for key, value in sizes.items()})


def _text(vector: Array) -> str:
    return " ".join(f"{value:.4f}" for value in vector)
