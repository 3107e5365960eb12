"""The labels of two simulated people over time: docs/timeline.svg."""

from __future__ import annotations

from pathlib import Path

from pose_action_ros import Pipeline
from pose_action_ros.output.segments import Segment, Segments
from pose_action_ros.output.timeline import Presence, write_timeline

SECONDS = 30.0


def draw_timeline(path: Path) -> None:
    """Draw the picture into an SVG file."""
    merging, people = Segments(), dict[int, Presence]()
    segments: list[Segment] = []
    pipeline = Pipeline()
    for frame in pipeline.process("simulation", seconds=SECONDS, rate=10, people=2, seed=6):
        for person in frame.people:
            people.setdefault(person.id, Presence(frame.stamp, frame.stamp)).last = frame.stamp
        segments += merging.add(frame.actions, frame.stamp)
    write_timeline(path, segments + merging.finish(), people)
