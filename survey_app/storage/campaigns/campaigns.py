"""Queries about campaigns: their rows and frozen texts, their states (which only move forward), and the schools and quotas of a new one."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, true, update

from survey_app.domain.campaigns import Admission, Campaign, State
from survey_app.domain.errors import UnknownCampaign
from survey_app.storage.tables import allocation, campaign, code, document, questionnaire, quota, school

# names of documents
PLAN, RULES = "plan", "rules"

_FIND = select(campaign).where(campaign.c.id == bindparam("id"))
_FIND_TO_CHANGE = _FIND.with_for_update(key_share=True)  # FOR NO KEY UPDATE: rows that refer to it may come in
_OF_RECEIPT = select(code.c.campaign).where(code.c.receipt == bindparam("receipt"), code.c.used == true()).limit(1)
_QUESTIONNAIRE = select(questionnaire.c.id, questionnaire.c.sha256, questionnaire.c.text).where(
    questionnaire.c.campaign == bindparam("campaign"), questionnaire.c.group == bindparam("group")
)
_RAISE_ADMISSION = (
    update(campaign)
    .where(
        campaign.c.id == bindparam("of_campaign"),
        campaign.c.admission < bindparam("reached"),
        campaign.c.state != str(State.DRAFT),  # it can be opened yet, whatever a clock that was wrong has made of it
    )
    .values(admission=bindparam("reached"))
)


def find_campaign(connection: Connection, campaign_id: str, *, to_change: bool = False) -> Campaign:
    """The campaign. Raises `UnknownCampaign`.

    `to_change` locks its row until the transaction ends; in the order in which everybody locks rows (code, pool, run, group, school,
    label, campaign) it is the last. Submissions only read it.
    """
    row = connection.execute(_FIND_TO_CHANGE if to_change else _FIND, {"id": campaign_id}).one_or_none()
    if row is None:
        raise UnknownCampaign(campaign_id)
    return campaign_from_row(row)


def find_campaign_of_receipt(connection: Connection, receipt: str) -> Campaign | None:
    """The campaign that gave this receipt (as printed), or None."""
    campaign_id = connection.execute(_OF_RECEIPT, {"receipt": receipt}).scalar_one_or_none()
    return None if campaign_id is None else find_campaign(connection, campaign_id)


def lock_campaign(connection: Connection, campaign_id: str) -> None:
    """Holds the campaign's row until the transaction ends. Raises `UnknownCampaign`."""
    find_campaign(connection, campaign_id, to_change=True)


def list_campaigns(connection: Connection, states: Iterable[State] = tuple(State)) -> list[Campaign]:
    """All campaigns in one of `states`, the latest opening first."""
    wanted = select(campaign).where(campaign.c.state.in_([str(state) for state in states]))
    rows = connection.execute(wanted.order_by(campaign.c.opens.desc(), campaign.c.id))
    return [campaign_from_row(row) for row in rows]


def insert_campaign(connection: Connection, new: Campaign) -> None:
    """Stores a new campaign's row."""
    connection.execute(insert(campaign), {name: getattr(new, name) for name in campaign.c.keys()})  # noqa: SIM118


def insert_schools(connection: Connection, campaign: str, schools: Iterable[tuple[str, str, str]]) -> None:
    """Stores schools: code, name, location."""
    rows = [{"campaign": campaign, "code": code, "name": name, "location": place} for code, name, place in schools]
    if rows:
        connection.execute(insert(school), rows)


def insert_quotas(connection: Connection, campaign: str, quotas: Iterable[Mapping[str, object]]) -> None:
    """Stores one row a group: group, planned, cap, frame, to_issue."""
    connection.execute(insert(quota), [{"campaign": campaign, **one} for one in quotas])


def insert_allocations(connection: Connection, campaign: str, allocations: Mapping[tuple[str, str], int]) -> None:
    """Stores the number of codes planned for each group and school ("": the group as a whole)."""
    rows = [
        {"campaign": campaign, "group": group, "school": at, "planned": planned}
        for (group, at), planned in sorted(allocations.items())
    ]
    connection.execute(insert(allocation), rows)


def move_state(connection: Connection, campaign_id: str, state: State, **columns: datetime | None) -> None:
    """Sets the state and the moments that go with it; the caller holds the row and has checked that this is forward."""
    connection.execute(update(campaign).where(campaign.c.id == campaign_id).values(state=str(state), **columns))


def raise_admission(connection: Connection, campaign_id: str, reached: Admission) -> None:
    """Remembers that the clock has brought the campaign this far; never lowers it."""
    connection.execute(_RAISE_ADMISSION, {"of_campaign": campaign_id, "reached": int(reached)})


def insert_texts(
    connection: Connection,
    campaign_id: str,
    questionnaires: Iterable[Mapping[str, str]],
    documents: Iterable[Mapping[str, str]],
) -> None:
    """Stores the questionnaires (group, id, sha256, text) and documents (name, sha256, text) of a campaign."""
    connection.execute(insert(questionnaire), [{"campaign": campaign_id, **one} for one in questionnaires])
    connection.execute(insert(document), [{"campaign": campaign_id, **one} for one in documents])


def list_text_hashes(connection: Connection, campaign_id: str) -> tuple[dict[str, str], dict[str, str]]:
    """The hashes of the questionnaires by group, and of the documents by name."""
    of_questionnaires = select(questionnaire.c.group, questionnaire.c.sha256).where(
        questionnaire.c.campaign == campaign_id
    )
    of_documents = select(document.c.name, document.c.sha256).where(document.c.campaign == campaign_id)
    return _mapping(connection.execute(of_questionnaires)), _mapping(connection.execute(of_documents))


def find_questionnaire(connection: Connection, campaign_id: str, group: str) -> tuple[str, str, str]:
    """Id with version (`parent/1`), SHA-256 and text of the questionnaire of a group."""
    row = connection.execute(_QUESTIONNAIRE, {"campaign": campaign_id, "group": group}).one()
    return row.id, row.sha256, row.text


def list_questionnaires(connection: Connection, campaign_id: str) -> list[Row[Any]]:
    """Rows of group, id, sha256, text."""
    return list(connection.execute(select(questionnaire).where(questionnaire.c.campaign == campaign_id)))


def find_document(connection: Connection, campaign_id: str, name: str) -> str:
    """The text of a document: `PLAN` or `RULES`."""
    wanted = select(document.c.text).where(document.c.campaign == campaign_id, document.c.name == name)
    return str(connection.execute(wanted).scalar_one())


def _mapping(rows: Iterable[Any]) -> dict[str, str]:
    return {row[0]: row[1] for row in rows}


def campaign_from_row(row: Sequence[Any]) -> Campaign:
    """The campaign of a row that holds its table's columns, in their order."""
    columns = dict(zip(campaign.c.keys(), row, strict=True))
    return Campaign(**columns | {"state": State(columns["state"]), "admission": Admission(columns["admission"])})
