"""The transparency log of a campaign: entries in canonical JSON, numbered from 0 without gaps, only ever appended (docs/anonymity.md, "The transparency log")."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, insert, select

from survey_app.domain.seal import canonical_json
from survey_app.storage.campaigns.campaigns import lock_campaign
from survey_app.storage.tables import entry


def append_entry(connection: Connection, campaign: str, document: Mapping[str, Any]) -> int:
    """Appends an entry (its `kind` is in it) under the campaign's lock, and returns its number."""
    lock_campaign(connection, campaign)
    latest = connection.execute(select(func.max(entry.c.seq)).where(entry.c.campaign == campaign)).scalar()
    seq = 0 if latest is None else latest + 1
    body = canonical_json(document).decode()
    connection.execute(insert(entry).values(campaign=campaign, seq=seq, kind=document["kind"], body=body))
    return seq


def list_code_changes(connection: Connection, campaign: str) -> tuple[set[bytes], set[bytes]]:
    """The hashes of codes that were cancelled, and of those that were added, since the campaign was opened."""
    wanted = select(entry.c.body).where(entry.c.campaign == campaign, entry.c.kind == "codes")
    changes = [json.loads(body) for body in connection.execute(wanted).scalars()]
    cancelled, added = (
        {bytes.fromhex(one["h"]) for change in changes for one in change[name]} for name in ("cancelled", "added")
    )
    return cancelled, added


def list_void_units(connection: Connection, campaign: str) -> set[tuple[str, str]]:
    """Group and unit of what was declared void."""
    wanted = select(entry.c.body).where(entry.c.campaign == campaign, entry.c.kind == "decision")
    decisions = [json.loads(body) for body in connection.execute(wanted).scalars()]
    return {(one["group"], one["unit"]) for one in decisions if "unit" in one and not one["valid"]}


def list_entries(connection: Connection, campaign: str) -> list[str]:
    """The bodies of all entries, in order."""
    wanted = select(entry.c.body).where(entry.c.campaign == campaign).order_by(entry.c.seq)
    return list(connection.execute(wanted).scalars())


def count_entries(connection: Connection) -> dict[str, int]:
    """How many entries the log of each campaign has."""
    wanted = select(entry.c.campaign, func.count()).group_by(entry.c.campaign).order_by(entry.c.campaign)
    return {row[0]: row[1] for row in connection.execute(wanted)}
