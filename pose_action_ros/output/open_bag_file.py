"""From the settings to the bag that is written."""

from __future__ import annotations

from pathlib import Path

from pose_action_ros.errors import SettingError
from pose_action_ros.output.bag_file import BagFile
from pose_action_ros.output.originals import Originals
from pose_action_ros.output.settings import ProcessSettings
from pose_action_ros.skeletons import Skeleton
from pose_action_ros.sources.kinds import is_bag, is_live


def open_bag_file(settings: ProcessSettings, skeleton: Skeleton) -> BagFile:
    """The bag that `settings.write_bag` names.

    Raises:
        SettingError: it cannot be written, or not about that source.
        SourceError: the original messages cannot be read.
    """
    path = Path(settings.write_bag).expanduser()
    source = Path(settings.source).expanduser()
    if settings.loop:
        raise SettingError("write_bag and loop: a bag has each time once; leave out one of them")
    if settings.source and source.exists():
        here, there = path.resolve(), source.resolve()
        if here == there or here in there.parents or there in here.parents:
            raise SettingError(f"write_bag {path} is in the way of the source {source}; move it")
    originals = None
    if settings.with_originals:
        if is_live(settings.source) or not (settings.source and source.exists() and is_bag(source)):
            raise SettingError(f"with_originals needs a bag as source, got {settings.source!r}")
        originals = Originals(source)
    return BagFile(path, settings.bag_storage, skeleton, originals)
