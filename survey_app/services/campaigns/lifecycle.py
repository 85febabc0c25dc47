"""Creates and opens campaigns."""

import json
import secrets
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from evaluation.survey.questionnaire import questionnaire_from_document
from survey_app.domain.campaigns import Admission, Campaign, State
from survey_app.domain.clock import Clock
from survey_app.domain.codes import ALPHABET
from survey_app.domain.errors import CommitTimesKept, OtherPathOpen, PastItsEnd, WrongState
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.quotas import SamplePlan
from survey_app.domain.seal import places_document
from survey_app.domain.stable_json import hash_text, stable_json
from survey_app.domain.staff import StaffUser
from survey_app.services.audit import COMMAND_LINE, record_on_campaign
from survey_app.services.campaigns.file import CampaignInput, read_campaign_file
from survey_app.services.campaigns.planning import make_plan, refuse_small_crowds, small_crowds
from survey_app.services.campaigns.served_paths import other_path, path_of
from survey_app.services.campaigns.terms import campaign_terms, min_seconds_of, terms_body
from survey_app.services.mixing.turnover import require_keys
from survey_app.storage.campaigns.campaigns import (
    PLAN,
    RULES,
    find_campaign,
    insert_allocations,
    insert_campaign,
    insert_quotas,
    insert_schools,
    insert_texts,
    list_campaigns,
    list_questionnaires,
    list_text_hashes,
    move_state,
)
from survey_app.storage.cockpit.monitoring import count_groups
from survey_app.storage.codes.issuing import list_live_places
from survey_app.storage.health import keeps_commit_times
from survey_app.storage.heartbeats import TURNOVER, beat
from survey_app.storage.mixing.mixer_lock import only_mixer
from survey_app.storage.session import Database
from survey_app.storage.transparency_log import append_entry

_SUFFIX_LENGTH = 4


def create_campaign(
    database: Database,
    keys: KeyDirectory,
    clock: Clock,
    path: Path,
    actor: StaffUser | str = COMMAND_LINE,
    *,
    may_be_small: bool = False,
) -> str:
    """Stores a campaign as a draft, with its sample plan, and returns its id. Raises `InvalidInput` with every mistake of the file.

    A plan with a group smaller than k is such a mistake, unless it `may_be_small`: its people are then not hidden as the others are.
    """
    given = read_campaign_file(path)
    plan = make_plan(given, seed=given.file.seed or secrets.token_hex(8))
    if not may_be_small:
        refuse_small_crowds(given, plan)
    return store_draft(database, keys, clock, given, plan, actor)


def store_draft(
    database: Database,
    keys: KeyDirectory,
    clock: Clock,
    given: CampaignInput,
    plan: SamplePlan,
    actor: StaffUser | str = COMMAND_LINE,
) -> str:
    """The same from a file that was read and planned already."""
    new = _draft(_new_id(given), given, plan, clock)
    keys.make_campaign_key(new.id)
    try:
        with database.write() as connection:
            _store(connection, new, given, plan)
            record_on_campaign(connection, clock, actor, "campaign_created", new, {"name": new.name})
    except BaseException:
        keys.destroy_campaign(new.id)
        raise
    return new.id


def open_campaign(
    database: Database, keys: KeyDirectory, clock: Clock, campaign_id: str, actor: StaffUser | str = COMMAND_LINE
) -> None:
    """Opens a draft: its terms are frozen in the log's first entry and in the key directory, and so are the places of the codes.

    Answers are taken from the campaign's opening time on. Raises `UnknownCampaign`, `WrongState` (`PastItsEnd` once its closing time is
    past, `OtherPathOpen` where an open campaign's address has another path), `KeysMissing`, and `CommitTimesKept` on a server that would
    tell when codes were used.
    """
    with only_mixer(database), database.write() as connection:
        if keeps_commit_times(connection):
            raise CommitTimesKept
        campaign = find_campaign(connection, campaign_id, to_change=True)
        if campaign.state != State.DRAFT:
            raise WrongState(campaign_id, campaign.state, "open it", (State.DRAFT,))
        now = clock.now()
        if now >= campaign.closes:
            raise PastItsEnd(campaign_id, campaign.state, "open a survey", (State.DRAFT,), campaign.closes)
        _refuse_other_path(connection, campaign)
        require_keys(keys, campaign)
        append_entry(connection, campaign_id, freeze_terms(connection, keys, campaign_id))
        move_state(connection, campaign_id, State.OPEN, opened_at=now)
        beat(connection, f"{TURNOVER}{campaign_id}", now)
        record_on_campaign(connection, clock, actor, "campaign_opened", campaign)


