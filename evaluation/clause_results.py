"""From the tables of verdicts of all counties to one county's `ClauseResult`."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from evaluation.assessment import Citation, ClauseResult, Evidence, SchoolFailure
from evaluation.facts import Facts
from evaluation.rulebook.model import Clause
from evaluation.verdicts import STATUSES, ClauseVerdicts, Rows


def optional_number(value: Any) -> float | None:
    """A float, or None for NaN: JSON never holds NaN."""
    return None if value is None or np.isnan(value) else float(value)


class CountyParts:
    """Failures, evidence and excused schools of every clause, split by county once."""

    def __init__(self, facts: Facts, verdicts: Mapping[str, ClauseVerdicts]) -> None:
        self.facts = facts
        self._verdicts = verdicts

    def of(self, part: str, clause: str, county: str) -> Rows:
        """The rows of one part (`failures`, `evidence`, `excused`) of a clause for a county."""
        return self._split[part].get((clause, county), [])

    @cached_property
    def _split(self) -> dict[str, dict[tuple[str, str], Rows]]:
        return {part: self._split_part(part) for part in ("failures", "evidence", "excused")}

    def _split_part(self, part: str) -> dict[tuple[str, str], Rows]:
        rows: dict[tuple[str, str], Rows] = {}
        for clause, verdicts in self._verdicts.items():
            for row in getattr(verdicts, part):
                rows.setdefault((clause, row["county"]), []).append(row)
        return rows


def clause_result(
    clause: Clause, verdicts: ClauseVerdicts, position: int, county: str, parts: CountyParts
) -> ClauseResult:
    """The result of one clause for the county at `position`."""
    failures = tuple(_failure(row, county, parts.facts) for row in parts.of("failures", clause.id, county))
    excused = parts.of("excused", clause.id, county)
    return ClauseResult(
        id=clause.id,
        text=clause.text,
        citation=Citation(clause.citation, clause.note),
        test=clause.test.name,
        status=STATUSES[int(verdicts.status[position])],
        value=None if verdicts.value is None else optional_number(verdicts.value[position]),
        threshold=verdicts.threshold,
        unit=verdicts.unit,
        limit=verdicts.limit,
        schools=_codes(failures) if verdicts.judges_schools else None,
        failures=failures,
        excused=tuple(str(row["school"]) for row in excused),
        evidence=tuple(_evidence(row, county, parts.facts) for row in parts.of("evidence", clause.id, county)),
        score=None if verdicts.score is None else optional_number(verdicts.score[position]),
        points=verdicts.points,
        reason=verdicts.reasons[position] if verdicts.reasons else "",
        reason_values=verdicts.reason_values[position] if verdicts.reason_values else {},
        resource=clause.test.judged_resource(),
    )


def _codes(failures: tuple[SchoolFailure, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(failure.school for failure in failures))


def _failure(row: Mapping[str, Any], county: str, facts: Facts) -> SchoolFailure:
    return SchoolFailure(
        school=str(row["school"]),
        name=str(row["name"]),
        stage=str(row["stage"]),
        label=str(row["label"]),
        actual=optional_number(row["actual"]),
        required=optional_number(row["required"]),
        unit=str(row["unit"]),
        source=facts.cell(county, str(row["table"]), int(row["row"]), str(row["field"])),
        count=int(row.get("count", 1)),
        is_at_least=bool(row.get("is_at_least", False)),
    )


def _evidence(row: Mapping[str, Any], county: str, facts: Facts) -> Evidence:
    value = row["value"]
    return Evidence(
        label=str(row["label"]),
        value=value if isinstance(value, str) else optional_number(value),
        unit=str(row["unit"]),
        source=facts.cell(county, str(row["table"]), int(row["row"]), str(row["field"])) if row["table"] else "",
        key=str(row["key"]),
    )
