"""Queries of issuing, cancelling and replacing codes."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, insert, select, update

from survey_app.storage.tables import cell, code, label, pool, quota, school


@dataclass(frozen=True, slots=True)
class Cell:
    """A group in a school (school empty: a group without schools): codes planned and issued; `unit` is None until codes are."""

    group: str
    school: str
    school_name: str
    planned: int
    issued: int
    unit: str | None

    @property
    def missing(self) -> int:
        """How many codes it still lacks."""
        return max(0, self.planned - self.issued)


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code to be stored: its hash and where it belongs."""

    h: bytes
    group: str
    school: str
    label: str


@dataclass(frozen=True, slots=True)
class KnownCode:
    """A stored code, as far as the desk may see it."""

    h: bytes
    group: str
    school: str
    label: str
    used: bool
    cancelled: bool


def list_cells(connection: Connection, campaign: str) -> list[Cell]:
    """All cells, by group and school."""
    wanted = (
        select(
            cell.c.group, cell.c.school, func.coalesce(school.c.name, ""), cell.c.planned, cell.c.issued, cell.c.unit
        )
        .outerjoin(school, (school.c.campaign == cell.c.campaign) & (school.c.code == cell.c.school))
        .where(cell.c.campaign == campaign)
        .order_by(cell.c.group, cell.c.school)
    )
    return [Cell(*row) for row in connection.execute(wanted)]


def fix_units(connection: Connection, campaign: str, units: Mapping[tuple[str, str], str]) -> None:
    """Gives cells (group, school) their unit; one that a cell has already stays."""
    statement = (
        update(cell)
        .where(
            cell.c.campaign == campaign,
            cell.c.group == bindparam("of_group"),
            cell.c.school == bindparam("of_school"),
            cell.c.unit.is_(None),
        )
        .values(unit=bindparam("new_unit"))
    )
    rows = [{"of_group": group, "of_school": at, "new_unit": unit} for (group, at), unit in units.items()]
    if rows:
        connection.execute(statement, rows)


def list_labels(connection: Connection, campaign: str) -> set[str]:
    """The labels there are."""
    return set(connection.execute(select(label.c.label).where(label.c.campaign == campaign)).scalars())


def insert_label(connection: Connection, campaign: str, group: str, unit: str, name: str) -> None:
    """Makes a label."""
    connection.execute(insert(label).values(label=name, campaign=campaign, group=group, unit=unit))


def insert_pool(connection: Connection, name: str, batch: int, public_key: bytes) -> None:
    """Opens the pool of a label; its private key must be safe on disk."""
    connection.execute(insert(pool).values(label=name, batch=batch, public_key=public_key))


def insert_codes(connection: Connection, campaign: str, new: Collection[NewCode]) -> None:
    """Stores codes in the order of their hashes, and counts them as issued."""
    rows = [
        {"h": one.h, "campaign": campaign, "group": one.group, "school": one.school, "label": one.label}
        for one in sorted(new, key=lambda one: one.h)
    ]
    if rows:
        connection.execute(insert(code), rows)
        _count_issued(connection, campaign, Counter((one.group, one.school) for one in new), sign=1)


def find_codes(connection: Connection, campaign: str, hashes: Iterable[bytes], *, to_change: bool) -> list[KnownCode]:
    """The codes of a campaign among `hashes`; `to_change` locks them until the transaction ends."""
    columns = (code.c.h, code.c.group, code.c.school, code.c.label, code.c.used, code.c.cancelled)
    wanted = select(*columns).where(code.c.campaign == campaign, code.c.h.in_(sorted(hashes))).order_by(code.c.h)
    rows = connection.execute(wanted.with_for_update() if to_change else wanted)
    return [KnownCode(bytes(row.h), *row[1:]) for row in rows]


def cancel_codes(connection: Connection, campaign: str, cancelled: Collection[KnownCode]) -> None:
    """Marks codes as cancelled, and counts them as issued no more."""
    hashes = [one.h for one in cancelled]
    connection.execute(update(code).where(code.c.h.in_(hashes)).values(cancelled=True))
    _count_issued(connection, campaign, Counter((one.group, one.school) for one in cancelled), sign=-1)


def list_live_hashes(connection: Connection, campaign: str) -> list[bytes]:
    """The hashes of all codes that are not cancelled."""
    wanted = select(code.c.h).where(code.c.campaign == campaign, code.c.cancelled.is_(False))
    return [bytes(h) for h in connection.execute(wanted).scalars()]


def _count_issued(connection: Connection, campaign: str, numbers: Mapping[tuple[str, str], int], sign: int) -> None:
    groups: Counter[str] = Counter()
    for (group, _), number in numbers.items():
        groups[group] += number
    of_group = (quota.c.campaign == campaign) & (quota.c.group == bindparam("of_group"))
    connection.execute(
        update(quota).where(of_group).values(issued=quota.c.issued + bindparam("more")),
        [{"of_group": group, "more": sign * number} for group, number in sorted(groups.items())],
    )
    of_cell = (
        (cell.c.campaign == campaign)
        & (cell.c.group == bindparam("of_group"))
        & (cell.c.school == bindparam("of_school"))
    )
    connection.execute(
        update(cell).where(of_cell).values(issued=cell.c.issued + bindparam("more")),
        [
            {"of_group": group, "of_school": at, "more": sign * number}
            for (group, at), number in sorted(numbers.items())
        ],
    )
