"""The code with all that its form needs to know, in one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import LargeBinary, and_, bindparam, false, select

from survey_app.domain.campaigns import Admission, Campaign, State
from survey_app.storage.direct import DirectConnection, Prepared
from survey_app.storage.pools import Pool
from survey_app.storage.tables import campaign, code, pool, questionnaire, quota, run, school

_CAMPAIGN_COLUMNS = tuple(campaign.c)
_CAMPAIGN_NAMES = tuple(column.name for column in _CAMPAIGN_COLUMNS)
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
        quota.c.taken,
        quota.c.to_issue,
        quota.c.ended,
        questionnaire.c.sha256,
        school.c.name.label("school_name"),
        pool.c.batch,
        pool.c.public_key,
        run.c.sealed,
    )
    .join(campaign, campaign.c.id == code.c.campaign)
    .join(quota, and_(quota.c.campaign == code.c.campaign, quota.c.group == code.c.group))
    .join(questionnaire, and_(questionnaire.c.campaign == code.c.campaign, questionnaire.c.group == code.c.group))
    .outerjoin(school, and_(school.c.campaign == code.c.campaign, school.c.code == code.c.school))
    .outerjoin(pool, pool.c.label == code.c.label)
    .outerjoin(run, and_(run.c.campaign == code.c.campaign, run.c.school == code.c.school))
    .where(code.c.cancelled == false())
)


@cache
def _find_among(number: int) -> Prepared:
    """The query for a number of hashes."""
    return Prepared(_FIND.where(code.c.h.in_([bindparam(f"h{place}", type_=LargeBinary) for place in range(number)])))


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
    taken: int
    to_issue: int
    has_ended: bool
    questionnaire_sha256: str
    school_name: str | None
    batch: int | None
    public_key: bytes | None
    run: bytes | None  # of the school, sealed

    @property
    def pool(self) -> Pool | None:
        """The open batch of the label; None before opening and after closing."""
        if self.batch is None or self.public_key is None:
            return None
        return Pool(self.label, self.batch, self.public_key)

    @property
    def is_full(self) -> bool:
        """Whether all places of the group are taken."""
        return self.cap is not None and self.taken >= self.cap

    @property
    def is_small_group(self) -> bool:
        """Whether the group as a whole is smaller than the crowd an answer is meant to be hidden in."""
        return self.to_issue < self.campaign.anonymity_k


def find_code(connection: DirectConnection, hashes: Sequence[bytes]) -> FoundCode | None:
    """The code with one of `hashes` (its hash under each campaign's key), or None."""
    if not hashes:
        return None
    places = 1 << (len(hashes) - 1).bit_length()  # few sizes, few statements to prepare
    values = {f"h{place}": hashes[min(place, len(hashes) - 1)] for place in range(places)}
    rows = connection.run(_find_among(places), values).rows
    return _found_code(rows[0]) if rows else None


def _found_code(values: tuple[Any, ...]) -> FoundCode:
    columns = dict(zip(_CAMPAIGN_NAMES, values[:_WIDTH], strict=True))
    columns["state"], columns["admission"] = State(columns["state"]), Admission(columns["admission"])
    return FoundCode(Campaign(**columns), *values[_WIDTH:])