def _refuse_other_path(connection: Connection, campaign: Campaign) -> None:
    """The service is reached below one path, that of the open campaigns' addresses."""
    other = other_path(list_campaigns(connection, (State.OPEN, State.CLOSING)), campaign.base_url)
    if other:
        paths = path_of(campaign.base_url), other.id, path_of(other.base_url)
        raise OtherPathOpen(campaign.id, other.state, "open it", (State.CLOSED,), *paths)


def freeze_terms(connection: Connection, keys: KeyDirectory, campaign_id: str) -> dict[str, Any]:
    """Keeps what a campaign is opened with in the key directory, and returns it: the log's `open` entry."""
    terms = _terms(connection, find_campaign(connection, campaign_id))
    keys.write_terms(campaign_id, terms_body(terms))
    return terms


def _terms(connection: Connection, campaign: Campaign) -> dict[str, Any]:
    hashes, documents = list_text_hashes(connection, campaign.id)
    questionnaires = {
        row.group: questionnaire_from_document(json.loads(row.text))
        for row in list_questionnaires(connection, campaign.id)
    }
    groups = count_groups(connection, campaign.id)
    return {
        "kind": "open",
        **campaign_terms(campaign),
        "caps": {one.group: one.cap for one in groups if one.cap is not None},
        "codes": places_document(list_live_places(connection, campaign.id)),
        "least_crowds": {one.group: one.least_crowd for one in groups},
        "min_milliseconds": {
            group: round(1000 * min_seconds_of(campaign.min_seconds, one)) for group, one in questionnaires.items()
        },
        "plan": documents.get(PLAN, ""),
        "questionnaires": hashes,
        "rules": documents.get(RULES, ""),
    }


def _new_id(given: CampaignInput) -> str:
    suffix = "".join(secrets.choice(ALPHABET) for _ in range(_SUFFIX_LENGTH)).lower()
    return f"{given.file.county.code}-{given.file.year}-{suffix}"


def _draft(campaign_id: str, given: CampaignInput, plan: SamplePlan, clock: Clock) -> Campaign:
    file = given.file
    return Campaign(
        id=campaign_id,
        name=file.name,
        county_code=file.county.code,
        county_name=file.county.name,
        population=file.county.population,
        year=file.year,
        rulebook=given.rulebook.id,
        base_url=file.base_url,
        opens=file.opens,
        closes=file.closes,
        grace_minutes=file.grace_minutes,
        anonymity_k=file.anonymity_k,
        min_seconds=file.min_seconds,
        seed=plan.seed,
        per_school=plan.per_school,
        expected_return=plan.expected_return,
        sample_required=plan.required,
        created_at=clock.now(),
        state=State.DRAFT,
        admission=Admission.NOT_YET,
        opened_at=None,
        closing_at=None,
        closed_at=None,
    )


def _store(connection: Connection, new: Campaign, given: CampaignInput, plan: SamplePlan) -> None:
    insert_campaign(connection, new)
    insert_texts(connection, new.id, _questionnaires(given), _documents(given, plan))
    insert_schools(connection, new.id, [(school.code, school.name, school.location) for school in given.schools])
    insert_quotas(connection, new.id, _quotas(plan, new.anonymity_k))
    insert_allocations(connection, new.id, _allocations(plan))


def _questionnaires(given: CampaignInput) -> list[dict[str, str]]:
    texts = {one.group: stable_json(one.document()) for one in given.questionnaires}
    return [
        {"group": one.group, "id": one.key, "sha256": hash_text(texts[one.group]), "text": texts[one.group]}
        for one in given.questionnaires
    ]


def _documents(given: CampaignInput, plan: SamplePlan) -> list[dict[str, str]]:
    rules = stable_json(given.rulebook.model_dump(mode="json", by_alias=True))
    return [
        {"name": name, "sha256": hash_text(text), "text": text} for name, text in ((PLAN, plan.text), (RULES, rules))
    ]


def _quotas(plan: SamplePlan, k: int) -> list[dict[str, object]]:
    small = small_crowds(plan, k)
    return [
        {
            "group": group,
            "planned": planned,
            "cap": plan.caps[group],
            "frame": plan.frames.get(group),
            "to_issue": plan.codes[group],
            "least_crowd": small.get(group, k),
        }
        for group, planned in plan.planned.items()
    ]


def _allocations(plan: SamplePlan) -> dict[tuple[str, str], int]:
    """Codes by group and school; a group that is not reached through schools has one allocation."""
    numbers: dict[tuple[str, str], int] = {}
    for group, codes in plan.codes.items():
        for school, number in plan.allocation.get(group, {"": codes}).items():
            numbers[group, school] = number
    return numbers
