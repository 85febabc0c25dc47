"""Queries of the seal: everything of a campaign that its last entry covers."""

import json

from sqlalchemy import Connection, delete, false, func, select, true, update

from survey_app.domain.seal import SealedAnswer, comment_leaf_data
from survey_app.storage.tables import code, comment, label, response


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
