"""Queries of the desk: a code with its place and state, and sheets of paper between their two typings."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, or_, select, update

from survey_app.domain.campaigns import State
from survey_app.storage.office_tables import typed_sheet
from survey_app.storage.tables import campaign, code, quota, school


@dataclass(frozen=True, slots=True)
class DeskCode:
    """A code as the desk may see it: where its slip belongs, and whether it can be used. No day, no receipt."""

    campaign: str
    h: bytes
    group: str
    school: str
    school_name: str
    used: bool
    cancelled: bool
    is_full: bool
    has_ended: bool


@dataclass(frozen=True, slots=True)
class TypedSheet:
    """What is kept of a first typing: who did it, and ciphertext."""

    h: bytes
    campaign: str
    group: str
    typist: str
    ct: bytes


@dataclass(frozen=True, slots=True)
class OutdatedSheet:
    """A first typing to be destroyed; `retry` is what the code keeps of the form that used it."""

    h: bytes
    campaign: str
    group: str
    retry: bytes | None


_IS_GONE = or_(code.c.used, code.c.cancelled)


def find_desk_code(connection: Connection, hashes: Sequence[bytes]) -> DeskCode | None:
    """The code with one of `hashes`, cancelled ones too."""
    wanted = (
        select(
            code.c.campaign,
            code.c.h,
            code.c.group,
            code.c.school,
            school.c.name,
            code.c.used,
            code.c.cancelled,
            quota.c.cap,
            quota.c.taken,
            quota.c.ended,
        )
        .join(quota, (quota.c.campaign == code.c.campaign) & (quota.c.group == code.c.group))
        .outerjoin(school, (school.c.campaign == code.c.campaign) & (school.c.code == code.c.school))
        .where(code.c.h.in_(hashes))
    )
    row = connection.execute(wanted).one_or_none()
    if row is None:
        return None
    is_full = row.cap is not None and row.taken >= row.cap
    place = (row.campaign, bytes(row.h), row.group, row.school, row.name or "")
    return DeskCode(*place, row.used, row.cancelled, is_full, row.ended)


def find_typed_sheet(connection: Connection, h: bytes) -> TypedSheet | None:
    """The first typing of a code's sheet."""
    columns = (typed_sheet.c.h, typed_sheet.c.campaign, typed_sheet.c.group, typed_sheet.c.typist, typed_sheet.c.ct)
    row = connection.execute(select(*columns).where(typed_sheet.c.h == h)).one_or_none()
    return None if row is None else TypedSheet(bytes(row.h), row.campaign, row.group, row.typist, bytes(row.ct))


def keep_typed_sheet(connection: Connection, new: TypedSheet) -> bool:
    """Keeps a first typing, in place of one by the same person; False if somebody else has typed the sheet meanwhile."""
    connection.execute(delete(typed_sheet).where(typed_sheet.c.h == new.h, typed_sheet.c.typist == new.typist))
    if find_typed_sheet(connection, new.h) is not None:
        return False
    place = {"h": new.h, "campaign": new.campaign, "group": new.group}
    connection.execute(insert(typed_sheet), {**place, "typist": new.typist, "ct": new.ct})
    return True


def remove_typed_sheet(connection: Connection, h: bytes) -> bool:
    """Removes a first typing; False if it was gone."""
    return connection.execute(delete(typed_sheet).where(typed_sheet.c.h == h)).rowcount == 1


def count_from_paper(connection: Connection, campaign_id: str, group: str) -> None:
    """One more answer of the group came on paper; which one, is kept nowhere."""
    of_group = (quota.c.campaign == campaign_id) & (quota.c.group == group)
    connection.execute(update(quota).where(of_group).values(from_paper=quota.c.from_paper + 1))


def count_typed_sheets(connection: Connection, campaigns: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Group and typist of each sheet that waits for its second typing, by campaign; a used or cancelled code's waits for nothing."""
    wanted = (
        select(typed_sheet.c.campaign, typed_sheet.c.group, typed_sheet.c.typist)
        .join(code, code.c.h == typed_sheet.c.h)
        .where(~_IS_GONE)
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for row in connection.execute(wanted.where(typed_sheet.c.campaign.in_(campaigns))):
        found.setdefault(row.campaign, []).append((row.group, row.typist))
    return found


def list_outdated_sheets(connection: Connection) -> list[OutdatedSheet]:
    """First typings that nobody can finish: their code is used or cancelled, or the campaign takes nothing any more."""
    wanted = (
        select(typed_sheet.c.h, typed_sheet.c.campaign, typed_sheet.c.group, code.c.retry)
        .join(campaign, campaign.c.id == typed_sheet.c.campaign)
        .outerjoin(code, code.c.h == typed_sheet.c.h)
        .where(or_(_IS_GONE, code.c.h.is_(None), campaign.c.state == str(State.CLOSED)))
    )
    rows = connection.execute(wanted)
    return [OutdatedSheet(bytes(row.h), row.campaign, row.group, row.retry and bytes(row.retry)) for row in rows]


def list_typed_hashes(connection: Connection) -> set[bytes]:
    """All sheets that wait for their second typing."""
    return {bytes(h) for h in connection.execute(select(typed_sheet.c.h)).scalars()}
