"""Queries of a submission: the code with all that a form needs to know, and its one use."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, bindparam, false, select, true, update

from survey_app.domain.campaigns import Admission, Campaign, State
from survey_app.storage.pools import Pool
from survey_app.storage.tables import campaign, code, pool, questionnaire, quota, school

_CAMPAIGN_COLUMNS = tuple(campaign.c)
_WIDTH = len(_CAMPAIGN_COLUMNS)

_FIND = (
    select(
        *_CAMPAIGN_COLUMNS,
        code.c.h,
        code.c.group,
        code.c.school,
        code.c.label,
        code.c.used,
        code.c.retry,
        code.c.receipt,
        quota.c.cap,
        quota.c.valid,
        quota.c.to_issue,
        questionnaire.c.sha256,
        school.c.name.label("school_name"),
        pool.c.batch,
        pool.c.public_key,
    )
    .join(campaign, campaign.c.id == code.c.campaign)
    .join(quota, and_(quota.c.campaign == code.c.campaign, quota.c.group == code.c.group))
    .join(questionnaire, and_(questionnaire.c.campaign == code.c.campaign, questionnaire.c.group == code.c.group))
    .outerjoin(school, and_(school.c.campaign == code.c.campaign, school.c.code == code.c.school))
    .outerjoin(pool, pool.c.label == code.c.label)
    .where(code.c.h.in_(bindparam("hashes", expanding=True)), code.c.cancelled == false())
)
_CLAIM = (
    update(code)
    .where(code.c.h == bindparam("of_h"), code.c.used == false(), code.c.cancelled == false())
    .values(used=true(), retry=bindparam("by_retry"), receipt=bindparam("with_receipt"), used_on=bindparam("on_day"))
)


@dataclass(frozen=True, slots=True)
class FoundCode:
    """A code that was issued and not cancelled, as it stood when it was read."""

    campaign: Campaign
    h: bytes
    group: str
    school: str
    label: str
    used: bool
    retry: bytes | None
    receipt: str | None
    cap: int | None
    valid: int
    to_issue: int
    questionnaire_sha256: str
    school_name: str | None
    batch: int | None
    public_key: bytes | None

    @property
    def pool(self) -> Pool | None:
        """The open batch of the label; None before opening and after closing."""
        if self.batch is None or self.public_key is None:
            return None
        return Pool(self.label, self.batch, self.public_key)

    @property
    def is_full(self) -> bool:
        """Whether the group has reached its cap."""
        return self.cap is not None and self.valid >= self.cap

    @property
    def is_small_group(self) -> bool:
        """Whether the group as a whole is smaller than the crowd an answer is meant to be hidden in."""
        return self.to_issue < self.campaign.anonymity_k


def find_code(connection: Connection, hashes: list[bytes]) -> FoundCode | None:
    """The code with one of `hashes` (its hash under each campaign's key), or None."""
    row = connection.execute(_FIND, {"hashes": hashes}).one_or_none()
    return None if row is None else _found_code(tuple(row))


def claim_code(connection: Connection, h: bytes, *, retry: bytes, receipt: str, used_on: date) -> bool:
    """Uses the code; False if it was used or cancelled before. Its row stays locked until the transaction ends."""
    values = {"of_h": h, "by_retry": retry, "with_receipt": receipt, "on_day": used_on}
    return connection.execute(_CLAIM, values).rowcount == 1


def _found_code(values: tuple[Any, ...]) -> FoundCode:
    names = (column.name for column in _CAMPAIGN_COLUMNS)
    columns = dict(zip(names, values[:_WIDTH], strict=True))
    found = Campaign(**columns | {"state": State(columns["state"]), "admission": Admission(columns["admission"])})
    return FoundCode(found, *values[_WIDTH:])
