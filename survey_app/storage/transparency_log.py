"""The transparency log of a campaign: entries in canonical JSON, numbered from 0 without gaps, only ever appended.

Also what its last entry covers: answers, comments, receipts, counts (docs/anonymity.md, "The transparency log").
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, false, func, insert, select, true, update

from survey_app.domain.seal import SealedAnswer, canonical_json, comment_leaf_data
from survey_app.storage.campaigns.campaigns import lock_campaign
from survey_app.storage.tables import code, comment, entry, label, response


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


def list_answer_leaves(connection: Connection, campaign: str) -> list[bytes]:
    """The leaf data of every answer, in no order that means anything."""
    columns = (response.c.id, label.c.group, label.c.unit, response.c.questionnaire)
    wanted = select(*columns, response.c.answers).join(label, label.c.label == response.c.label)
    rows = connection.execute(wanted.where(label.c.campaign == campaign))
    return [
        SealedAnswer(bytes(id_), group, unit, questionnaire, json.loads(answers)).leaf_data
        for id_, group, unit, questionnaire, answers in rows
    ]


def list_comment_leaves(connection: Connection, campaign: str) -> list[bytes]:
    """The leaf data of every comment."""
    rows = connection.execute(
        select(comment.c.id, comment.c.group, comment.c.text).where(comment.c.campaign == campaign)
    )
    return [comment_leaf_data(bytes(id_), group, text) for id_, group, text in rows]


def list_receipts(connection: Connection, campaign: str) -> list[bytes]:
    """Every receipt given out, as printed; of codes whose use a restored database had forgotten none is known."""
    wanted = select(code.c.receipt).where(code.c.campaign == campaign, code.c.used == true())
    return [receipt.encode() for receipt in connection.execute(wanted).scalars() if receipt]


def keep_label_counts(connection: Connection, campaign: str) -> None:
    """Keeps how many codes of each label were used, as long as the codes are there to be counted."""
    used = select(func.count()).where(code.c.label == label.c.label, code.c.used == true()).scalar_subquery()
    connection.execute(update(label).where(label.c.campaign == campaign).values(answered=used))


def forget_codes(connection: Connection, campaign: str) -> int:
    """Removes the codes of a campaign with their receipts; their number."""
    return connection.execute(delete(code).where(code.c.campaign == campaign)).rowcount


def count_unused_codes(connection: Connection, campaign: str) -> int:
    """How many codes were issued, not cancelled, and never used."""
    wanted = select(func.count()).where(
        code.c.campaign == campaign, code.c.used == false(), code.c.cancelled == false()
    )
    return connection.execute(wanted).scalar_one()
