"""The scored clauses as somebody may see them: the own score, then what the others gave, mean and spread, and where a note is wanted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from evaluation.numeric import is_less
from evaluation.rulebook.model import Clause, Indicator, Rulebook
from evaluation.rulebook.tests import Scored
from survey_app.domain.assessments import CountyAssessment, Entry, EntryKey, EntryKind, is_workbook_owner
from survey_app.domain.staff import StaffUser
from survey_app.services.assessments.entries import (
    Current,
    counting_scores,
    current_entries,
    may_see_others,
    versions_of,
)
from survey_app.services.assessments.sources import rulebook_of
from survey_app.storage.assessments.assessments import find_assessment
from survey_app.storage.assessments.entries import list_entries
from survey_app.storage.session import Database

FAR_APART: Final = 1 / 3  # of the points


@dataclass(frozen=True, slots=True)
class ClauseScores:
    """A scored clause as somebody may see it.

    `others` and the numbers over all scores are empty while the others' scores are hidden (`hidden` says how many there are).
    """

    id: str
    text: str
    citation: str
    points: float
    own: Entry | None
    others: tuple[Entry, ...]
    set_aside: tuple[Entry, ...]
    versions: tuple[Entry, ...]
    hidden: int
    mean: float | None
    lowest: float | None
    highest: float | None
    wants_note: bool

    @property
    def is_open(self) -> bool:
        """Whether nobody has scored it, as far as may be seen."""
        return self.mean is None and not self.hidden


@dataclass(frozen=True, slots=True)
class IndicatorScores:
    """A scored indicator with those of its clauses that evaluators score; `by_survey` are the ids of those that the survey scores."""

    id: str
    title: str
    points: float
    clauses: tuple[ClauseScores, ...]
    by_survey: tuple[str, ...]

    @property
    def open_for_own(self) -> int:
        """How many clauses the reader has neither scored nor left."""
        return sum(one.own is None for one in self.clauses)


def show_scores(database: Database, assessment_id: str, user: StaffUser) -> list[IndicatorScores]:
    """All scored indicators as somebody may see them. Raises `UnknownAssessment`."""
    with database.read() as connection:
        assessment = find_assessment(connection, assessment_id)
        return indicator_scores(connection, assessment, user)


def indicator_scores(connection: Connection, assessment: CountyAssessment, user: StaffUser) -> list[IndicatorScores]:
    """The same within a transaction."""
    entries = list_entries(connection, assessment.id)
    rulebook = rulebook_of(connection, assessment)
    return [_indicator(one, entries, assessment, user) for one in rulebook.indicators if _points_by_clause(one.clauses)]


def scored_points(rulebook: Rulebook) -> dict[str, float]:
    """The points of each clause that evaluators score."""
    return {
        id_: points for indicator in rulebook.indicators for id_, points in _points_by_clause(indicator.clauses).items()
    }


def wants_note(scores: Sequence[Entry], points: float) -> bool:
    """Whether the scores lie more than a third of the points apart and one of the outermost says nothing about why."""
    values = [one.value for one in scores if one.value is not None]
    if len(values) < 2 or not is_less(points * FAR_APART, max(values) - min(values)):
        return False
    outermost = [one for one in scores if one.value in (min(values), max(values))]
    return any(not one.text for one in outermost)


def _points_by_clause(clauses: Sequence[Clause]) -> dict[str, float]:
    return {one.id: one.test.points for one in clauses if isinstance(one.test, Scored)}


def _indicator(
    indicator: Indicator, entries: Sequence[Entry], assessment: CountyAssessment, user: StaffUser
) -> IndicatorScores:
    points = _points_by_clause(indicator.clauses)
    current = current_entries(entries)
    clauses = tuple(
        _clause_scores(clause.id, clause.text, clause.citation, points[clause.id], entries, current, assessment, user)
        for clause in indicator.clauses
        if clause.id in points
    )
    by_survey = tuple(clause.id for clause in indicator.clauses if clause.id not in points)
    return IndicatorScores(indicator.id, indicator.title, indicator.points or sum(points.values()), clauses, by_survey)


def _clause_scores(
    clause: str,
    text: str,
    citation: str,
    points: float,
    entries: Sequence[Entry],
    current: Current,
    assessment: CountyAssessment,
    user: StaffUser,
) -> ClauseScores:
    sees_all = may_see_others(current, assessment, user, clause)
    counting = counting_scores(current, clause)
    seen = [one for one in counting if sees_all or _is_open_to(one.key.owner, user)]
    values = [one.value for one in seen if one.value is not None] if len(seen) == len(counting) else []
    return ClauseScores(
        id=clause,
        text=text,
        citation=citation,
        points=points,
        own=current.get(EntryKey(EntryKind.SCORE, clause, user.name)),
        others=tuple(one for one in seen if one.key.owner != user.name),
        set_aside=_set_aside(current, clause),
        versions=tuple(_visible_versions(entries, clause, user, sees_all=sees_all)),
        hidden=len(counting) - len(seen),
        mean=sum(values) / len(values) if values else None,
        lowest=min(values, default=None),
        highest=max(values, default=None),
        wants_note=len(seen) == len(counting) and wants_note(seen, points),
    )


def _visible_versions(entries: Sequence[Entry], clause: str, user: StaffUser, *, sees_all: bool) -> list[Entry]:
    versions = versions_of(entries, EntryKind.SCORE, clause)
    return [one for one in versions if sees_all or _is_open_to(one.key.owner, user)]


def _is_open_to(owner: str, user: StaffUser) -> bool:
    return owner == user.name or is_workbook_owner(owner)


def _set_aside(current: Current, clause: str) -> tuple[Entry, ...]:
    """The workbook's scores that somebody left out of the mean."""
    return tuple(
        one
        for key, one in current.items()
        if (key.kind, key.subject) == (EntryKind.SCORE, clause)
        and is_workbook_owner(key.owner)
        and one.is_typed
        and one.value is None
    )
