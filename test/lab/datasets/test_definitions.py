"""Names of joints: the package's families, and files of users."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.definitions import LIMBS, Definition, definitions_for, find_people
from pose_action_ros.lab.datasets.person import PERSON

FAMILIES = definitions_for(Path())
MINE = {"sides": ["L", "R"], "head": "skull", **{limb: f"{limb} {{side}}" for limb in LIMBS}}


def names_of(definition: Definition, prefix: str = "") -> list[str]:
    own = [*(theirs[0] for theirs in definition.joints.values()), *definition.also]
    own += [definition.head_end] if definition.head_end else []
    return [prefix + name for name in own]


@given(st.sampled_from(FAMILIES), st.sampled_from(["", "A:", "mixamorig_", "Bip 01"]), st.randoms())
def test_a_family_is_found_by_its_names(
    definition: Definition, prefix: str, random: object
) -> None:
    names = ["another", *names_of(definition, prefix)]
    random.shuffle(names)  # type: ignore[attr-defined]
    (match,) = find_people(names, FAMILIES)
    assert {*match.definition.joints} == {*definition.joints}
    plain = [name.lower().replace(" ", "").replace("_", "").replace(":", "") for name in names]
    for ours, row in match.rows.items():
        if ours in match.definition.joints:
            assert plain[row].removeprefix(match.prefix) in match.definition.joints[ours]


def test_joints_that_no_source_defines() -> None:
    for definition in FAMILIES:
        approximate = {
            name for name, sure in zip(PERSON.joints, definition.defined, strict=True) if not sure
        }
        face = {name for name in PERSON.joints if name.endswith(("nose", "eye", "ear"))}
        assert approximate - {"head_top"} == face
        assert ("head_top" in approximate) == (definition.vertex is None)
    assert np.sum([definition.vertex is not None for definition in FAMILIES]) == 5


@pytest.mark.parametrize("folder", [".", "one", "one/two"])
def test_names_near_the_data_come_first(tmp_path: Path, folder: str) -> None:
    (tmp_path / "one/two").mkdir(parents=True)
    (tmp_path / folder / "joint_names.yaml").write_text(yaml.safe_dump({"mine": MINE}))
    first, *others = definitions_for(tmp_path / "one/two/walk.bvh")
    assert first.name == "mine"
    assert tuple(others) == FAMILIES
    (match,) = find_people(names_of(first), (first, *others))
    assert match.definition is first


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[1, 2]", "got list, expected families"),
        ("{a: 1", "cannot read joint names"),
        (yaml.safe_dump({"mine": {**MINE, "tail": "x"}}), "mine: got .*tail.*expected ankle"),
        (yaml.safe_dump({"mine": {"sides": ["L", "R"]}}), "mine: got .*expected ankle"),
        (yaml.safe_dump({"mine": {**MINE, "sides": ["L"]}}), "mine: .*values to unpack"),
        (yaml.safe_dump({"mine": {**MINE, "hip": 3}}), "mine: .*got 3, expected a name or a list"),
        (yaml.safe_dump({"mine": {**MINE, "hip": "{leg}"}}), "mine: KeyError"),
        (yaml.safe_dump({"mine": {**MINE, "up": "w"}}), "mine: .*got up 'w'"),
        (yaml.safe_dump({"mine": {**MINE, "unit": "cm"}}), "mine: .*cm"),
    ],
)
def test_wrong_files_are_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "joint_names.yaml").write_text(content)
    with pytest.raises(InputError, match=message) as caught:
        definitions_for(tmp_path / "walk.bvh")
    assert str(tmp_path) in str(caught.value)
