"""What a closed campaign says: its recognition rate and the verdict on its county. Nothing of it is computed before closing."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from evaluation.evaluating import SurveyAnswers
from evaluation.rulebook.model import Rulebook
from evaluation.survey.groups import GROUPS, Group
from evaluation.survey.labels import LabelCount, Labels
from evaluation.survey.questionnaire import Questionnaires, questionnaire_from_document
from evaluation.survey.recognition import estimate_recognition, recognition_document
from evaluation.survey.responses import ResponseRow, Responses, responses_from_rows
from survey_app.domain.campaigns import Campaign, State
from survey_app.domain.errors import WrongState
from survey_app.domain.quotas import plan_from_text
from survey_app.domain.seal import hash_leaf, tree_root
from survey_app.storage.campaigns.campaigns import PLAN, RULES, find_campaign, find_document, list_questionnaires
from survey_app.storage.results import (
    ResultRow,
    count_labels,
    count_results,
    list_comments,
    list_unit_schools,
    school_names,
    stream_results,
)
from survey_app.storage.session import Database
from survey_app.storage.transparency_log import list_entries

_CHUNK = 5_000


def require_closed(connection: Connection, campaign_id: str, action: str) -> Campaign:
    """The campaign, if its results may be seen. Raises `UnknownCampaign`, `WrongState`."""
    campaign = find_campaign(connection, campaign_id)
    if campaign.state != State.CLOSED:
        raise WrongState(campaign_id, campaign.state, action, (State.CLOSED,))
    return campaign


def recognition_of_campaign(database: Database, campaign_id: str) -> dict[str, Any]:
    """The JSON object `recognition` of a closed campaign, by the rules it was opened with. Raises `UnknownCampaign`, `WrongState`."""
    with database.read() as connection:
        campaign = require_closed(connection, campaign_id, "see its results")
        rules = Rulebook.model_validate_json(find_document(connection, campaign_id, RULES))
        answers = _answers(connection, campaign)
    recognition = estimate_recognition(
        answers.responses,
        answers.questionnaires,
        rules.survey.parameters,
        campaign.population,
        answers.frames or {},
        answers.plan,
        answers.required,
        answers.labels,
    )
    return recognition_document(recognition)


def survey_answers(connection: Connection, campaign_id: str) -> SurveyAnswers:
    """The answers of a closed campaign as `evaluation` judges them. Raises `UnknownCampaign`, `WrongState`."""
    return _answers(connection, require_closed(connection, campaign_id, "see its results"))


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote, apart from the answers."""

    group: Group
    text: str


@dataclass(frozen=True, slots=True)
class NamedUnitSchool:
    """A school whose answers of a group count in a unit."""

    unit: str
    group: Group
    school: str
    school_name: str


@dataclass(frozen=True)
class CampaignAnswers:
    """Everything of a closed campaign that may leave it: answers and comments, each in the order of their own random ids."""

    title: str
    questionnaires: Questionnaires
    count: int
    responses: Iterator[ResponseRow]
    comments: Sequence[Comment]
    units: Sequence[NamedUnitSchool]
    counts: Sequence[LabelCount] = ()


@contextmanager
def answers_of_campaign(database: Database, campaign_id: str) -> Iterator[CampaignAnswers]:
    """The answers of a closed campaign, streamed: read them inside the block. Raises `UnknownCampaign`, `WrongState`."""
    with database.read() as connection:
        campaign = require_closed(connection, campaign_id, "export its answers")
        names = school_names(connection, campaign_id)
        units = list_unit_schools(connection, campaign_id)
        comments = list_comments(connection, campaign_id)
        yield CampaignAnswers(
            title=campaign.name,
            questionnaires=read_questionnaires(connection, campaign_id),
            count=count_results(connection, campaign_id),
            responses=(_row(one) for one in _rows(connection, campaign_id)),
            comments=[Comment(group, text) for group, text in comments],  # type: ignore[arg-type]
            units=[NamedUnitSchool(one.unit, one.group, one.school, names[one.school]) for one in units],  # type: ignore[arg-type]
            counts=_counts(connection, campaign_id),
        )


def read_questionnaires(connection: Connection, campaign_id: str) -> Questionnaires:
    """The questionnaires that the campaign was opened with."""
    rows = list_questionnaires(connection, campaign_id)
    read = {one.group: one for one in (questionnaire_from_document(json.loads(row.text)) for row in rows)}
    return Questionnaires({group: read[group] for group in GROUPS if group in read})


def _answers(connection: Connection, campaign: Campaign) -> SurveyAnswers:
    plan = plan_from_text(find_document(connection, campaign.id, PLAN))
    questionnaires = read_questionnaires(connection, campaign.id)
    return SurveyAnswers(
        responses=_responses(connection, campaign, questionnaires),
        questionnaires=questionnaires,
        sha256=_digest(connection, campaign.id),
        seal_root=tree_root([hash_leaf(body.encode()) for body in list_entries(connection, campaign.id)]).hex(),
        county=campaign.county_code,
        frames=plan.frames,
        plan=plan.planned,
        required=campaign.sample_required,
        population=campaign.population,
        year=campaign.year,
        labels=Labels(_counts(connection, campaign.id)),
    )


def _counts(connection: Connection, campaign_id: str) -> list[LabelCount]:
    """What became of the sheets by group and exported unit; those that were withheld of a void unit stand nowhere."""
    found: dict[tuple[str, str], LabelCount] = {}
    for one in count_labels(connection, campaign_id):
        gone = one.withheld if one.is_void else 0
        before = found.get((one.group, one.unit)) or LabelCount(one.group, one.unit, 0, 0, 0, 0)  # type: ignore[arg-type]
        found[one.group, one.unit] = replace(
            before,
            answered=before.answered + one.answered - gone,
            withheld=before.withheld + one.withheld - gone,
            lost=before.lost + one.lost,
            fast=before.fast + one.fast,
        )
    return [found[key] for key in sorted(found)]


def _responses(connection: Connection, campaign: Campaign, questionnaires: Questionnaires) -> Responses:
    rows = (_row(one) for one in _rows(connection, campaign.id))
    return responses_from_rows(rows, questionnaires, campaign.county_code)


def _rows(connection: Connection, campaign_id: str) -> Iterator[ResultRow]:
    for part in stream_results(connection, campaign_id, _CHUNK):
        yield from part


def _row(stored: ResultRow) -> ResponseRow:
    answers = json.loads(stored.answers)
    return ResponseRow(stored.group, stored.unit, stored.valid, answers)  # type: ignore[arg-type]


def _digest(connection: Connection, campaign_id: str) -> str:
    """A hash of the answers that were judged, in the order of their ids: the same answers give the same one."""
    digest = hashlib.sha256()
    for one in _rows(connection, campaign_id):
        line = [one.group, one.unit, one.valid, one.answers]
        digest.update(json.dumps(line, ensure_ascii=False).encode("utf-8") + b"\n")
    return digest.hexdigest()
