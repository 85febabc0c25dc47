"""Creates and opens campaigns; closing is in `closing`, what may be seen of them in `monitoring`."""

import secrets
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from survey_app.domain.campaigns import Admission, Campaign, State
from survey_app.domain.clock import Clock
from survey_app.domain.codes import ALPHABET
from survey_app.domain.errors import CommitTimesKept, OtherPathOpen, PastItsEnd, WrongState
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.quotas import SamplePlan, hash_text, stable_json
from survey_app.domain.seal import set_root
from survey_app.domain.staff import StaffUser
from survey_app.services.audit import COMMAND_LINE, record_on_campaign
from survey_app.services.campaign_file import CampaignInput, read_campaign_file
from survey_app.services.closing import advance_campaigns as advance_campaigns
from survey_app.services.closing import close_campaign as close_campaign
from survey_app.services.monitoring import show_campaign as show_campaign
from survey_app.services.planning import make_plan
from survey_app.services.served_paths import other_path, path_of
from survey_app.storage.campaigns import (
    PLAN,
    RULES,
    find_campaign,
    insert_campaign,
    insert_texts,
    list_campaigns,
    list_text_hashes,
    move_state,
)
from survey_app.storage.health import keeps_commit_times
from survey_app.storage.issuing import list_live_hashes
from survey_app.storage.ledger import append_entry
from survey_app.storage.planning import insert_cells, insert_quotas, insert_schools
from survey_app.storage.session import Database

_SUFFIX_LENGTH = 4


def create_campaign(
    database: Database, keys: KeyDirectory, clock: Clock, path: Path, actor: StaffUser | str = COMMAND_LINE
) -> str:
    """Stores a campaign as a draft, with its sample plan, and returns its id. Raises `InvalidInput` with every mistake of the file."""
    given = read_campaign_file(path)
    plan = make_plan(given, seed=given.file.seed or secrets.token_hex(8))
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
        keys.destroy_campaign_key(new.id)
        raise
    return new.id


def open_campaign(database: Database, clock: Clock, campaign_id: str, actor: StaffUser | str = COMMAND_LINE) -> None:
    """Opens a draft: questionnaires, plan and rules are frozen by their hashes in the ledger's first entry, and so are the codes.

    Answers are taken from the campaign's opening time on. Raises `UnknownCampaign`, `WrongState` (`PastItsEnd` once its closing time is
    past, `OtherPathOpen` where an open campaign's address has another path), and `CommitTimesKept` on a server that would tell when codes were used.
    """
    with database.write() as connection:
        if keeps_commit_times(connection):
            raise CommitTimesKept
        campaign = find_campaign(connection, campaign_id, to_change=True)
        if campaign.state != State.DRAFT:
            raise WrongState(campaign_id, campaign.state, "open it", (State.DRAFT,))
        now = clock.now()
        if now >= campaign.closes:
            raise PastItsEnd(campaign_id, campaign.state, "open a survey", (State.DRAFT,), campaign.closes)
        _refuse_other_path(connection, campaign)
        append_entry(connection, campaign_id, _open_entry(connection, campaign_id))
        move_state(connection, campaign_id, State.OPEN, opened_at=now)
        record_on_campaign(connection, clock, actor, "campaign_opened", campaign)


def _refuse_other_path(connection: Connection, campaign: Campaign) -> None:
    """The service is reached below one path, that of the open campaigns' addresses."""
    other = other_path(list_campaigns(connection, (State.OPEN, State.CLOSING)), campaign.base_url)
    if other:
        paths = path_of(campaign.base_url), other.id, path_of(other.base_url)
        raise OtherPathOpen(campaign.id, other.state, "open it", (State.CLOSED,), *paths)


def _open_entry(connection: Connection, campaign_id: str) -> dict[str, Any]:
    """The ledger's `open` entry; the tree of codes is over their hashes, as a set."""
    hashes = list_live_hashes(connection, campaign_id)
    questionnaires, documents = list_text_hashes(connection, campaign_id)
    return {
        "kind": "open",
        "campaign": campaign_id,
        "codes": {"n": len(hashes), "root": set_root(hashes).hex()},
        "plan": documents[PLAN],
        "questionnaires": questionnaires,
        "rules": documents[RULES],
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
    insert_quotas(connection, new.id, _quotas(plan))
    insert_cells(connection, new.id, _cells(plan))


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


def _quotas(plan: SamplePlan) -> list[dict[str, object]]:
    return [
        {
            "group": group,
            "planned": planned,
            "cap": plan.caps[group],
            "frame": plan.frames.get(group),
            "to_issue": plan.codes[group],
        }
        for group, planned in plan.planned.items()
    ]


def _cells(plan: SamplePlan) -> dict[tuple[str, str], int]:
    """Codes by group and school; a group that is not reached through schools has one cell."""
    cells: dict[tuple[str, str], int] = {}
    for group, codes in plan.codes.items():
        for school, number in plan.allocation.get(group, {"": codes}).items():
            cells[group, school] = number
    return cells
