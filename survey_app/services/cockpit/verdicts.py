"""The latest verdict of each county, and assessments found by a search, for the pages over all counties."""

from dataclasses import dataclass

from sqlalchemy import Connection

from survey_app.domain.assessments import CountyAssessment
from survey_app.storage.assessments.assessments import list_assessments
from survey_app.storage.cockpit.overview import find_assessment_lines


@dataclass(frozen=True, slots=True)
class LatestVerdict:
    """What a county's latest assessment says (docs/interfaces.md, "Rulebooks"); `outcome` None: not judged yet."""

    assessment: str
    county_name: str
    year: int
    outcome: str | None
    grade: str | None
    is_signed: bool


@dataclass(frozen=True, slots=True)
class FoundAssessment:
    """An assessment that a search found."""

    id: str
    county_name: str
    year: int


def latest_verdicts(connection: Connection, county: str | None) -> dict[str, LatestVerdict]:
    """By county code; of one county only where `county` is given. The latest year's counts, of it the one begun last."""
    latest: dict[str, CountyAssessment] = {}
    for one in list_assessments(connection, county):
        before = latest.get(one.county_code)
        if before is None or (one.year, one.created_at) > (before.year, before.created_at):
            latest[one.county_code] = one
    return {code: _verdict(one) for code, one in latest.items()}


def find_assessments(connection: Connection, text: str, county: str | None) -> list[FoundAssessment]:
    """Assessments whose id, county or rulebook holds the text."""
    return [FoundAssessment(*row) for row in find_assessment_lines(connection, text, county)]


def _verdict(one: CountyAssessment) -> LatestVerdict:
    return LatestVerdict(one.id, one.county_name, one.year, one.outcome, one.grade, one.is_signed)
