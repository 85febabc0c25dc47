"""The code with all that its form needs to know.

What can change is read each time, in one query, and so are the times that decide whether a form is taken. What else is frozen once a
campaign is open (its name, the questionnaire of the group, the name of the school) is kept by the process that has read it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import LargeBinary, and_, bindparam, false, select

from survey_app.domain.campaigns import Campaign, State
from survey_app.storage.campaigns import campaign_from_row
from survey_app.storage.direct import Prepared, direct
from survey_app.storage.pools import Pool
from survey_app.storage.session import Database
from survey_app.storage.tables import campaign, code, pool, questionnaire, quota, run, school

_MOST_KEPT = 10_000  # a county has some hundred pairs of a group and a school

_FIND = (
    select(
        code.c.campaign,
        code.c.group,
        code.c.school,
        campaign.c.state,
        campaign.c.admission,
        campaign.c.opens,
        campaign.c.closes,
        campaign.c.closing_at,
        code.c.h,
        code.c.label,
        code.c.used,
        code.c.retry,
        code.c.receipt,
        quota.c.cap,
        quota.c.taken,
        quota.c.to_issue,
        quota.c.ended,
        pool.c.batch,
        pool.c.public_key,
        run.c.sealed,
    )
    .join(campaign, campaign.c.id == code.c.campaign)
    .join(quota, and_(quota.c.campaign == code.c.campaign, quota.c.group == code.c.group))
    .outerjoin(pool, pool.c.label == code.c.label)
    .outerjoin(run, and_(run.c.campaign == code.c.campaign, run.c.school == code.c.school))
    .where(code.c.cancelled == false())
)
_KEY_WIDTH = 8  # the first columns: they say which terms hold
_TERMS = Prepared(
    select(*campaign.c, questionnaire.c.sha256, school.c.name.label("school_name"))
    .join(questionnaire, questionnaire.c.campaign == campaign.c.id)
    .outerjoin(school, and_(school.c.campaign == campaign.c.id, school.c.code == bindparam("of_school")))
    .where(campaign.c.id == bindparam("of_campaign"), questionnaire.c.group == bindparam("of_group"))
)


@cache
def _find_among(number: int) -> Prepared:
    """The query for a number of hashes."""
    return Prepared(_FIND.where(code.c.h.in_([bindparam(f"h{place}", type_=LargeBinary) for place in range(number)])))


@dataclass(frozen=True, slots=True)
class Terms:
    """What is the same for all codes of a group in a school, as long as the campaign is in one state and its times stand."""

    campaign: Campaign
    questionnaire_sha256: str
    school_name: str | None


@dataclass(frozen=True, slots=True)
class FoundCode:
    """A code that was issued and not cancelled, as it stood when it was read."""

    terms: Terms
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
    batch: int | None
    public_key: bytes | None
    run: bytes | None  # of the school, sealed

    @property
    def campaign(self) -> Campaign:
        """The campaign."""
        return self.terms.campaign

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


def find_code(database: Database, hashes: Sequence[bytes]) -> FoundCode | None:
    """The code with one of `hashes` (its hash under each campaign's key), or None."""
    if not hashes:
        return None
    places = 1 << (len(hashes) - 1).bit_length()  # few sizes, few statements to prepare
    values = {f"h{place}": hashes[min(place, len(hashes) - 1)] for place in range(places)}
    rows = direct(database).run(_find_among(places), values).rows
    return _found_code(database, rows[0]) if rows else None


def _found_code(database: Database, row: tuple[Any, ...]) -> FoundCode:
    key = row[:_KEY_WIDTH]
    _, group, school_code, *_ = key
    h, *rest = row[_KEY_WIDTH:]
    return FoundCode(_terms(database, key), h, group, school_code, *rest)


def _terms(database: Database, key: tuple[Any, ...]) -> Terms:
    """Read once a process; those of a draft can still change."""
    known: Terms | None = database.frozen.get(key)
    if known is not None:
        return known
    campaign_id, group, school_code, *_ = key
    values = {"of_campaign": campaign_id, "of_group": group, "of_school": school_code}
    *columns, sha256, school_name = direct(database).run(_TERMS, values).rows[0]
    terms = Terms(campaign_from_row(columns), sha256, school_name)
    has_moved = _times_and_state(terms.campaign) != key[3:]  # since the key was read
    if terms.campaign.state != State.DRAFT and not has_moved:
        if len(database.frozen) >= _MOST_KEPT:
            database.frozen.clear()
        database.frozen[key] = terms
    return terms


def _times_and_state(of: Campaign) -> tuple[Any, ...]:
    return of.state, of.admission, of.opens, of.closes, of.closing_at
