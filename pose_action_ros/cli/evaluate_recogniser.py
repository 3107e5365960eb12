"""`pose-action evaluate recogniser`: on simulated people, films with labels or recorded motions."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.errors import SettingError
from pose_action_ros.lab.evaluation.settings import RecogniserRun
from pose_action_ros.lab.evaluation.tables import show, write_figures
from pose_action_ros.models.card import find_model
from pose_action_ros.pipeline_settings import PipelineSettings

DESCRIPTION = (
    "Run all stages and measure the answers. Without --films: on rendered people, the delay and "
    "steadiness of the answers and the false alarms for idle people. With --films: on films of one "
    "person each with their labels in a CSV file, the actions recognised in time, the seconds with "
    "a false label, and both for other thresholds. With --data: on recorded motions in true 3D, "
    "without images, the share of right and of false answers, and the false alarms and falls."
)


def configure(parser: ArgumentParser) -> None:
    """Add the options."""
    films = parser.add_argument_group("Films with labels")
    films.add_argument(
        "--films",
        type=Path,
        metavar="CSV",
        help="a row for each film: path, label (or other), start_s, end_s, person, ambiguous, and "
        "as you like accept and distance; see docs/action.md",
    )
    films.add_argument("--persons", nargs="+", default=(), help="films of these people only")
    films.add_argument("--leave-out", nargs="+", default=(), help="no films of these people")
    films.add_argument(
        "--group",
        default="",
        metavar="REGEX",
        help="the first group of this expression in a path names the film's group, instead of the "
        "column distance",
    )
    films.add_argument(
        "--cache",
        type=Path,
        metavar="FOLDER",
        help="keep the detections here: other action models and settings are measured in a "
        "fraction of the time",
    )
    films.add_argument(
        "--choose-thresholds",
        action="store_true",
        help="choose the threshold of `unknown` of each label on these films; the figures of a "
        "person are those with thresholds chosen on all others",
    )
    films.add_argument(
        "--write-card",
        action="store_true",
        help="write the totals, the table of thresholds and chosen thresholds into the card of the "
        "action model",
    )
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        metavar="PATH",
        help="motion capture: folder of .bvh files, or of .asf and .amc files; .npz of joint "
        "positions",
    )
    add_options(parser, RecogniserRun)
    parser.add_argument(
        "--output",
        type=Path,
        help="of films and motions: folder of the report (output/films, output/motions); otherwise "
        "file of the figures (output/recogniser.json)",
    )


def run(args: Namespace) -> int:
    """Measure, print and write the figures."""
    if args.films and args.data:
        raise SettingError("got --films and --data, expected one of them")
    if args.films:
        return _films(args)
    return _motions(args) if args.data else _simulated(args)


def _films(args: Namespace) -> int:
    from pose_action_ros.lab.evaluation.film_answers import film_estimates
    from pose_action_ros.lab.evaluation.film_manifest import films_of, read_manifest
    from pose_action_ros.lab.evaluation.film_report import (
        film_report,
        film_tables,
        write_films,
        write_to_card,
    )
    from pose_action_ros.lab.evaluation.film_thresholds import (
        rule_of_training,
        rules_without_each,
        thresholds_by_films,
        thresholds_of,
        write_thresholds,
    )

    films = films_of(read_manifest(args.films, args.group), args.persons, args.leave_out)
    settings = settings_from(args, PipelineSettings)
    found, rule = film_estimates(films, settings, args.cache)
    model = find_model(settings.action_model)
    of_people = {}
    if args.choose_thresholds:
        rule = rule_of_training(rule, found[0].labels, model)
        of_people = rules_without_each(found, rule)
        rule = thresholds_by_films(found, rule)
        table = thresholds_of(rule, found[0].labels)
        print(json.dumps({"unknown_below": table}, indent=2))  # noqa: T201 - the command's output
        if args.write_card:
            write_thresholds(table, model, found, args.films.name)
    report = film_report(found, rule, of_people)
    if args.write_card:
        write_to_card(report, model, args.films.name)
    folder = args.output or Path("output/films")
    write_films(report, folder)
    show(*film_tables(report))
    print(  # noqa: T201 - the command's output
        f"kept in {folder}: films.md, .csv and .png, answers.csv, thresholds.csv and .png"
    )
    return 0


def _motions(args: Namespace) -> int:
    from pose_action_ros.lab.evaluation.motions import measure_motions, motion_text, write_motions

    report = measure_motions(args.data, settings_from(args, RecogniserRun))
    folder = args.output or Path("output/motions")
    write_motions(report, folder)
    print(motion_text(report))  # noqa: T201 - the command's output
    print(f"kept in {folder}: motions.md and motions.csv")  # noqa: T201
    return 0


def _simulated(args: Namespace) -> int:
    from pose_action_ros.lab.evaluation.recogniser import measure_recogniser, reaction_table

    report = measure_recogniser(settings_from(args, RecogniserRun))
    alarms = ", ".join(f"{label} {count}" for label, count in report.alarms.most_common())
    show(reaction_table(report))
    print(  # noqa: T201 - the command's output
        f"idle for {report.idle_seconds:.0f} s: {report.alarms_per_minute:.2f} false alarms "
        f"per minute ({alarms or 'none'})"
    )
    figures = {
        "actions": len(report.actions),
        "in_time": report.in_time,
        "held": report.held,
        "later_answers": report.steady,
        "idle_seconds": report.idle_seconds,
        "alarms_per_minute": report.alarms_per_minute,
        "alarms": dict(report.alarms),
    }
    write_figures(figures, args.output or Path("output/recogniser.json"))
    return 0
