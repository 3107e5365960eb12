"""One source through the pipeline into files, from its start or resumed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from pose_action_ros import __version__
from pose_action_ros.detection import Detector, DetectorSettings
from pose_action_ros.errors import SettingError
from pose_action_ros.folders import files_in
from pose_action_ros.frame import Frame
from pose_action_ros.output import lock
from pose_action_ros.output.notes import NotedDetector
from pose_action_ros.output.outputs import Outputs
from pose_action_ros.output.settings import ProcessSettings
from pose_action_ros.output.view import View
from pose_action_ros.pipeline import Pipeline
from pose_action_ros.skeletons import BODY_25
from pose_action_ros.sources import Source, SourceSettings, open_keypoints, open_source
from pose_action_ros.sources.kinds import is_live, title_of
from pose_action_ros.stopping import signals_ignored

_LOG = logging.getLogger(__name__)
NOTES = ".process.part"
"""Detections so far, in the folder of the results until they are complete."""


@dataclass(frozen=True)
class Report:
    """Summary of one source.

    Attributes:
        folder: of the results.
        people: time in view by person [s].
        seconds: time by person and label [s].
        skipped: number of images that could not be read.
        late: number of images that were dropped because they are late, see StampOrder.
        damage: lost parts of the source, in one sentence; empty for none.
        interrupted: True if the user stopped it.
        view: the web viewer that shows the results; None without it.
    """

    folder: Path
    people: dict[int, float] = field(default_factory=dict)
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)
    skipped: int = 0
    late: int = 0
    damage: str = ""
    interrupted: bool = False
    view: View | None = None


def process_source(
    settings: ProcessSettings, *, progress: bool = True, keep_notes: bool = False
) -> Report:
    """Process one source.

    Args:
        settings: of everything, `source` too.
        progress: show a progress bar.
        keep_notes: keep the notes of a complete run, until remove_notes.

    Raises:
        PoseActionError: the source cannot be read, the models cannot be used, or the results
            cannot be written.
    """
    with closing(_open(settings)) as source, _locked(settings):
        report = _process(settings, source, progress=progress)
        if not keep_notes and not report.interrupted:
            remove_notes(settings)
    return report


@contextmanager
def _locked(settings: ProcessSettings) -> Iterator[None]:
    """Hold the locks of all places that are written."""
    folders = [settings.output, *filter(None, [settings.write_json])]
    files = {_absolute(folder) / lock.NAME for folder in folders}
    if settings.write_bag:
        bag = _absolute(settings.write_bag)
        files.add(bag.with_name(f".{bag.name}.lock"))
    with ExitStack() as stack:
        for file in sorted(files):
            stack.enter_context(lock.locked(file, title_of(settings.source or "keypoints")))
        yield


def _absolute(path: str) -> Path:
    return Path(path).expanduser().resolve()


def remove_notes(settings: ProcessSettings) -> None:
    """Remove the notes of a run that need not be resumed."""
    _notes_path(settings).unlink(missing_ok=True)


def _notes_path(settings: ProcessSettings) -> Path:
    return Path(settings.output).expanduser() / NOTES


def _open(settings: ProcessSettings) -> Source:
    """Images, or files of keypoints with or without them."""
    if settings.keypoints_json:
        return open_keypoints(settings.keypoints_json, settings, settings.image_size)
    if not settings.source:
        raise SettingError("got neither INPUT nor --keypoints-json: there is nothing to process")
    return open_source(settings)


def _process(settings: ProcessSettings, source: Source, *, progress: bool) -> Report:
    """Process all images; the results are on disk also when that fails."""
    pipeline = Pipeline(settings, detect=not settings.keypoints_json)
    detector = pipeline.detector
    folder = Path(settings.output).expanduser()
    view = _view(settings)
    outputs = Outputs(folder, source.rate, settings, detector.skeleton if detector else BODY_25)
    notes: NotedDetector | None = None
    if detector and not is_live(settings.source):
        notes = pipeline.detector = _noted(detector, settings)
    complete, interrupted = False, False
    try:
        with logging_redirect_tqdm():
            frames = pipeline.process(source)
            for frame in _with_progress(frames, source.length, progress=progress):
                if view is not None:
                    view.add(frame)
                outputs.add(frame)
        complete = True
    except KeyboardInterrupt:
        interrupted = True
    finally:
        with signals_ignored():  # a second Ctrl-C must not cut the files
            outputs.close(complete=complete)
            if view is not None:
                view.close()
            if notes is not None:
                notes.close(complete=complete)
    people = {person: presence.seconds for person, presence in outputs.people.items()}
    return Report(
        folder,
        people,
        outputs.seconds,
        source.skipped,
        source.late,
        source.damage,
        interrupted,
        view if view is not None and view.address else None,
    )


def _view(settings: ProcessSettings) -> View | None:
    """The viewer, if any; only then Rerun is imported."""
    if not settings.view:
        return None
    return View(settings.view, title_of(settings.source or settings.keypoints_json))


def _noted(detector: Detector, settings: ProcessSettings) -> NotedDetector:
    """The detector with the notes of an earlier run."""
    if not settings.resume:
        remove_notes(settings)
    notes = NotedDetector(detector, _notes_path(settings), _key(settings))
    if notes.noted:
        _LOG.info(
            "resumed after the %d images that an earlier run has processed; --no-resume restarts",
            notes.noted,
        )
    return notes


def _key(settings: ProcessSettings) -> str:
    """Everything that the detections depend on: settings and files of detector and source."""
    names = [item.name for part in (DetectorSettings, SourceSettings) for item in fields(part)]
    chosen = {name: value for name, value in asdict(settings).items() if name in names}
    files = {}
    for name in ("source", "detector_model"):
        path = Path(chosen[name]).expanduser()
        inside = files_in(path) if path.is_dir() else [path]
        for file in inside if chosen[name] else ():
            if file.is_file():
                status = file.stat()
                files[str(file.resolve())] = status.st_size, status.st_mtime_ns
    return json.dumps([__version__, chosen, files])


def _with_progress(
    frames: Iterable[Frame], length: int | None, *, progress: bool
) -> Iterable[Frame]:
    return tqdm(frames, total=length, unit="image", disable=None if progress else True)
