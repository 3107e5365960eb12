"""actions.svg: the labels of each person over time, as a picture for browsers and documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from pose_action_ros.errors import SettingError
from pose_action_ros.output.segments import Segment, labelled, subject

_WIDTH, _LEFT, _RIGHT, _TOP = 1000, 110, 20, 30
_LANE, _BAR, _LETTER = 30, 22, 7  # [px] of a person, a bar, and about of a letter
_COLUMNS, _LINE = 5, 20  # of the legend
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
_MOST_TICKS = 12
_STYLE = "text{font:12px sans-serif;fill:#222}.t{text-anchor:middle}.w{fill:#fff}.g{stroke:#ccc}"


@dataclass
class Presence:
    """The time in which one person is in view.

    Attributes:
        first, last: stamps [s].
    """

    first: float
    last: float

    @property
    def seconds(self) -> float:
        """From the first to the last image [s]."""
        return self.last - self.first


def write_timeline(path: Path, segments: Sequence[Segment], people: Mapping[int, Presence]) -> None:
    """Write the picture, or remove an older one when nothing lasts.

    Args:
        path: of the SVG file.
        segments: of all people.
        people: time in view of each person.

    Raises:
        SettingError: it cannot be written.
    """
    named = labelled(segments)
    times = [time for one in named for time in (one.start, one.end)]
    times += [time for one in people.values() for time in (one.first, one.last)]
    begin, end = min(times, default=0.0), max(times, default=0.0)
    try:
        if end > begin:
            picture = _picture(named, people, begin, end)
            path.write_text("\n".join(picture) + "\n", encoding="utf-8")
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise SettingError(f"cannot write {path}: {error.strerror or error}") from error


def _picture(
    segments: Sequence[Segment], people: Mapping[int, Presence], begin: float, end: float
) -> Iterator[str]:
    alone = {(1, (person,)) for person in people}
    lanes = sorted(alone | {(len(one.person_ids), one.person_ids) for one in segments})
    scale = (_WIDTH - _LEFT - _RIGHT) / (end - begin)
    colours = _colours(segments)
    bottom = _TOP + _LANE * len(lanes)
    height = bottom + 30 + _LINE * (max(len(colours) - 1, 0) // _COLUMNS)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}">'
    )
    yield f"<title>Actions over time</title><style>{_STYLE}</style>"
    yield f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>'
    yield from _ticks(begin, end, scale, bottom)
    for row, (_, ids) in enumerate(lanes):
        top = _TOP + _LANE * row
        yield f'<text x="8" y="{top + 16}">{subject(ids)}</text>'
        view = people.get(ids[0]) if len(ids) == 1 else None
        if view is not None:
            yield _rectangle("#e4e4e4", (view.first - begin) * scale, view.seconds * scale, top)
        for segment in segments:
            if segment.person_ids == ids:
                yield from _bar(segment, begin, scale, top, colours[segment.label])
    yield from _legend(colours, bottom + 10)
    yield "</svg>"


def _legend(colours: Mapping[str, str], top: float) -> Iterator[str]:
    """A square and the name of each label."""
    for place, (label, colour) in enumerate(colours.items()):
        row, column = divmod(place, _COLUMNS)
        x, y = _LEFT + column * (_WIDTH - _LEFT - _RIGHT) / _COLUMNS, top + _LINE * row
        yield f'<rect fill="{colour}" x="{x:.1f}" y="{y}" width="12" height="12" rx="2"/>'
        yield f'<text x="{x + 18:.1f}" y="{y + 11}">{escape(label)}</text>'


def _bar(segment: Segment, begin: float, scale: float, top: float, colour: str) -> Iterator[str]:
    """A bar with its label, where that fits, and a tooltip."""
    left, width = (segment.start - begin) * scale, (segment.end - segment.start) * scale
    label = escape(segment.label)
    tip = f"{label} {segment.score:.2f}, {segment.start:.2f} to {segment.end:.2f} s"
    yield f"<g><title>{tip}</title>{_rectangle(colour, left, width, top)}"
    if width > _LETTER * len(segment.label):
        middle = _LEFT + left + width / 2
        yield f'<text class="t w" x="{middle:.1f}" y="{top + 15}">{label}</text>'
    yield "</g>"


def _rectangle(fill: str, left: float, width: float, top: float) -> str:
    return (
        f'<rect fill="{fill}" x="{_LEFT + left:.1f}" y="{top}" width="{max(width, 1):.1f}" '
        f'height="{_BAR}" rx="2"/>'
    )


def _colours(segments: Sequence[Segment]) -> dict[str, str]:
    """A colour for each label, far from those of the labels before."""
    labels = sorted({segment.label for segment in segments})
    return {label: f"hsl({137.5 * place % 360:.0f},55%,42%)" for place, label in enumerate(labels)}


def _ticks(begin: float, end: float, scale: float, bottom: float) -> Iterator[str]:
    """Lines and times at round numbers."""
    step = next((one for one in _STEPS if (end - begin) / one <= _MOST_TICKS), _STEPS[-1])
    number = -(-begin // step)
    while number * step <= end + 1e-9:
        x = _LEFT + (number * step - begin) * scale
        yield f'<path class="g" d="M{x:.1f} {_TOP - 6}V{bottom}"/>'
        yield f'<text class="t" x="{x:.1f}" y="16">{_time(number * step, step)}</text>'
        number += 1


def _time(seconds: float, step: float) -> str:
    """Seconds, or hours and minutes of long inputs."""
    if step < 60:
        return f"{seconds:g} s" if step >= 1 else f"{seconds:.1f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours}:{minutes:02} h"
