"""The report of lifters: figures by hand, laws, and the content of its files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from pose_action_ros.errors import InputError
from pose_action_ros.lab.evaluation.lifter_files import markdown, write_report
from pose_action_ros.lab.evaluation.lifter_poses import Lifts, Truth
from pose_action_ros.lab.evaluation.lifter_report import (
    DETECTED,
    EXACT,
    MIXED,
    LifterReport,
    Row,
    lifter_report,
)
from pose_action_ros.metrics import mpjpe, p_mpjpe
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]

ACTIONS = np.array(["Walking"] * 6 + ["Eating"] * 2)
CAMERAS = np.array([1, 2] * 4)


def truth(seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=(8, 17, 3)) * 0.3


def off(joint: str, metres: float) -> Array:
    """The truth with one joint displaced."""
    moved = truth()
    moved[:, HUMAN36M_17.index(joint), 1] += metres
    return moved


def noisy(seed: int, size: float) -> Array:
    return truth() + np.random.default_rng(seed).normal(size=(8, 17, 3)) * size


def report() -> LifterReport:
    rows = {
        Row(method, keypoints): [Lifts(noisy(place + 10 * seed, size)) for seed in range(3)]
        for place, (method, keypoints, size) in enumerate(
            [
                ("ours", EXACT, 0.03),
                ("baseline", EXACT, 0.04),
                ("ours", DETECTED, 0.05),
                ("baseline", DETECTED, 0.06),
                ("ours", MIXED, 0.035),
            ]
        )
    }
    return lifter_report(Truth(truth(), {"action": ACTIONS, "camera": CAMERAS}), rows)


def people() -> Truth:
    return Truth(truth(), {"action": ACTIONS})


def test_figures_by_hand() -> None:
    found = off("left_wrist", 0.1)
    found[6:, HUMAN36M_17.index("left_wrist"), 1] += 0.1  # 200 mm while eating
    row = lifter_report(people(), {Row("ours", EXACT): [Lifts(found)]}).rows[0]
    assert row.figures["mpjpe"].mean == pytest.approx((6 * 100 + 2 * 200) / 8 / 17)
    assert row.figures["mpjpe_without_root"].mean == pytest.approx((6 * 100 + 2 * 200) / 8 / 16)
    assert row.by_action["mpjpe"].mean == pytest.approx((100 + 200) / 2 / 17)
    assert row.groups["action"]["Eating"]["mpjpe"].mean == pytest.approx(200 / 17)
    assert row.joints["left_wrist"].mean == pytest.approx(125)
    assert row.joints["right_wrist"].mean == pytest.approx(0, abs=1e-9)
    assert row.figures["pck"].mean == pytest.approx(100 * (1 - 2 / (8 * 17)))
    # Of 31 thresholds 0, 5, ..., 150 mm the 100 mm joints pass 11 or, by rounding, 10.
    assert row.figures["auc"].mean == pytest.approx(
        100 * (1 - (6 * 20.5 / 31 + 2) / (8 * 17)), abs=0.1
    )
    assert row.figures["p_mpjpe"].mean == pytest.approx(p_mpjpe(found, truth()) * 1000)
    assert row.difference is None


def test_runs_have_a_mean_and_a_deviation() -> None:
    runs = [Lifts(off("head_top", metres)) for metres in (0.017, 0.034, 0.051)]
    row = lifter_report(people(), {Row("ours", EXACT): runs}).rows[0]
    assert row.figures["mpjpe"].runs == pytest.approx((1, 2, 3))
    assert (row.figures["mpjpe"].mean, row.figures["mpjpe"].deviation) == pytest.approx((2, 1))
    assert row.by_action["mpjpe"].runs == pytest.approx((1, 2, 3))


def test_differences_are_to_the_baseline_with_the_same_keypoints() -> None:
    rows = {
        Row("ours", EXACT): [Lifts(off("spine", 0.09))],
        Row("baseline", EXACT): [Lifts(off("spine", 0.1))],
        Row("ours", DETECTED): [Lifts(off("spine", 0.3))],
        Row("baseline", DETECTED): [Lifts(off("spine", 0.2))],
        Row("ours", MIXED): [Lifts(off("spine", 0.1))],
    }
    found = lifter_report(people(), rows)
    differences = [row.difference for row in found.rows]
    assert differences == [
        pytest.approx(-10),
        None,
        pytest.approx(50),
        None,
        None,
    ]
    assert [(row.method, row.keypoints) for row in found.rows] == [tuple(row) for row in rows]


def test_groups_add_up() -> None:
    for row in report().rows:
        for title, names in (("action", ACTIONS), ("camera", CAMERAS.astype(str))):
            scores = row.groups[title]
            assert sorted(scores) == sorted(set(names))
            share = {name: float((names == name).mean()) for name in scores}
            total = sum(share[name] * score["mpjpe"].mean for name, score in scores.items())
            assert total == pytest.approx(row.figures["mpjpe"].mean)
            total = sum(share[name] * score["p_mpjpe"].mean for name, score in scores.items())
            assert total == pytest.approx(row.figures["p_mpjpe"].mean)
        joints = [figure.mean for figure in row.joints.values()]
        assert np.mean(joints) == pytest.approx(row.figures["mpjpe"].mean)
        assert row.figures["mpjpe_without_root"].mean == pytest.approx(
            row.figures["mpjpe"].mean * 17 / 16
        )


def test_errors_do_not_depend_on_the_position() -> None:
    found, shifted = noisy(1, 0.05), noisy(1, 0.05) + np.array([1.0, 2, 3])
    first, second = (
        lifter_report(people(), {Row("ours", EXACT): [Lifts(poses)]}).rows[0]
        for poses in (found, shifted)
    )
    assert first.figures["mpjpe"].mean == pytest.approx(second.figures["mpjpe"].mean)
    assert first.figures["p_mpjpe"].mean == pytest.approx(second.figures["p_mpjpe"].mean)
    assert first.figures["mpjpe"].mean == pytest.approx(mpjpe(found, truth()) * 1000)


def test_joints_that_do_not_count_count_nowhere() -> None:
    defined = np.ones((8, 17), np.bool_)
    defined[:, HUMAN36M_17.index("nose")] = False
    partial = Truth(truth(), {"action": ACTIONS}, defined)
    rows = {Row("ours", EXACT): [Lifts(noisy(1, 0.05))], Row("off", EXACT): [Lifts(off("nose", 9))]}
    ours, wrong = lifter_report(partial, rows).rows
    assert all(wrong.figures[name].mean < 1e-9 for name in ("mpjpe", "n_mpjpe", "p_mpjpe", "lean"))
    assert "nose" not in ours.joints
    joints = [figure.mean for figure in ours.joints.values()]
    assert np.mean(joints) == pytest.approx(ours.figures["mpjpe"].mean)
    assert "over 16 of 17 joints in all poses, nose in 0 %" in markdown(
        lifter_report(partial, rows)
    )


def test_wrong_input_is_refused() -> None:
    good = {"action": ACTIONS}
    row = Row("ours", EXACT)
    with pytest.raises(InputError, match=r"the truth: got poses \(8, 16, 3\)"):
        Truth(truth()[:, 1:], good)
    with pytest.raises(InputError, match=r"row .*ours.*: got poses \(7, 17, 3\)"):
        lifter_report(people(), {row: [Lifts(truth()[1:])]})
    with pytest.raises(InputError, match="all finite"):
        Truth(truth() * np.nan, good)
    with pytest.raises(InputError, match="no pose of finite numbers"):
        lifter_report(people(), {row: [Lifts(truth() * np.nan)]})
    with pytest.raises(InputError, match="no predictions"):
        lifter_report(people(), {row: []})
    with pytest.raises(InputError, match=r"groups 'action': got \(3,\), expected \(8,\)"):
        Truth(truth(), {"action": ACTIONS[:3]})
    with pytest.raises(InputError, match="expected 'action'"):
        Truth(truth(), {"camera": CAMERAS})
    with pytest.raises(InputError, match="fewer than 4 joints that count"):
        Truth(truth(), good, np.zeros((8, 17), np.bool_))
    with pytest.raises(InputError, match="0 rows"):
        lifter_report(people(), {})


def cells(text: str, title: str) -> list[list[str]]:
    """Header and rows of the Markdown table under a heading."""
    _, _, below = text.partition(f"### {title}\n\n")
    lines = below.partition("\n\n")[0].strip().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [rows[0], *rows[2:]]


def test_markdown_read_back() -> None:
    found = report()
    text = markdown(found)
    overview = cells(text, "Lifters")
    assert [row[:2] for row in overview[1:]] == [[row.method, row.keypoints] for row in found.rows]
    for line, row in zip(overview[1:], found.rows, strict=True):
        mean, deviation = line[overview[0].index("MPJPE [mm]")].split(" ± ")
        assert float(mean) == pytest.approx(row.figures["mpjpe"].mean, abs=0.051)
        assert float(deviation) == pytest.approx(row.figures["mpjpe"].deviation, abs=0.051)
    assert overview[2][3] == "-"
    assert float(overview[1][3].removesuffix(" %")) == pytest.approx(
        found.rows[0].difference, abs=0.051
    )
    joints = cells(text, "MPJPE [mm] by joint")
    assert [row[0] for row in joints[1:]] == list(HUMAN36M_17.joints)
    actions = cells(text, "MPJPE (P-MPJPE) [mm] by action")
    assert [row[0] for row in actions[1:]] == ["Eating", "Walking"]
    assert len(actions[0]) == 2 + len(found.rows)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of report()."""
    folder = tmp_path_factory.mktemp("report") / "new"
    write_report(report(), folder)
    return folder


