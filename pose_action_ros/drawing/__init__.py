"""Drawing of people, their ids and actions into images."""

from typing import TYPE_CHECKING

from pose_action_ros.lazy import importer

if TYPE_CHECKING:
    from pose_action_ros.drawing.people import draw_caption, draw_people

__all__ = ["draw_caption", "draw_people"]
__getattr__ = importer(__name__, dict.fromkeys(__all__, "people"))
