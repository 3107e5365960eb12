"""docs/troubleshooting.md matches the code."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from troubleshooting import PAGE, page

from pose_action_ros.doctor.checks import CHECK_FAILED, TITLES, Level, Problem, problems_of

TEXT = PAGE.read_text(encoding="utf-8")
ALL = [CHECK_FAILED, *(problem for name in TITLES for problem in problems_of(name))]


def test_page_is_up_to_date() -> None:
    assert page(TEXT) == TEXT, "run: python3 tools/bootstrap.py run python tools/troubleshooting.py"


@pytest.mark.parametrize("name", TITLES)
def test_each_check_has_a_section(name: str) -> None:
    assert problems_of(name)
    assert f"\n## {TITLES[name]}\n" in TEXT


@pytest.mark.parametrize("problem", ALL, ids=lambda problem: problem.name)
def test_page_has_each_problem_with_its_remedy(problem: Problem) -> None:
    assert f"**`{problem.name}`** ({problem.level.value}): {problem.summary}" in TEXT
    assert problem.remedy_template in TEXT


def test_names_are_unique_words_with_hyphens() -> None:
    names = [problem.name for problem in ALL]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name) for name in names)


@pytest.mark.parametrize("problem", ALL, ids=lambda problem: problem.name)
def test_texts_are_complete(problem: Problem) -> None:
    assert problem.level is not Level.OK
    assert problem.summary.endswith(".")
    assert not problem.why.endswith(".")
    assert not problem.remedy.endswith(".")
    words = {name for _, name, _, _ in Formatter().parse(problem.remedy) if name}
    finding = problem.finding("x", **{word: word.upper() for word in words})
    assert finding.remedy == problem.remedy_template
    assert "\n" not in finding.why + finding.remedy


def test_links_within_the_page_have_a_target() -> None:
    titles = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
    places = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= places
