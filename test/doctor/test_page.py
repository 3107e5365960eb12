"""docs/troubleshooting.md says what the code says."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from troubleshooting import PAGE, page

from pose_action_ros.doctor.checks import CHECK_FAILED, TITLES, problems
from pose_action_ros.doctor.findings import Level, Problem

TEXT = PAGE.read_text(encoding="utf-8")
EVERY = [CHECK_FAILED, *(problem for name in TITLES for problem in problems(name))]


def test_it_is_up_to_date() -> None:
    assert page(TEXT) == TEXT, "run: python3 tools/bootstrap.py run python tools/troubleshooting.py"


@pytest.mark.parametrize("name", TITLES)
def test_every_check_has_a_section(name: str) -> None:
    assert problems(name)
    assert f"\n## {TITLES[name]}\n" in TEXT


@pytest.mark.parametrize("problem", EVERY, ids=lambda problem: problem.name)
def test_every_problem_is_there_with_its_remedy(problem: Problem) -> None:
    assert f"**`{problem.name}`** ({problem.level.value}): {problem.what}" in TEXT
    assert problem.remedy_for_all in TEXT


def test_names_are_words_and_unique() -> None:
    names = [problem.name for problem in EVERY]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name) for name in names)


@pytest.mark.parametrize("problem", EVERY, ids=lambda problem: problem.name)
def test_texts_are_whole(problem: Problem) -> None:
    assert problem.level is not Level.OK
    assert problem.what.endswith(".")
    assert not problem.why.endswith(".")
    assert not problem.remedy.endswith(".")
    words = {name for _, name, _, _ in Formatter().parse(problem.remedy) if name}
    finding = problem.found("x", **{word: word.upper() for word in words})
    assert finding.remedy == problem.remedy_for_all
    assert "\n" not in finding.why + finding.remedy


def test_links_within_the_page_lead_somewhere() -> None:
    titles = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
    places = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= places
