"""Whether as many sheets are there as codes were used (docs/anonymity.md, "The count"): the absolute numbers, never the counters."""

from dataclasses import dataclass

from sqlalchemy import Connection, LargeBinary, bindparam, func, select, true, update

from survey_app.storage.tables import allocation, code, envelope, label, quota, response


@dataclass(frozen=True, slots=True)
class Balance:
    """The numbers of a group, which are to agree: used codes = envelopes + responses + withheld + lost."""

    group: str
    used: int
    envelopes: int
    responses: int
    withheld: int
    lost: int
    is_stopped: bool
    answered: int
    """The counters of used codes, of those that are void, and of places taken."""
    void: int
    taken: int

    @property
    def is_counted_right(self) -> bool:
        """Whether the counters that places are given by are those of the rows."""
        return self.answered == self.used and self.taken == self.used - self.lost - self.void

    @property
    def missing(self) -> int:
        """Used codes for which there is no sheet; below 0: sheets for which there is no used code."""
        return self.used - self.envelopes - self.responses - self.withheld - self.lost


def read_balances(connection: Connection, campaign: str) -> list[Balance]:
    """The numbers of all groups, in one statement."""
    of_group = (code.c.campaign == quota.c.campaign, code.c.group == quota.c.group)
    used = select(func.count()).select_from(code).where(*of_group, code.c.used == true()).scalar_subquery()
    sheets = [
        select(func.count())
        .select_from(table.join(label, label.c.label == table.c.label))
        .where(label.c.campaign == quota.c.campaign, label.c.group == quota.c.group)
        .correlate(quota)
        .scalar_subquery()
        for table in (envelope, response)
    ]
    withheld = quota.c.withheld + quota.c.withheld_void
    counters = (quota.c.lost, quota.c.stopped, quota.c.answered, quota.c.void, quota.c.taken)
    columns = (quota.c.group, used.label("used"), *sheets, withheld.label("gone"), *counters)
    rows = connection.execute(select(*columns).where(quota.c.campaign == campaign).order_by(quota.c.group))
    return [Balance(*row) for row in rows]


def list_used_hashes(connection: Connection, campaign: str) -> set[bytes]:
    """The hashes of all codes that are used."""
    wanted = select(code.c.code_hash).where(code.c.campaign == campaign, code.c.used == true())
    return {bytes(h) for h in connection.execute(wanted).scalars()}


def groups_of(connection: Connection, campaign: str, hashes: set[bytes]) -> dict[bytes, tuple[str, str, str]]:
    """Group, school and label of some codes of a campaign."""
    columns = (code.c.code_hash, code.c.group, code.c.school, code.c.label)
    rows = connection.execute(select(*columns).where(code.c.campaign == campaign))
    return {bytes(row.code_hash): (row.group, row.school, row.label) for row in rows if bytes(row.code_hash) in hashes}


def count_anew(connection: Connection, campaign: str) -> None:
    """Sets the counters of used codes and taken places by the codes themselves; the caller holds the groups."""
    is_used = (code.c.campaign == campaign, code.c.used == true())
    of_group = select(func.count()).select_from(code).where(*is_used, code.c.group == quota.c.group).scalar_subquery()
    connection.execute(
        update(quota)
        .where(quota.c.campaign == campaign)
        .values(answered=of_group, taken=of_group - quota.c.lost - quota.c.void)
    )
    of_allocation = (
        select(func.count())
        .select_from(code)
        .where(*is_used, code.c.group == allocation.c.group, code.c.school == allocation.c.school)
        .scalar_subquery()
    )
    connection.execute(update(allocation).where(allocation.c.campaign == campaign).values(answered=of_allocation))


def mark_used(connection: Connection, hashes: set[bytes]) -> None:
    """Makes codes used that were used, although the table had forgotten it: no receipt of theirs is known."""
    wanted = update(code).where(code.c.code_hash == bindparam("of_hash", type_=LargeBinary)).values(used=True)
    if hashes:
        connection.execute(wanted, [{"of_hash": h} for h in sorted(hashes)])
