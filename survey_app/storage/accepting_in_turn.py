"""Submissions on SQLite: the parts of each one after the other, undone together where one of them finds nothing."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import LargeBinary, bindparam, false, insert, select, true, update
from sqlalchemy.dialects import sqlite

from survey_app.storage.acceptance import Acceptance, RunStep
from survey_app.storage.counters import claim_places, literal_number
from survey_app.storage.direct import DirectConnection, Prepared
from survey_app.storage.direct_sqlite import SqliteConnection
from survey_app.storage.tables import cell, code, envelope, pool, run

_ONE = literal_number(1)


def store_in_turn(connection: SqliteConnection, news: Sequence[Acceptance]) -> list[bool]:
    """Stores submissions in one transaction; whether each was stored."""
    with connection.all_or_nothing():
        return [connection.attempt(partial(_store, connection, new)) for new in news]


def _store(connection: DirectConnection, new: Acceptance) -> bool:
    values = _values(new)
    if not all(_finds(connection, part, values) for part in _PARTS):
        return False
    if new.run:
        _lengthen_run(connection, new.run, values)
    return True


def _finds(connection: DirectConnection, part: Prepared, values: Mapping[str, Any]) -> bool:
    outcome = connection.run(part, values)
    return len(outcome.rows) + max(outcome.count, 0) > 0


def _lengthen_run(connection: DirectConnection, step: RunStep, values: Mapping[str, Any]) -> None:
    """From what it is now: nobody else writes meanwhile, whatever was read before."""
    found = connection.run(_FIND_RUN, values).rows
    connection.run(_PUT_RUN, {**values, "run_after": step.lengthen(found[0][0] if found else None)})


def _values(new: Acceptance) -> Mapping[str, Any]:
    return {
        "of_h": new.h,
        "by_retry": new.retry,
        "with_receipt": new.receipt,
        "on_day": new.used_on,
        "of_campaign": new.campaign,
        "of_group": new.group,
        "of_school": new.school,
        "of_label": new.envelope.label,
        "of_batch": new.envelope.batch,
        "envelope_id": new.envelope.id,
        "envelope_mark": new.envelope.mark,
        "envelope_ct": new.envelope.ct,
    }


def _use_code() -> Any:
    return (
        update(code)
        .where(code.c.h == bindparam("of_h"), code.c.used == false(), code.c.cancelled == false())
        .values(
            used=true(), retry=bindparam("by_retry"), receipt=bindparam("with_receipt"), used_on=bindparam("on_day")
        )
    )


def _find_pool() -> Any:
    """It can't be mixed until the transaction ends."""
    return select(pool.c.batch).where(pool.c.label == bindparam("of_label"), pool.c.batch == bindparam("of_batch"))


def _insert_envelope() -> Any:
    return insert(envelope).values(
        id=bindparam("envelope_id"),
        label=bindparam("of_label"),
        batch=bindparam("of_batch"),
        mark=bindparam("envelope_mark"),
        ct=bindparam("envelope_ct"),
    )


def _count_in_school() -> Any:
    return (
        update(cell)
        .where(
            cell.c.campaign == bindparam("of_campaign"),
            cell.c.group == bindparam("of_group"),
            cell.c.school == bindparam("of_school"),
        )
        .values(answered=cell.c.answered + _ONE)
    )


def _put_run() -> Any:
    first = sqlite.insert(run).values(
        campaign=bindparam("of_campaign"),
        school=bindparam("of_school"),
        sealed=bindparam("run_after", type_=LargeBinary),
    )
    return first.on_conflict_do_update(
        index_elements=[run.c.campaign, run.c.school], set_={"sealed": first.excluded.sealed}
    )


# each changes or finds one row, or the submission can't be stored
_PARTS = [
    Prepared(part) for part in (_use_code(), _find_pool(), _insert_envelope(), claim_places(_ONE), _count_in_school())
]
_FIND_RUN = Prepared(
    select(run.c.sealed).where(run.c.campaign == bindparam("of_campaign"), run.c.school == bindparam("of_school"))
)
_PUT_RUN = Prepared(_put_run())
