"""Cases a lawyer can read (tests/cases/*.yaml): a situation and the verdicts on its clauses, on both sides of each boundary."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from evaluation.judging import Case, judge
from evaluation.rulebook.loading import load_rulebook
from tests.builders_facts import COUNTY, RECOGNITION, build_facts

CASES = [
    pytest.param(case, id=f"{file.stem}: {case['name']}")
    for file in sorted((Path(__file__).parents[2] / "cases").glob("*.yaml"))
    for case in yaml.safe_load(file.read_text(encoding="utf-8"))
]
RULEBOOK = load_rulebook("xiangtan-2018")
GIVEN = ("schools", "figures", "classes", "rooms", "monitoring", "finance", "without")


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any]) -> None:
    facts = build_facts(RULEBOOK, **{key: case[key] for key in GIVEN if key in case})
    (assessment,) = judge([Case(COUNTY, facts, RECOGNITION)], RULEBOOK)
    clauses = {clause.id: clause for indicator in assessment.indicators for clause in indicator.clauses}
    assert {clause: clauses[clause].status for clause in case["expect"]} == case["expect"]
    for clause, schools in case.get("failing", {}).items():
        assert sorted(clauses[clause].schools or ()) == schools
    for stage, coefficients in case.get("coefficients", {}).items():
        assert {one: assessment.coefficients[stage][one] for one in coefficients} == coefficients
