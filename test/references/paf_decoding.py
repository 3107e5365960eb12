"""People from heat maps and part affinity fields, cell by cell and pair by pair.

Cao et al. 2019, "OpenPose", arXiv:1812.08008, sections 3.3 to 3.5, with the rules of OpenPose's
net/bodyPartConnectorBase.cpp, on maps of the network's own size.
"""

from dataclasses import dataclass, field
from math import exp, floor, inf, log, sqrt
from typing import Any

import numpy.typing as npt

from pose_action_ros.detection.openpose import DecodingSettings, MapLayout

Maps = npt.NDArray[Any]
Point = tuple[float, float]


@dataclass(frozen=True)
class Peak:
    joint: int
    x: float
    y: float
    score: float


@dataclass
class Person:
    peaks: dict[int, Peak] = field(default_factory=dict)
    score: float = 0.0
    limbs: int = 0
    associated: int = 0

    def mean(self) -> float:
        return min(self.score / (len(self.peaks) + self.limbs), 1.0)


def decode(maps: Maps, layout: MapLayout, settings: DecodingSettings) -> list[Person]:
    peaks = [find_peaks(maps[..., joint], joint, settings) for joint in range(len(layout.skeleton))]
    connections = []
    for limb, (a, b) in enumerate(layout.limbs):
        x, y = layout.fields[limb]
        for one in peaks[a]:
            for other in peaks[b]:
                score = line_score(maps[..., x], maps[..., y], one, other, settings)
                if score is not None:
                    sure = score + settings.peak_weight * (one.score + other.score)
                    connections.append((limb in layout.associating, -sure, score, one, other))
    connections.sort(key=lambda connection: connection[:2])
    people: list[Person] = []
    for associating, _, score, one, other in connections:
        connect(people, one, other, score, associates=associating)
    kept = [person for person in people if enough(person, layout, settings, feet=False)]
    if settings.fragments:
        kept = kept or [p for p in people if enough(p, layout, settings, feet=True)]
    else:
        kept = [person for person in kept if not fragment(person, kept, layout)]
    return sorted(kept, key=lambda person: -person.mean())


def find_peaks(heat: Maps, joint: int, settings: DecodingSettings) -> list[Peak]:
    height, width = heat.shape
    found: list[tuple[float, int, Peak]] = []
    for row in range(height):
        for column in range(width):
            if heat[row, column] > 0 and is_maximum(heat, row, column):
                peak, top = refined(heat, row, column, joint)
                if top > settings.peak_threshold:
                    found.append((-top, len(found), peak))
    highest = sorted(found)[: settings.most_peaks]
    return [peak for _, _, peak in sorted(highest, key=reading_order)]


def reading_order(found: tuple[float, int, Peak]) -> int:
    return found[1]


def is_maximum(heat: Maps, row: int, column: int) -> bool:
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            value = value_at(heat, row + down, column + right)
            before = (down, right) < (0, 0)
            if (down, right) != (0, 0) and (
                value > heat[row, column] or (before and value == heat[row, column])
            ):
                return False
    return True


def value_at(heat: Maps, row: int, column: int) -> float:
    height, width = heat.shape
    return float(heat[row, column]) if 0 <= row < height and 0 <= column < width else -inf


def refined(heat: Maps, row: int, column: int, joint: int) -> tuple[Peak, float]:
    middle = float(heat[row, column])
    x, gain_x = top(value_at(heat, row, column - 1), middle, value_at(heat, row, column + 1))
    y, gain_y = top(value_at(heat, row - 1, column), middle, value_at(heat, row + 1, column))
    height = middle * exp(gain_x + gain_y)
    return Peak(joint, column + x, row + y, min(height, 1.0)), height


def top(before: float, middle: float, after: float) -> tuple[float, float]:
    if -inf in (before, after):
        return 0.0, 0.0
    before, after = (log(max(value, 0.1 * middle) / middle) for value in (before, after))
    if before + after == 0:
        return 0.0, 0.0
    offset = 0.5 * (before - after) / (before + after)
    return offset, 0.25 * (after - before) * offset


