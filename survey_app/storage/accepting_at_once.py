"""Submissions on PostgreSQL: one statement for all that come in together, so that no row is held while messages go to and fro.

Every part changes or finds a row for each submission. The result multiplies whether they did, in the order in which they are to take
their locks; the first that found less divides by zero, and nothing has happened.

Rows that several processes want are locked in one order within a part as well, or they would wait for each other in a circle: codes by
their hash, pools by their label, runs by their school. A statement is for one group; who counts in a group's schools holds the group's row already.
"""

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from typing import Any, Final

from sqlalchemy import (
    Date,
    Integer,
    LargeBinary,
    String,
    and_,
    bindparam,
    cast,
    column,
    false,
    func,
    insert,
    literal_column,
    select,
    true,
    update,
    values,
)
from sqlalchemy.dialects import postgresql

from survey_app.storage.acceptance import Acceptance
from survey_app.storage.counters import claim_places, literal_number
from survey_app.storage.direct import DirectConnection, DivisionByZero, Prepared
from survey_app.storage.tables import cell, code, envelope, pool, run

_NEW: Final[dict[str, Any]] = {
    "h": LargeBinary,
    "retry": LargeBinary,
    "receipt": String,
    "used_on": Date,
    "school": String,
    "label": String,
    "batch": Integer,
    "envelope_id": LargeBinary,
    "mark": LargeBinary,
    "ct": LargeBinary,
}
_RUNS: Final[dict[str, Any]] = {"school": String, "before": LargeBinary, "after": LargeBinary}
_COLUMNS: Final = {"new": _NEW, "runs": _RUNS}
_ONE: Final = literal_number(1)


def store_at_once(connection: DirectConnection, news: Sequence[Acceptance]) -> list[bool]:
    """Stores submissions, those of a group in one statement; whether each was stored.

    Where a statement can't store all of them, the first is tried alone, and the others are told to read anew what they were made from.
    """
    is_stored = dict.fromkeys(range(len(news)), False)
    places = sorted(_first_of_each_code(news), key=lambda place: (_kind(news[place]), news[place].h))
    for _, alike in groupby(places, key=lambda place: _kind(news[place])):
        of_kind = list(alike)
        if _store(connection, [news[place] for place in of_kind]):
            is_stored |= dict.fromkeys(of_kind, True)
        elif len(of_kind) > 1:
            is_stored[of_kind[0]] = _store(connection, [news[of_kind[0]]])
    return list(is_stored.values())


def _first_of_each_code(news: Sequence[Acceptance]) -> list[int]:
    """The places of those that no other has come before with the same code."""
    first: dict[bytes, int] = {}
    for place, new in enumerate(news):
        first.setdefault(new.h, place)
    return list(first.values())


def _kind(new: Acceptance) -> tuple[str, str, bool]:
    """What one statement has in common."""
    return new.campaign, new.group, new.run is not None


def _store(connection: DirectConnection, news: Sequence[Acceptance]) -> bool:
    """All of them or none."""
    runs = _runs(news)
    try:
        connection.run(_at_once(len(news), len(runs)), _values(news, runs))
    except DivisionByZero:
        return False
    return True


def _runs(news: Sequence[Acceptance]) -> list[tuple[str, bytes | None, bytes]]:
    """School, run before and run after; sheets of one school carry on one another's run."""
    befores: dict[str, bytes | None] = {}
    afters: dict[str, bytes] = {}
    for new in news:
        if new.run:
            before = befores.setdefault(new.school, new.run.before)
            afters[new.school] = new.run.lengthen(afters.get(new.school, before))
    return [(school, before, afters[school]) for school, before in befores.items()]


def _values(news: Sequence[Acceptance], runs: Sequence[tuple[str, bytes | None, bytes]]) -> dict[str, Any]:
    found = {
        "of_campaign": news[0].campaign,
        "of_group": news[0].group,
        "schools": len({new.school for new in news}),
    }
    for place, new in enumerate(news):
        found |= zip(_names("new", place), _row(new), strict=True)
    for place, run_ in enumerate(runs):
        found |= zip(_names("runs", place), run_, strict=True)
    return found


