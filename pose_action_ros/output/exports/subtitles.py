"""`--export srt` and `vtt`: the labels of people as subtitles.

SubRip has no standard; players agree on numbered cues with HH:MM:SS,mmm times. WebVTT is a
specification of the W3C (https://www.w3.org/TR/webvtt1/).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pose_action_ros.output.segments import Segment, labelled, subject


def milliseconds(segment: Segment) -> tuple[int, int]:
    """Start and end of a segment [ms], at least one apart."""
    start = round(segment.start * 1000)
    return start, max(round(segment.end * 1000), start + 1)


def srt(segments: Sequence[Segment]) -> str:
    """A SubRip file."""
    cues = enumerate(_cues(segments, ","), 1)
    return "".join(f"{number}\n{times}\n{text}\n\n" for number, (times, text) in cues)


def vtt(segments: Sequence[Segment]) -> str:
    """A WebVTT file."""
    return "WEBVTT\n" + "".join(f"\n{times}\n{text}\n" for times, text in _cues(segments, "."))


def _cues(segments: Sequence[Segment], point: str) -> Iterator[tuple[str, str]]:
    """Times and text of each cue."""
    for segment in labelled(segments):
        times = " --> ".join(_time(stamp, point) for stamp in milliseconds(segment))
        yield times, f"{subject(segment.person_ids)}: {segment.label.replace('_', ' ')}"


def _time(stamp: int, point: str) -> str:
    """HH:MM:SS and milliseconds after the point."""
    seconds, rest = divmod(stamp, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{rest:03}"