def line_score(
    field_x: Maps, field_y: Maps, one: Peak, other: Peak, settings: DecodingSettings
) -> float | None:
    height, width = field_x.shape
    dx, dy = other.x - one.x, other.y - one.y
    length = sqrt(dx**2 + dy**2)
    if length <= 1e-6:
        return None
    wanted = floor(sqrt(settings.line_density * max(abs(dx), abs(dy))) + 0.5)
    count = min(max(wanted, settings.least_samples), settings.most_samples)
    strong = []
    for number in range(count):
        point = one.x + number * (dx / count), one.y + number * (dy / count)
        strength = between(field_x, point) * (dx / length) + between(field_y, point) * (dy / length)
        if strength > settings.line_threshold:
            strong.append(strength)
    if len(strong) > settings.line_share * count:
        return sum(strong) / len(strong)
    if length < settings.touching * sqrt(height * width):
        return settings.peak_threshold
    return None


def between(values: Maps, point: Point) -> float:
    height, width = values.shape
    column, row = int(point[0]), int(point[1])
    right, below = point[0] - column, point[1] - row
    result = 0.0
    for down, share_down in ((0, 1 - below), (1, below)):
        for across, share_across in ((0, 1 - right), (1, right)):
            if share_down and share_across and row + down < height and column + across < width:
                result += share_down * share_across * float(values[row + down, column + across])
    return result


def connect(people: list[Person], one: Peak, other: Peak, score: float, associates: bool) -> None:
    first = owner(people, one)
    second = owner(people, other)
    if first is None and second is None:
        if not associates:
            peaks = {one.joint: one, other.joint: other}
            people.append(Person(peaks, one.score + other.score + score, 1))
    elif first is None or second is None:
        person, new = (second, one) if first is None else (first, other)
        assert person is not None
        if new.joint not in person.peaks:
            person.peaks[new.joint] = new
            person.score += new.score + score
            person.limbs += 1
            person.associated += int(associates)
    elif first is second:
        first.score += score
        first.limbs += 1
    elif not set(first.peaks) & set(second.peaks):
        first.peaks.update(second.peaks)
        first.score += second.score + score
        first.limbs += second.limbs + 1
        first.associated += second.associated
        people.remove(second)


def owner(people: list[Person], peak: Peak) -> Person | None:
    for person in people:
        if person.peaks.get(peak.joint) is peak:
            return person
    return None


def enough(person: Person, layout: MapLayout, settings: DecodingSettings, feet: bool) -> bool:
    counted = [joint for joint in person.peaks if feet or joint not in layout.uncounted]
    if len(counted) < len(person.peaks) and len(counted) <= 4:
        return False  # one leg with its foot
    joints = len(counted) - (0 if settings.fragments else person.associated)
    return joints >= settings.min_parts and person.score >= settings.min_mean_score * len(counted)


def fragment(person: Person, people: list[Person], layout: MapLayout) -> bool:
    names = {layout.skeleton.joints[joint] for joint in person.peaks}
    for side in ("left", "right"):
        arm = {f"{side}_{part}" for part in ("shoulder", "elbow", "wrist")}
        leg = {f"{side}_{part}" for part in ("hip", "knee", "ankle")}
        leg |= {f"{side}_{part}" for part in ("big_toe", "small_toe", "heel")}
        if names <= arm or names <= leg:
            return True
    if names <= {"head_top", "nose", "left_eye", "right_eye", "left_ear", "right_ear"}:
        x = [peak.x for peak in person.peaks.values()]
        y = [peak.y for peak in person.peaks.values()]
        size = max(max(x) - min(x), max(y) - min(y))
        for other in people:
            if len(other.peaks) > len(person.peaks):
                for joint, peak in person.peaks.items():
                    twin = other.peaks.get(joint)
                    if twin and sqrt((twin.x - peak.x) ** 2 + (twin.y - peak.y) ** 2) < size:
                        return True
    return False