def _row(new: Acceptance) -> tuple[Any, ...]:
    """In the order of the columns."""
    sealed = new.envelope
    of_code = (new.h, new.retry, new.receipt, new.used_on, new.school)
    return (*of_code, sealed.label, sealed.batch, sealed.id, sealed.mark, sealed.ct)


@cache
def _names(rows: str, place: int) -> tuple[str, ...]:
    """The parameters of one row."""
    return tuple(f"{rows}_{name}_{place}" for name in _COLUMNS[rows])


# --- the statement -------------------------------------------------------------------------------------------------------------


@cache
def _at_once(number: int, runs: int) -> Prepared:
    """For a number of submissions that carry on a number of runs: divides by zero unless each part finds what it should."""
    new, all_of_them = _rows("new", number), literal_number(number)
    parts = [
        (_use_codes(new), all_of_them),
        (_share_pools(new), all_of_them),
        (_insert_envelopes(new), all_of_them),
        *([(_extend_runs(_rows("runs", runs)), literal_number(runs))] if runs else []),
        (claim_places(all_of_them), _ONE),
        (_count_in_schools(new, number), bindparam("schools", type_=Integer)),
    ]
    product: Any = _ONE
    for place, (part, expected) in enumerate(parts):
        found = part if part.is_select else part.returning(_ONE.label("one"))
        counted = select(func.count()).select_from(found.cte(f"part_{place}")).scalar_subquery()
        product = product * (_ONE // cast(counted == expected, Integer))
    return Prepared(select(product))


def _rows(name: str, number: int) -> Any:
    """Rows that are handed over with the statement."""
    columns = _COLUMNS[name]
    rows = [
        tuple(
            cast(bindparam(parameter, type_=type_), type_)
            for parameter, type_ in zip(_names(name, place), columns.values(), strict=True)
        )
        for place in range(number)
    ]
    return values(*(column(name, type_) for name, type_ in columns.items()), name=name).data(rows).cte(name)


def _use_codes(new: Any) -> Any:
    return (
        update(code)
        .where(code.c.h == new.c.h, code.c.used == false(), code.c.cancelled == false())
        .values(used=true(), retry=new.c.retry, receipt=new.c.receipt, used_on=new.c.used_on)
    )


def _share_pools(new: Any) -> Any:
    """Many may share a pool; it can't be mixed until the transaction ends."""
    of_new = new.join(pool, and_(pool.c.label == new.c.label, pool.c.batch == new.c.batch))
    in_order = pool.c.label.collate("C")  # as the mixing locks them, whatever the database's own order is
    return select(pool.c.batch).select_from(of_new).order_by(in_order).with_for_update(read=True, of=pool)


def _insert_envelopes(new: Any) -> Any:
    columns = (new.c.envelope_id, new.c.label, new.c.batch, new.c.mark, new.c.ct)
    return insert(envelope).from_select(["id", "label", "batch", "mark", "ct"], select(*columns))


def _extend_runs(runs: Any) -> Any:
    """Stores the runs of schools, unless a submission of another process has changed one since it was read."""
    columns = (bindparam("of_campaign", type_=String), runs.c.school, runs.c.after)
    first = postgresql.insert(run).from_select(
        ["campaign", "school", "sealed"], select(*columns).order_by(runs.c.school)
    )
    was_read = select(runs.c.before).where(runs.c.school == literal_column("excluded.school"))
    return first.on_conflict_do_update(
        index_elements=[run.c.campaign, run.c.school],
        set_={"sealed": first.excluded.sealed},
        where=run.c.sealed == was_read.scalar_subquery(),
    )


def _count_in_schools(new: Any, number: int) -> Any:
    of_school = select(new.c.school, func.count().label("number")).group_by(new.c.school).subquery("of_school")
    schools = [bindparam(f"new_school_{place}", type_=String) for place in range(number)]
    return (
        update(cell)
        .where(
            cell.c.campaign == bindparam("of_campaign"),
            cell.c.group == bindparam("of_group"),
            cell.c.school.in_(schools),  # or all schools of the group would be read, while its row is held
            cell.c.school == of_school.c.school,
        )
        .values(answered=cell.c.answered + of_school.c.number)
    )
