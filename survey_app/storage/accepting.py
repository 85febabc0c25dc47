"""What one accepted submission writes, all or nothing.

The order is the order of locks: code, pool, run, group, school. The group's row, which all its submissions share, comes late and
so is held for a moment only. Closing marks the groups' rows as ended before anything is mixed for the last time, so no submission
comes after it.

Nothing of it tells when in the day it was, how long the form was out, or whether the sheet counts (docs/decisions/0013): the envelope's
mark and the school's run are sealed, and the group counts the place that was taken. The run was lengthened outside the database, so it is
stored only if it is still the one that was read.

The statements are the same on both engines. SQLite gets them one after the other; PostgreSQL gets them as parts of one statement, so
that the group's row is not held while messages go to and fro (a part that finds nothing makes the whole fail by a division by zero).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Integer, LargeBinary, bindparam, false, func, insert, literal_column, or_, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from survey_app.storage.direct import DirectConnection, DivisionByZero, Prepared
from survey_app.storage.pools import StoredEnvelope
from survey_app.storage.tables import cell, code, envelope, pool, quota, run

_ONE = literal_column("1", Integer)  # in the statement itself: a parameter less to hand over with each submission


@dataclass(frozen=True, slots=True)
class RunStep:
    """A school's run as it was read (None: there was none) and as it is now, both sealed."""

    before: bytes | None
    after: bytes


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A submission as it is to be stored."""

    campaign: str
    group: str
    school: str
    h: bytes
    retry: bytes
    receipt: str
    used_on: date
    envelope: StoredEnvelope
    run: RunStep | None


def store_acceptance(connection: DirectConnection, new: Acceptance) -> bool:
    """Stores a submission, within `all_or_nothing`.

    False, and nothing stored, unless the code was unused, the envelope is sealed for the open batch, the school's run is as it was read,
    and the group takes answers and has room.
    """
    values = _values(new)
    has_run = new.run is not None
    if connection.dialect == "sqlite":
        return _store_in_turn(connection, _IN_TURN[has_run], values)
    try:
        connection.run(_AT_ONCE[has_run], values)
    except DivisionByZero:
        return False
    return True


def _store_in_turn(connection: DirectConnection, parts: Sequence[Prepared], values: Mapping[str, Any]) -> bool:
    for part in parts:
        outcome = connection.run(part, values)
        if len(outcome.rows) + max(outcome.count, 0) == 0:
            connection.undo()
            return False
    return True


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
        "run_before": new.run and new.run.before,
        "run_after": new.run and new.run.after,
    }


# --- the statements ------------------------------------------------------------------------------------------------------------


def _parts(dialect: str, *, has_run: bool) -> list[Any]:
    """Each changes or finds one row, or the submission can't be stored."""
    extend_run = [_extend_run(dialect)] if has_run else []
    return [
        _use_code(),
        _share_pool(),
        _insert_envelope(),
        *extend_run,
        _claim_place(),
        _count_in_school(),
    ]


def _use_code() -> Any:
    return (
        update(code)
        .where(code.c.h == bindparam("of_h"), code.c.used == false(), code.c.cancelled == false())
        .values(
            used=true(), retry=bindparam("by_retry"), receipt=bindparam("with_receipt"), used_on=bindparam("on_day")
        )
    )


def _share_pool() -> Any:
    """Many may share a pool; it can't be mixed until the transaction ends."""
    return (
        select(pool.c.batch)
        .where(pool.c.label == bindparam("of_label"), pool.c.batch == bindparam("of_batch"))
        .with_for_update(read=True)
    )


def _insert_envelope() -> Any:
    return insert(envelope).values(
        id=bindparam("envelope_id"),
        label=bindparam("of_label"),
        batch=bindparam("of_batch"),
        mark=bindparam("envelope_mark"),
        ct=bindparam("envelope_ct"),
    )


def _claim_place() -> Any:
    """A pending sheet takes a place whether it counts or not; one that does not gives its place back when it is mixed."""
    of_group = (quota.c.campaign == bindparam("of_campaign"), quota.c.group == bindparam("of_group"))
    has_room = or_(quota.c.cap.is_(None), quota.c.taken < quota.c.cap)
    return (
        update(quota)
        .where(*of_group, quota.c.ended == false(), has_room)
        .values(answered=quota.c.answered + _ONE, taken=quota.c.taken + _ONE)
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


def _extend_run(dialect: str) -> Any:
    """Stores a school's run, unless another submission has changed it since it was read."""
    first: Any = (sqlite if dialect == "sqlite" else postgresql).insert(run)
    sealed = bindparam("run_after", type_=LargeBinary)
    first = first.values(campaign=bindparam("of_campaign"), school=bindparam("of_school"), sealed=sealed)
    return first.on_conflict_do_update(
        index_elements=[run.c.campaign, run.c.school],
        set_={"sealed": first.excluded.sealed},
        where=run.c.sealed == bindparam("run_before", type_=LargeBinary),
    )


def _at_once(*, has_run: bool) -> Any:
    """All parts as one statement, in the order in which they are to take their locks; the first that finds nothing divides by zero."""
    product: Any = _ONE
    for number, part in enumerate(_parts("postgresql", has_run=has_run)):
        rows = part if part.is_select else part.returning(_ONE.label("one"))
        found = rows.cte(f"part_{number}")
        product = product * (_ONE // select(func.count()).select_from(found).scalar_subquery())
    return select(product)


# by whether there is a run to be carried on
_IN_TURN = {has_run: [Prepared(part) for part in _parts("sqlite", has_run=has_run)] for has_run in (False, True)}
_AT_ONCE = {has_run: Prepared(_at_once(has_run=has_run)) for has_run in (False, True)}
