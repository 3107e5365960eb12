"""Report of a search: genotype, pictures, table, curve."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.errors import InputError, ModelError
from pose_action_ros.lab.networks.genotype import loose_ends, random_genotype, read_genotype
from pose_action_ros.lab.search.enas import Epoch, Ranked, read_curve, write_curve
from pose_action_ros.lab.search.report import comparison, layout, save_cells, write_report

CURVE = [
    Epoch(0, 2.5, math.nan, math.nan, math.nan, math.nan),
    Epoch(1, 1.25, 0.5, 0.375, 40.0, 0.75),
]
GENOTYPE = random_genotype(np.random.default_rng(0), 4)


def test_the_best_genotype_and_pictures_are_written(tmp_path: Path) -> None:
    write_curve(tmp_path / "curve.csv", CURVE)
    other = random_genotype(np.random.default_rng(1), 4)
    write_report(tmp_path, [Ranked(GENOTYPE, 0.9), Ranked(other, 0.8)])
    assert read_genotype(tmp_path / "genotype.json") == GENOTYPE
    for name in ("cells.png", "rewards.png"):
        picture = cv2.imread(str(tmp_path / name))
        assert picture is not None
        assert picture.shape[1] > 1000
        assert picture.std() > 5


def test_pictures_are_reproducible_and_differ_between_genotypes(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("one.png", "again.png", "other.png")]
    for path, seed in zip(paths, (0, 0, 1), strict=True):
        save_cells(random_genotype(np.random.default_rng(seed), 2), path)
    one, again, other = (path.read_bytes() for path in paths)
    assert one == again
    assert one != other


@given(st.integers(0, 2**32), st.integers(1, 7))
def test_the_layout_is_from_left_to_right_without_overlap(seed: int, nodes: int) -> None:
    cell = random_genotype(np.random.default_rng(seed), nodes).normal
    places = layout(cell)
    assert len(set(places)) == len(places) == nodes + 3
    for number, node in enumerate(cell):
        assert all(places[source][0] < places[number + 2][0] for source in node.inputs)
    assert all(places[loose][0] < places[-1][0] for loose in loose_ends(cell))


def test_the_table_has_three_rows() -> None:
    header, rows = comparison(0.913, [0.9, 0.92, 0.88], 0.857)
    assert header == ("network", "mean accuracy [%]", "best accuracy [%]")
    assert rows == [
        ("searched cells", "91.3", "91.3"),
        ("random cells (3)", "90.0", "92.0"),
        ("hand-made network", "85.7", "85.7"),
    ]


def test_a_report_without_genotypes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no genotype is ranked"):
        write_report(tmp_path, [])
    with pytest.raises(InputError, match="no accuracies of random cells"):
        comparison(0.9, [], 0.8)
    with pytest.raises(ModelError, match=r"curve\.csv is no curve of a search"):
        write_report(tmp_path, [Ranked(GENOTYPE, 0.9)])


def test_a_curve_is_restored_from_its_file(tmp_path: Path) -> None:
    write_curve(tmp_path / "new" / "curve.csv", CURVE)
    found = read_curve(tmp_path / "new" / "curve.csv")
    assert found[1] == CURVE[1]
    assert math.isnan(found[0].reward)
    assert found[0].loss == CURVE[0].loss


@pytest.mark.parametrize("text", ["epoch,loss\n0,1\n", "epoch,loss,reward\n0\n", "epoch\nx\n"])
def test_a_file_without_a_curve_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "curve.csv").write_text(text)
    with pytest.raises(ModelError, match="with the columns epoch, loss, reward"):
        read_curve(tmp_path / "curve.csv")
