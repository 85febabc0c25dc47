"""The latest verdict of each county, and assessments found by a search, for the pages over all counties.

The seam between those pages and the assessments: whoever stores assessments reads them here.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class LatestVerdict:
    """What a county's latest assessment says (contract, section 5); `signed_at` None: not signed yet."""

    assessment: str
    county_name: str
    year: int
    outcome: str
    grade: str | None
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class FoundAssessment:
    """An assessment that a search found."""

    id: str
    county_name: str
    year: int


def latest_verdicts(connection: Connection, county: str | None) -> dict[str, LatestVerdict]:
    """By county code; of one county only where `county` is given."""
    return {}


def assessment_county(connection: Connection, assessment_id: str) -> str | None:
    """The county code of an assessment; None where there is none of this id."""
    return None


def assessment_document(connection: Connection, assessment_id: str) -> dict[str, Any] | None:
    """The assessment as `assessment.json` (contract, section 5); None where there is none of this id."""
    return None


def find_assessments(connection: Connection, text: str, county: str | None) -> list[FoundAssessment]:
    """Assessments whose id, county or rulebook holds the text."""
    return []
