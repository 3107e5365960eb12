"""One source through the whole chain into files, from the start or on from where it was ended."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from pose_action_ros import __version__
from pose_action_ros.detection import Detector, DetectorSettings
from pose_action_ros.errors import SettingError
from pose_action_ros.output.noted_detector import NotedDetector
from pose_action_ros.output.outputs import Outputs
from pose_action_ros.output.settings import ProcessSettings
from pose_action_ros.pipeline import Frame, Pipeline
from pose_action_ros.skeletons import BODY_25
from pose_action_ros.sources import Source, SourceSettings, open_keypoints, open_source
from pose_action_ros.sources.kinds import is_live

_LOG = logging.getLogger(__name__)
NOTES = ".process.part"
"""What the detector found so far, in the folder of the results until they are complete."""


@dataclass(frozen=True)
class Report:
    """What became of a source.

    Attributes:
        folder: with the results.
        seconds: time by person and label [s].
        skipped: images that could not be read.
        damage: what of the source is lost, in a sentence; empty for nothing.
        interrupted: by the user, before its end.
    """

    folder: Path
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)
    skipped: int = 0
    damage: str = ""
    interrupted: bool = False


def process_source(
    settings: ProcessSettings, *, shown: bool = True, keep_notes: bool = False
) -> Report:
    """Process one source.

    Args:
        settings: of everything, `source` too.
        shown: with a bar of its progress.
        keep_notes: also when it is through, for a command that is not; see forget_notes.

    Raises:
        PoseActionError: it cannot be read, the models cannot be used, or the results cannot be
            written.
    """
    with closing(_source(settings)) as source:
        report = _Run(settings, source).all(shown=shown)
    if not keep_notes and not report.interrupted:
        forget_notes(settings)
    return report


def forget_notes(settings: ProcessSettings) -> None:
    """Remove the notes of a run that nobody needs any more."""
    _notes_of(settings).unlink(missing_ok=True)


def _notes_of(settings: ProcessSettings) -> Path:
    return Path(settings.output).expanduser() / NOTES


def _source(settings: ProcessSettings) -> Source:
    """Images, or files of keypoints with or without them."""
    if settings.keypoints_json:
        return open_keypoints(settings.keypoints_json, settings, settings.image_size)
    if not settings.source:
        raise SettingError("got neither INPUT nor --keypoints-json: there is nothing to process")
    return open_source(settings)


class _Run:
    """The stages and the files of one source."""

    def __init__(self, settings: ProcessSettings, source: Source) -> None:
        self._source, self._settings = source, settings
        self._folder = Path(settings.output).expanduser()
        self._notes: NotedDetector | None = None
        self._pipeline = Pipeline(settings, detect=not settings.keypoints_json)
        detector = self._pipeline.detector
        skeleton = detector.skeleton if detector else BODY_25
        self._outputs = Outputs(self._folder, source.rate, settings, skeleton)
        if detector and not is_live(settings.source):
            self._notes = self._pipeline.detector = self._noted(detector)

    def _noted(self, detector: Detector) -> NotedDetector:
        """What the detector finds is noted, and what an earlier run found is used."""
        if not self._settings.resume:
            forget_notes(self._settings)
        path, about = _notes_of(self._settings), _about(self._settings)
        notes = NotedDetector(detector, path, about)
        if notes.noted:
            _LOG.info(
                "%d images were seen by an earlier run, which goes on here; --no-resume begins "
                "anew",
                notes.noted,
            )
        return notes

    def all(self, *, shown: bool) -> Report:
        """Take every image through the stages; the results are on disk also when that fails."""
        complete, interrupted = False, False
        try:
            with logging_redirect_tqdm():
                frames = self._pipeline.process(self._source)
                for frame in _with_progress(frames, self._source.length, shown=shown):
                    self._outputs.add(frame)
            complete = True
        except KeyboardInterrupt:
            interrupted = True
        finally:
            self._outputs.close(complete=complete)
            if self._notes is not None:
                self._notes.close()
        source, seconds = self._source, self._outputs.seconds
        return Report(self._folder, seconds, source.skipped, source.damage, interrupted)


def _about(settings: ProcessSettings) -> str:
    """What the detector's answers depend on: its settings, the source's, and the source's files."""
    names = [item.name for part in (DetectorSettings, SourceSettings) for item in fields(part)]
    chosen = {name: value for name, value in asdict(settings).items() if name in names}
    files = {}
    for name in ("source", "detector_model"):
        path = Path(chosen[name]).expanduser()
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        for file in inside if chosen[name] else ():
            if file.is_file():
                told = file.stat()
                files[str(file.resolve())] = told.st_size, told.st_mtime_ns
    return json.dumps([__version__, chosen, files])


def _with_progress(frames: Iterable[Frame], length: int | None, *, shown: bool) -> Iterable[Frame]:
    return tqdm(frames, total=length, unit="image", disable=None if shown else True)
