"""Where the workbook's own figures contradict a score: a finding of the report; the score stays the evaluators'."""

from collections.abc import Iterator
from itertools import pairwise

import pandas as pd

from evaluation.assessment import Evidence, Finding
from evaluation.criteria.judged_counties import JudgedCounties
from evaluation.facts import Facts
from evaluation.numeric import is_less
from evaluation.rulebook.model import CrossCheck

YUAN_PER_WAN = 10_000


def cross_check_findings(counties: JudgedCounties, county: str) -> tuple[Finding, ...]:
    """The findings of every cross-check of the rulebook whose clause got points in this county."""
    return tuple(
        finding
        for check in counties.rulebook.cross_checks
        if _is_scored(counties.rows("scores", county), check.clause)
        for finding in _spending_findings(counties, check, county)
    )


def _is_scored(scores: pd.DataFrame, clause: str) -> bool:
    return bool(((scores["clause"] == clause) & (scores["score"] > 0)).any())


def _spending_findings(counties: JudgedCounties, check: CrossCheck, county: str) -> Iterator[Finding]:
    finance = counties.rows("finance", county).sort_values("year").tail(check.test.years)
    per_pupil = finance["spending_wan_yuan"] * YUAN_PER_WAN / finance["pupils"].where(finance["pupils"] > 0)
    table = finance.assign(per_pupil_yuan=per_pupil)
    for name, text in (("spending_wan_yuan", check.spending_text), ("per_pupil_yuan", check.per_pupil_text)):
        yield from _falls(counties.facts, check.clause, table, name, text, county)


def _falls(facts: Facts, clause: str, table: pd.DataFrame, name: str, text: str, county: str) -> Iterator[Finding]:
    for (_, before), (_, after) in pairwise(table.iterrows()):
        if not is_less(after[name], before[name]):
            continue
        values = {"year": int(after["year"]), "value": f"{after[name]:,.2f}"}
        previous = {"previous_year": int(before["year"]), "previous": f"{before[name]:,.2f}"}
        evidence = [
            Evidence(
                str(int(row["year"])), float(row[field]), "", facts.cell(county, "finance", int(row["row"]), field), key
            )
            for row in (before, after)
            for field, key in (("spending_wan_yuan", "finance_spending"), ("pupils", "finance_pupils"))
        ]
        yield Finding(clause, text.format(**values, **previous), tuple(evidence))
