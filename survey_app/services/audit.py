"""The log of what staff did. `record` is called inside the transaction of the act, so that neither is there without the other.

Nothing that leads to an answer goes in: no code, no answer, no receipt. What was done to a paper sheet or a code is told afterwards, once a
day (services/codes/daily_audit.py).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from survey_app.domain.audit import AuditFilter
from survey_app.domain.campaigns import Campaign
from survey_app.domain.clock import Clock, sortable_id
from survey_app.domain.stable_json import stable_json
from survey_app.domain.staff import StaffUser
from survey_app.storage.audit import AuditRow, has_audit, insert_audit, list_actions, list_audit
from survey_app.storage.session import Database

PAGE_LENGTH: Final = 50
COMMAND_LINE: Final = "(junheng)"
"""Who does what commands do; no account can have this name."""

_OBJECT_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act, as it is shown."""

    id: str
    at: datetime
    staff: str
    county: str | None
    action: str
    object: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some acts, latest first; `older` is where the next page starts, or ""."""

    entries: list[AuditEntry]
    older: str
    actions: list[str]


def record(
    connection: Connection,
    clock: Clock,
    user: StaffUser | str,
    action: str,
    object_: str,
    details: Mapping[str, Any] | None = None,
    *,
    county: str | None = None,
) -> None:
    """Appends an act to the log, in the caller's transaction.

    `action` is a word of the catalogue of actions (web/wording.py), such as `user_added`; `object_` names the thing by kind and id,
    such as `campaign/2026-430302`; `county` is the county the thing belongs to; `details` are plain values (what changed, a reason).
    """
    now = clock.now()
    staff = name_of(user)
    body = stable_json(dict(details or {}))
    insert_audit(connection, AuditRow(sortable_id(now), now, staff, county, action, object_[:_OBJECT_LENGTH], body))


def record_on_campaign(
    connection: Connection,
    clock: Clock,
    actor: StaffUser | str,
    action: str,
    campaign: Campaign,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Appends an act on a campaign to the log, in the caller's transaction."""
    record(connection, clock, actor, action, f"campaign/{campaign.id}", details, county=campaign.county_code)


def record_once(
    connection: Connection,
    clock: Clock,
    moment: datetime,
    key: str,
    staff: str,
    action: str,
    campaign: Campaign,
    details: Mapping[str, Any],
) -> bool:
    """Appends an act that is told afterwards, as of `moment` or now; False where one with this `key` (hex) stands there already."""
    id_ = f"{int(moment.timestamp() * 1000):012x}{key[:12]}"
    if has_audit(connection, id_):
        return False
    body = stable_json(dict(details))
    told = AuditRow(id_, min(moment, clock.now()), staff, campaign.county_code, action, f"campaign/{campaign.id}", body)
    insert_audit(connection, told)
    return True


def name_of(user: StaffUser | str) -> str:
    """Who did something, as the log names them."""
    return user if isinstance(user, str) else user.name


def read_audit(database: Database, wanted: AuditFilter, before: str = "") -> AuditPage:
    """A page of the log. A filter with a county shows acts on things of that county only."""
    with database.read() as connection:
        rows = list_audit(connection, wanted, before, PAGE_LENGTH + 1)
        actions = list_actions(connection)
    shown = rows[:PAGE_LENGTH]
    older = shown[-1].id if len(rows) > PAGE_LENGTH else ""
    return AuditPage([_entry(row) for row in shown], older, actions)


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(row.id, row.at, row.staff, row.county, row.action, row.object, json.loads(row.details))
