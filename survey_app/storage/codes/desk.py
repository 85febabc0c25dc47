"""Queries of the desk: a code with its place and state, and sheets of paper between their two typings."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from survey_app.domain.campaigns import State
from survey_app.storage.office_tables import typed_sheet
from survey_app.storage.tables import campaign, code, quota, school


@dataclass(frozen=True, slots=True)
class DeskCode:
    """A code as the desk may see it: where its slip belongs, and whether it can be used. No day, no receipt."""

    campaign: str
    code_hash: bytes
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

    name: bytes
    campaign: str
    group: str
    typist: str
    ciphertext: bytes


def find_desk_code(connection: Connection, hashes: Sequence[bytes]) -> DeskCode | None:
    """The code with one of `hashes`, cancelled ones too."""
    wanted = (
        select(
            code.c.campaign,
            code.c.code_hash,
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
        .where(code.c.code_hash.in_(hashes))
    )
    row = connection.execute(wanted).one_or_none()
    if row is None:
        return None
    is_full = row.cap is not None and row.taken >= row.cap
    place = (row.campaign, bytes(row.code_hash), row.group, row.school, row.name or "")
    return DeskCode(*place, row.used, row.cancelled, is_full, row.ended)


def find_typed_sheet(connection: Connection, name: bytes) -> TypedSheet | None:
    """The first typing of a sheet."""
    row = connection.execute(select(typed_sheet).where(typed_sheet.c.name == name)).one_or_none()
    return (
        None if row is None else TypedSheet(bytes(row.name), row.campaign, row.group, row.typist, bytes(row.ciphertext))
    )


def keep_typed_sheet(connection: Connection, new: TypedSheet) -> bool:
    """Keeps a first typing, in place of one by the same person; False if somebody else has typed the sheet meanwhile."""
    own = (typed_sheet.c.name == new.name) & (typed_sheet.c.typist == new.typist)
    connection.execute(delete(typed_sheet).where(own))
    if find_typed_sheet(connection, new.name) is not None:
        return False
    place = {"name": new.name, "campaign": new.campaign, "group": new.group}
    connection.execute(insert(typed_sheet), {**place, "typist": new.typist, "ciphertext": new.ciphertext})
    return True


def remove_typed_sheets(connection: Connection, names: Collection[bytes]) -> None:
    """Removes first typings; nothing happens for those that are gone."""
    connection.execute(delete(typed_sheet).where(typed_sheet.c.name.in_(sorted(names))))


def list_typed_sheets(connection: Connection) -> list[TypedSheet]:
    """All sheets that were typed once."""
    return [
        TypedSheet(bytes(row.name), row.campaign, row.group, row.typist, bytes(row.ciphertext))
        for row in connection.execute(select(typed_sheet))
    ]


def list_open_codes(connection: Connection, hashes: Collection[bytes]) -> set[bytes]:
    """Those of some codes that can still be used: neither used nor cancelled, and their campaign is not closed."""
    wanted = (
        select(code.c.code_hash)
        .join(campaign, campaign.c.id == code.c.campaign)
        .where(code.c.code_hash.in_(sorted(hashes)), code.c.used.is_(False), code.c.cancelled.is_(False))
        .where(campaign.c.state != str(State.CLOSED))
    )
    return {bytes(h) for h in connection.execute(wanted).scalars()}
