"""What one accepted submission writes, all or nothing.

The order is the order of locks: code, pool, run, group, school, label. The group's row, which all its submissions share, comes late and
so is held for a moment only. Closing marks the groups' rows as ended before anything is mixed for the last time, so no submission
comes after it.

The statements are the same on both engines. SQLite gets them one after the other; PostgreSQL gets them as parts of one statement, so
that the group's row is not held while messages go to and fro (a part that finds nothing makes the whole fail by a division by zero).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    Integer,
    bindparam,
    case,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from survey_app.domain.chain import Link
from survey_app.storage.direct import DirectConnection, DivisionByZero, Prepared
from survey_app.storage.pools import StoredEnvelope
from survey_app.storage.tables import Instant, cell, code, envelope, label, pool, quota, run


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
    is_valid: bool
    link: Link


def store_acceptance(connection: DirectConnection, new: Acceptance) -> bool:
    """Stores a submission, in the one transaction of `write_at_once`.

    False, and nothing stored, unless the code was unused, the envelope is sealed for the open batch, and the group takes answers and has
    room.
    """
    values = _values(new)
    has_school = bool(new.school)
    if connection.dialect.name == "sqlite":
        return _store_in_turn(connection, _IN_TURN[has_school], values)
    try:
        connection.run(_AT_ONCE[has_school], values)
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
        "envelope_ct": new.envelope.ct,
        "counted": int(new.is_valid),
        "submitted": new.link.submitted,
        "earliest": new.link.earliest_previous,
        "latest": new.link.latest_previous,
    }


# --- the statements ------------------------------------------------------------------------------------------------------------


def _parts(dialect: str, *, has_school: bool) -> list[Any]:
    """Each changes or finds one row, or the submission can't be stored. A group without schools has no runs."""
    extend_run = [_extend_run(dialect)] if has_school else []
    return [
        _use_code(),
        _share_pool(),
        _insert_envelope(),
        *extend_run,
        _claim_place(),
        _count_in_school(),
        _count_in_unit(),
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
        ct=bindparam("envelope_ct"),
    )


def _claim_place() -> Any:
    """`valid < cap` is asked for a fast sheet too: a full group takes nothing more, whether it would count or not."""
    of_group = (quota.c.campaign == bindparam("of_campaign"), quota.c.group == bindparam("of_group"))
    has_room = or_(quota.c.cap.is_(None), quota.c.valid < quota.c.cap)
    return (
        update(quota)
        .where(*of_group, quota.c.ended == false(), has_room)
        .values(answered=quota.c.answered + 1, valid=quota.c.valid + bindparam("counted", type_=Integer))
    )


def _count_in_school() -> Any:
    return (
        update(cell)
        .where(
            cell.c.campaign == bindparam("of_campaign"),
            cell.c.group == bindparam("of_group"),
            cell.c.school == bindparam("of_school"),
        )
        .values(answered=cell.c.answered + 1)
    )


def _count_in_unit() -> Any:
    return (
        update(label)
        .where(label.c.label == bindparam("of_label"))
        .values(valid=label.c.valid + bindparam("counted", type_=Integer))
    )


def _extend_run(dialect: str) -> Any:
    """Starts a school's run or carries it on (see `domain.chain`)."""
    first: Any = (sqlite if dialect == "sqlite" else postgresql).insert(run)
    first = first.values(
        campaign=bindparam("of_campaign"),
        school=bindparam("of_school"),
        last_submit=bindparam("submitted", type_=Instant),
        run=1,
        longest=1,
    )
    goes_on = run.c.last_submit.between(bindparam("earliest", type_=Instant), bindparam("latest", type_=Instant))
    length = case((goes_on, run.c.run + 1), else_=1)
    return first.on_conflict_do_update(
        index_elements=[run.c.campaign, run.c.school],
        set_={
            "last_submit": first.excluded.last_submit,
            "run": length,
            "longest": case((length > run.c.longest, length), else_=run.c.longest),
        },
    )


def _at_once(*, has_school: bool) -> Any:
    """All parts as one statement; its counts are multiplied in the order in which the parts are to take their locks."""
    product: Any = literal(1)
    for number, part in enumerate(_parts("postgresql", has_school=has_school)):
        rows = part if part.is_select else part.returning(literal(1).label("one"))
        found = rows.cte(f"part_{number}")
        product = product * select(func.count()).select_from(found).scalar_subquery()
    return select(literal(1) / product)


# by whether the group has schools
_IN_TURN = {
    has_school: [Prepared(part) for part in _parts("sqlite", has_school=has_school)] for has_school in (False, True)
}
_AT_ONCE = {has_school: Prepared(_at_once(has_school=has_school)) for has_school in (False, True)}
