"""Drawing of people, their ids and actions into images."""

from __future__ import annotations

from pose_action_ros.drawing.people import draw_people
from pose_action_ros.drawing.text import draw_caption

__all__ = ["draw_caption", "draw_people"]
