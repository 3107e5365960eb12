"""Layout of Rerun's viewer: image, people in space, labels and probabilities over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rerun.blueprint import Blueprint, TimeAxis

TIME = "time"
"""Timeline of the stamps [s]."""
_RECENT = 60  # [s] of a live view that its plots show
_EYE, _TARGET, _UP = (-1.5, -1.2, -1.2), (0.2, 0.2, 3.0), (0.0, -1.0, 0.0)


def blueprint(*, live: bool = False) -> Blueprint:
    """The layout of the viewer; of a live view, with the last minute and the latency."""
    from rerun import blueprint as layout  # noqa: PLC0415 - optional

    eye = layout.EyeControls3D(position=_EYE, look_target=_TARGET, eye_up=_UP)
    space = layout.Horizontal(
        layout.Spatial2DView(origin="camera/image", name="Image"),
        layout.Spatial3DView(origin="camera", name="People [m]", eye_controls=eye),
    )
    axis = _last_minute() if live else None
    labels = layout.StateTimelineView(origin="labels", name="Labels", time_view=axis)
    plots = layout.TimeSeriesView(origin="probabilities", name="Probabilities", axis_x=axis)
    latency = layout.TimeSeriesView(origin="latency", name="Latency [ms]", axis_x=axis)
    return layout.Blueprint(
        layout.Vertical(
            space,
            labels,
            layout.Horizontal(plots, latency, column_shares=[3, 1]) if live else plots,
            row_shares=[8, 3, 4],
        ),
        layout.TimePanel(timeline=TIME, state="collapsed"),
        layout.SelectionPanel(state="collapsed"),
        layout.BlueprintPanel(state="collapsed"),
    )


def _last_minute() -> TimeAxis:
    """Time axis of the plots of a live view."""
    from rerun import blueprint as layout  # noqa: PLC0415 - optional

    boundary = layout.TimeRangeBoundary.cursor_relative
    recent = layout.TimeRange(start=boundary(seconds=-_RECENT), end=boundary(seconds=0))
    return layout.TimeAxis(view_range=recent)