def test_files_read_back(written: Path) -> None:
    found = report()
    values = json.loads((written / "lifter.json").read_text())
    assert values["poses"] == 8
    for row, score in zip(values["rows"], found.rows, strict=True):
        assert tuple(row["figures"]["mpjpe"]["runs"]) == score.figures["mpjpe"].runs
        walking = row["groups"]["action"]["Walking"]["p_mpjpe"]["runs"]
        assert tuple(walking) == score.groups["action"]["Walking"]["p_mpjpe"].runs
    with (written / "lifter.csv").open() as file:
        lines = list(csv.DictReader(file))
    metrics = len(found.rows[0].figures)
    assert len(lines) == (metrics + 2 + 17 + 4 * metrics) * len(found.rows)
    second = next(
        line for line in lines if line["group"] == "camera 2" and line["method"] == "ours"
    )
    assert float(second["mean"]) == pytest.approx(
        found.rows[0].groups["camera"]["2"]["mpjpe"].mean, abs=1e-4
    )
    assert second["runs"] == "3"
    assert (written / "lifter.md").read_text() == markdown(found)


def test_plot_has_bars_of_every_method(written: Path) -> None:
    image = cv2.imread(str(written / "lifter.png"))
    assert image is not None
    height, width = image.shape[:2]
    assert (width, height) == (1760, int((1 + 3 * 3.6) * 110))
    for colour in ((0xAA, 0x77, 0x44), (0x99, 0x99, 0x99)):
        share = (image == colour).all(axis=-1).mean()
        assert share > 0.02, colour


def test_equal_reports_give_equal_files(written: Path, tmp_path: Path) -> None:
    write_report(report(), tmp_path)
    for suffix in ("md", "csv", "json", "png"):
        first, second = (folder / f"lifter.{suffix}" for folder in (written, tmp_path))
        assert first.read_bytes() == second.read_bytes(), suffix
