"""Queries of issuing, cancelling and replacing codes."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, select, update

from survey_app.domain.seal import Place
from survey_app.storage.tables import allocation, code, label, pace, quota, school

_UNUSED = (code.c.used.is_(False), code.c.cancelled.is_(False))


@dataclass(frozen=True, slots=True)
class Allocation:
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
    """A code to be stored: its hash with where it belongs, and what binds the two."""

    place: Place
    tag: bytes


@dataclass(frozen=True, slots=True)
class NewLabel:
    """A crowd of codes to be made; `has_codes` is False for the one in which small crowds are joined at the closing."""

    name: str
    group: str
    unit: str
    base_unit: str
    text_label: str | None
    has_codes: bool


@dataclass(frozen=True, slots=True)
class KnownCode:
    """A stored code, as far as the desk may see it."""

    place: Place
    used: bool
    cancelled: bool


def list_allocations(connection: Connection, campaign: str) -> list[Allocation]:
    """All allocations, by group and school."""
    wanted = (
        select(
            allocation.c.group,
            allocation.c.school,
            func.coalesce(school.c.name, ""),
            allocation.c.planned,
            allocation.c.issued,
            allocation.c.unit,
        )
        .outerjoin(school, (school.c.campaign == allocation.c.campaign) & (school.c.code == allocation.c.school))
        .where(allocation.c.campaign == campaign)
        .order_by(allocation.c.group, allocation.c.school)
    )
    return [Allocation(*row) for row in connection.execute(wanted)]


def fix_units(connection: Connection, campaign: str, units: Mapping[tuple[str, str], str]) -> None:
    """Gives allocations (group, school) their unit; one that an allocation has already stays."""
    statement = (
        update(allocation)
        .where(
            allocation.c.campaign == campaign,
            allocation.c.group == bindparam("of_group"),
            allocation.c.school == bindparam("of_school"),
            allocation.c.unit.is_(None),
        )
        .values(unit=bindparam("new_unit"))
    )
    rows = [{"of_group": group, "of_school": at, "new_unit": unit} for (group, at), unit in units.items()]
    if rows:
        connection.execute(statement, rows)


def move_unit(connection: Connection, campaign: str, group: str, unit: str, following: str) -> None:
    """Codes that are issued from now on in the schools of a unit come under another name."""
    of_unit = (allocation.c.campaign == campaign) & (allocation.c.group == group) & (allocation.c.unit == unit)
    connection.execute(update(allocation).where(of_unit).values(unit=following))


def insert_label(connection: Connection, campaign: str, new: NewLabel) -> None:
    """Makes a label, and what its codes are counted in."""
    row = {"label": new.name, "campaign": campaign, "group": new.group, "unit": new.unit, "base_unit": new.base_unit}
    connection.execute(insert(label), row | {"text_label": new.text_label})
    if new.has_codes:
        connection.execute(insert(pace), {"label": new.name})


def insert_codes(connection: Connection, campaign: str, new: Collection[NewCode]) -> None:
    """Stores codes in the order of their hashes, and counts them as issued."""
    rows = [
        {
            "code_hash": one.place.code_hash,
            "tag": one.tag,
            "campaign": campaign,
            "group": one.place.group,
            "school": one.place.school,
            "label": one.place.label,
        }
        for one in sorted(new, key=lambda one: one.place.code_hash)
    ]
    if rows:
        connection.execute(insert(code), rows)
        _count_issued(connection, campaign, Counter((one.place.group, one.place.school) for one in new), sign=1)


def find_codes(connection: Connection, campaign: str, hashes: Iterable[bytes], *, to_change: bool) -> list[KnownCode]:
    """The codes of a campaign among `hashes`; `to_change` locks them until the transaction ends."""
    return _list_codes(connection, campaign, code.c.code_hash.in_(sorted(hashes)), to_change=to_change)


def list_unused(connection: Connection, campaign: str, labels: Collection[str]) -> list[KnownCode]:
    """The codes of some labels that nobody has used, locked until the transaction ends."""
    return _list_codes(connection, campaign, *_UNUSED, code.c.label.in_(labels), to_change=True)


def list_unused_of(
    connection: Connection, campaign: str, group: str, school: str, *, to_change: bool
) -> list[KnownCode]:
    """The unused codes of a group, of a school or of both; an empty one stands for all. `to_change` locks them."""
    of_place = [column == value for column, value in ((code.c.group, group), (code.c.school, school)) if value]
    return _list_codes(connection, campaign, *_UNUSED, *of_place, to_change=to_change)


def cancel_codes(connection: Connection, campaign: str, cancelled: Collection[KnownCode]) -> None:
    """Marks codes as cancelled, and counts them as issued no more."""
    hashes = [{"of_hash": one.place.code_hash} for one in cancelled]
    if hashes:
        connection.execute(update(code).where(code.c.code_hash == bindparam("of_hash")).values(cancelled=True), hashes)
        _count_issued(connection, campaign, Counter((one.place.group, one.place.school) for one in cancelled), sign=-1)


def list_live_places(connection: Connection, campaign: str) -> list[Place]:
    """The places of all codes that are not cancelled."""
    return [one.place for one in list_places(connection, campaign) if not one.cancelled]


def list_places(connection: Connection, campaign: str) -> list[KnownCode]:
    """All codes of a campaign, cancelled ones too."""
    return _list_codes(connection, campaign, to_change=False)


def _list_codes(
    connection: Connection, campaign: str, *conditions: ColumnElement[bool], to_change: bool
) -> list[KnownCode]:
    """In the order of their hashes, in which everybody locks them."""
    columns = (code.c.code_hash, code.c.group, code.c.school, code.c.label, code.c.used, code.c.cancelled)
    wanted = select(*columns).where(code.c.campaign == campaign, *conditions).order_by(code.c.code_hash)
    rows = connection.execute(wanted.with_for_update() if to_change else wanted)
    return [KnownCode(Place(bytes(row.code_hash), *row[1:4]), row.used, row.cancelled) for row in rows]


def _count_issued(connection: Connection, campaign: str, numbers: Mapping[tuple[str, str], int], sign: int) -> None:
    groups: Counter[str] = Counter()
    for (group, _), number in numbers.items():
        groups[group] += number
    of_group = (quota.c.campaign == campaign) & (quota.c.group == bindparam("of_group"))
    connection.execute(
        update(quota).where(of_group).values(issued=quota.c.issued + bindparam("more")),
        [{"of_group": group, "more": sign * number} for group, number in sorted(groups.items())],
    )
    of_allocation = (
        (allocation.c.campaign == campaign)
        & (allocation.c.group == bindparam("of_group"))
        & (allocation.c.school == bindparam("of_school"))
    )
    connection.execute(
        update(allocation).where(of_allocation).values(issued=allocation.c.issued + bindparam("more")),
        [
            {"of_group": group, "of_school": at, "more": sign * number}
            for (group, at), number in sorted(numbers.items())
        ],
    )
