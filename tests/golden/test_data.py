"""The golden data kept here are those that others hold, and a difference from them is found."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.golden.comparing import differences
from tests.paths import GOLDEN, REPOSITORY

ORIGIN = Path(os.environ.get("JUNHENG_GOLDEN", REPOSITORY.parent / "shared" / "golden"))
NOT_READ = {"compare.py", "eight-indicators.csv", "signals.json"}
"""What no test reads is not kept."""


def contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return {str(file.relative_to(folder)): file.read_bytes() for file in files if file.name not in NOT_READ}


@pytest.mark.skipif(not ORIGIN.is_dir(), reason="the golden data's origin is not beside this checkout")
def test_kept_data_are_those_of_their_origin() -> None:
    kept, there = contents(GOLDEN), contents(ORIGIN)
    assert kept.keys() == there.keys()
    assert [name for name in kept if kept[name] != there[name]] == []


EXPECTED: dict[str, Any] = {
    "county": "430300",
    "rate": 0.85,
    "reached": True,
    "interval": None,
    "schools": [{"code": "1", "stage": "小学", "met": 7, "failing": ["2", "4"]}],
}
SCHOOL = EXPECTED["schools"][0]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"survey": 1},
        {"rate": 0.8500001},
        {"schools": [SCHOOL | {"failing": ["4", "2"], "name": "一小"}]},
        {"schools": [SCHOOL, SCHOOL | {"stage": "初中", "in_scope": False}]},
        {"schools": [SCHOOL | {"met": 7.0}]},
    ],
)
def test_a_result_that_says_the_same_does_not_differ(more: dict[str, Any]) -> None:
    assert list(differences(EXPECTED, EXPECTED | more)) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"county": "430301"}, "$.county: '430301', expected '430300'"),
        ({"rate": 0.850002}, "$.rate: 0.850002, expected 0.85"),
        ({"rate": None}, "$.rate: None, expected 0.85"),
        ({"rate": "0.85"}, "$.rate: '0.85', expected 0.85"),
        ({"reached": 1}, "$.reached: 1, expected True"),
        ({"interval": 0}, "$.interval: 0, expected None"),
        ({"schools": []}, "$.schools['1', '小学']: absent"),
        ({"schools": {}}, "$.schools: {}, expected [{'code': '1', 'stage': '小学', 'met': 7, 'failing': ['2', '4']}]"),
        ({"schools": [SCHOOL, SCHOOL]}, "$.schools: two rows of the same ('code', 'stage')"),
        ({"schools": [SCHOOL, SCHOOL | {"code": "2"}]}, "$.schools['2', '小学']: not expected"),
        ({"schools": [SCHOOL | {"met": True}]}, "$.schools['1', '小学'].met: True, expected 7"),
        (
            {"schools": [SCHOOL | {"failing": ["2"]}]},
            "$.schools['1', '小学'].failing: ['2'], expected ['2', '4']",
        ),
    ],
)
def test_a_difference_is_told_with_its_place(changed: dict[str, Any], told: str) -> None:
    assert list(differences(EXPECTED, EXPECTED | changed)) == [told]


def test_what_is_absent_is_a_difference() -> None:
    assert list(differences({"a": {"b": 1}}, {"a": {}})) == ["$.a.b: absent, expected 1"]
