"""Begins assessments, lists them, and ties them to a closed survey."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from evaluation.errors import InputProblem, InvalidInput, Message
from evaluation.rulebook.loading import list_rulebooks, load_rulebook, rulebook_file
from survey_app.domain.answers import clean_text
from survey_app.domain.assessments import AssessmentState, CountyAssessment
from survey_app.domain.campaigns import Campaign, State
from survey_app.domain.clock import Clock
from survey_app.domain.errors import AssessmentSigned
from survey_app.domain.staff import StaffUser, is_county_code
from survey_app.services.assessments import wording
from survey_app.services.audit import record
from survey_app.storage.assessments.assessments import (
    find_assessment,
    insert_assessment,
    keep_rulebook,
    list_assessments,
    update_assessment,
)
from survey_app.storage.campaigns.campaigns import list_campaigns
from survey_app.storage.session import Database

_YEARS = range(2000, 2101)
_NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class NewAssessment:
    """An assessment to be begun, as it was typed."""

    county_code: str
    county_name: str
    year: str
    rulebook: str


@dataclass(frozen=True, slots=True)
class RulebookChoice:
    """A rulebook that comes along."""

    id: str
    title: str


def rulebook_choices() -> list[RulebookChoice]:
    """The rulebooks an assessment can be judged by."""
    return [RulebookChoice(name, load_rulebook(name).title) for name in list_rulebooks()]


def start_assessment(database: Database, clock: Clock, user: StaffUser, new: NewAssessment) -> str:
    """Begins an assessment by the rulebook as it is today, and returns its id. Raises `InvalidInput` with all that is wrong."""
    checked = _checked(new)
    rulebook = load_rulebook(checked.rulebook)
    with database.write() as connection:
        _refuse_second(connection, checked)
        keep_rulebook(connection, rulebook.sha256, rulebook_file(checked.rulebook).read_text(encoding="utf-8"))
        started = _insert(connection, clock, user, checked, rulebook.sha256)
        details = {"rulebook": started.rulebook, "rulebook_sha256": started.rulebook_sha256, "year": started.year}
        record_act(connection, clock, user, "assessment_started", started, details)
    return started.id


def visible_assessments(database: Database, user: StaffUser) -> list[CountyAssessment]:
    """The assessments that the account may see, the latest year first."""
    with database.read() as connection:
        return list_assessments(connection, user.county)


def show_assessment(database: Database, assessment_id: str) -> CountyAssessment:
    """One assessment. Raises `UnknownAssessment`."""
    with database.read() as connection:
        return find_assessment(connection, assessment_id)


def closed_campaigns(connection: Connection, county: str) -> list[Campaign]:
    """The county's surveys whose results may be seen, the latest first."""
    return [one for one in list_campaigns(connection, (State.CLOSED,)) if one.county_code == county]


def link_campaign(
    database: Database, clock: Clock, user: StaffUser, assessment_id: str, chosen: str | None, seen: str | None
) -> bool:
    """Joins the assessment with a closed survey of its county, or (None) parts them.

    `seen` is the survey that the form showed; False if somebody has chosen another one meanwhile. Raises `InvalidInput`.
    """
    with database.write() as connection:
        assessment = to_change(connection, assessment_id)
        if assessment.campaign == chosen:
            return True
        if assessment.campaign != seen:
            return False
        if chosen is not None and chosen not in {
            one.id for one in closed_campaigns(connection, assessment.county_code)
        }:
            raise _invalid("campaign", wording.CAMPAIGN_UNKNOWN)
        update_assessment(connection, assessment_id, campaign=chosen)
        details = {"campaign": [assessment.campaign, chosen]}
        record_act(connection, clock, user, "assessment_survey_chosen", assessment, details)
    return True


def to_change(connection: Connection, assessment_id: str) -> CountyAssessment:
    """The assessment, held until the transaction ends; what lists show of its verdict counts as old from then on.

    Raises `UnknownAssessment`, `AssessmentSigned`.
    """
    assessment = find_assessment(connection, assessment_id, to_change=True)
    refuse_signed(assessment)
    update_assessment(connection, assessment_id, judged_sha256=None)
    return assessment


def refuse_signed(assessment: CountyAssessment) -> None:
    """Raises `AssessmentSigned` if nothing of the assessment may change."""
    if assessment.is_signed:
        raise AssessmentSigned(assessment.id)


def record_act(
    connection: Connection,
    clock: Clock,
    user: StaffUser,
    action: str,
    assessment: CountyAssessment,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Logs an act on an assessment."""
    record(connection, clock, user, action, f"assessment/{assessment.id}", details, county=assessment.county_code)


def _checked(new: NewAssessment) -> NewAssessment:
    cleaned = NewAssessment(
        clean_text(new.county_code), clean_text(new.county_name), clean_text(new.year), new.rulebook
    )
    rules: list[tuple[str, bool, Message]] = [
        ("county_code", is_county_code(cleaned.county_code), wording.COUNTY_CODE),
        ("county_name", 0 < len(cleaned.county_name) <= _NAME_LENGTH, wording.COUNTY_NAME),
        ("year", cleaned.year.isascii() and cleaned.year.isdigit() and int(cleaned.year) in _YEARS, wording.YEAR),
        ("rulebook", cleaned.rulebook in list_rulebooks(), wording.RULEBOOK),
    ]
    problems = [InputProblem(field, message) for field, is_good, message in rules if not is_good]
    if problems:
        raise InvalidInput(problems)
    return cleaned


def _refuse_second(connection: Connection, new: NewAssessment) -> None:
    """One unsigned assessment of a county, year and rulebook at a time: a form sent twice begins nothing twice."""
    for one in list_assessments(connection, new.county_code):
        if (str(one.year), one.rulebook) == (new.year, new.rulebook) and not one.is_signed:
            raise InvalidInput([InputProblem("", wording.STARTED_BEFORE, {"id": one.id})])


def _insert(
    connection: Connection, clock: Clock, user: StaffUser, new: NewAssessment, rulebook_sha256: str
) -> CountyAssessment:
    """Stores it under the first free id: 2020-430302, 2020-430302-2, …"""
    stem, number = f"{new.year}-{new.county_code}", 1
    while True:
        started = CountyAssessment(
            id=stem if number == 1 else f"{stem}-{number}",
            county_code=new.county_code,
            county_name=new.county_name,
            year=int(new.year),
            rulebook=new.rulebook,
            rulebook_sha256=rulebook_sha256,
            state=AssessmentState.DRAFT,
            campaign=None,
            created_by=user.name,
            created_at=clock.now(),
        )
        if insert_assessment(connection, started):
            return started
        _refuse_second(connection, new)  # the id may have been taken by the same form, sent twice at once
        number += 1


def _invalid(where: str, message: Message) -> InvalidInput:
    return InvalidInput([InputProblem(where, message)])
