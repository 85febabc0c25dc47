"""What the list of campaigns, the home page, the city page and the search show: campaigns and verdicts over all counties that an account may see."""

from dataclasses import dataclass
from math import ceil, floor

from sqlalchemy import Connection

from survey_app.domain.assessments import CountyAssessment
from survey_app.domain.clock import Clock
from survey_app.domain.quotas import plan_from_text
from survey_app.domain.staff import StaffUser
from survey_app.domain.timeline import DAY
from survey_app.storage.assessments.assessments import list_assessments
from survey_app.storage.campaigns.campaigns import PLAN
from survey_app.storage.cockpit.monitoring import plans_by_campaign, valid_by_campaign
from survey_app.storage.cockpit.overview import (
    CampaignLine,
    SchoolLine,
    find_assessment_lines,
    find_campaign_lines,
    find_school_lines,
    list_campaign_lines,
)
from survey_app.storage.session import Database


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign with its sums; days are whole ones, never below 0."""

    line: CampaignLine
    is_valid: bool
    opens_in_days: int
    days_left: int


@dataclass(frozen=True, slots=True)
class LatestVerdict:
    """What a county's latest assessment says (docs/interfaces.md, "Rulebooks"); `outcome` None: not judged yet."""

    assessment: str
    county_name: str
    year: int
    outcome: str | None
    grade: str | None
    is_signed: bool


@dataclass(frozen=True, slots=True)
class FoundAssessment:
    """An assessment that a search found."""

    id: str
    county_name: str
    year: int


@dataclass(frozen=True, slots=True)
class CountyLine:
    """A county beside the others: its latest campaign, how many there were, and its latest verdict."""

    code: str
    name: str
    campaign: CampaignLine | None
    campaigns: int
    verdict: LatestVerdict | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found."""

    campaigns: list[CampaignLine]
    schools: list[SchoolLine]
    assessments: list[FoundAssessment]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not (self.campaigns or self.schools or self.assessments)


def visible_campaigns(database: Database, user: StaffUser) -> list[CampaignLine]:
    """The campaigns that the account may see, the latest first."""
    with database.read() as connection:
        return list_campaign_lines(connection, user.county)


def list_with_validity(database: Database, clock: Clock, user: StaffUser) -> list[CampaignRow]:
    """The campaigns that the account may see, the latest first: three queries whatever their number."""
    with database.read() as connection:
        lines = list_campaign_lines(connection, user.county)
        ids = [line.id for line in lines]
        valid, plans = valid_by_campaign(connection, ids), plans_by_campaign(connection, ids, PLAN)
    now = clock.now()
    return [
        CampaignRow(
            line,
            plan_from_text(plans[line.id]).judge(valid.get(line.id, {})).is_valid,  # type: ignore[arg-type]
            max(0, ceil((line.opens - now) / DAY)),
            max(0, floor((line.closes - now) / DAY)),
        )
        for line in lines
    ]


def counties_side_by_side(database: Database, user: StaffUser) -> list[CountyLine]:
    """The counties that the account may see, by code; three queries whatever their number."""
    with database.read() as connection:
        campaigns = list_campaign_lines(connection, user.county)
        verdicts = latest_verdicts(connection, user.county)
    by_county: dict[str, list[CampaignLine]] = {}
    for line in campaigns:
        by_county.setdefault(line.county_code, []).append(line)
    return [_county_line(code, by_county.get(code, []), verdicts.get(code)) for code in sorted({*by_county, *verdicts})]


def latest_verdicts(connection: Connection, county: str | None) -> dict[str, LatestVerdict]:
    """By county code; of one county only where `county` is given. The latest year's counts, of it the one begun last."""
    latest: dict[str, CountyAssessment] = {}
    for one in list_assessments(connection, county):
        before = latest.get(one.county_code)
        if before is None or (one.year, one.created_at) > (before.year, before.created_at):
            latest[one.county_code] = one
    return {code: _verdict(one) for code, one in latest.items()}


def search(database: Database, user: StaffUser, text: str) -> Found:
    """Campaigns, schools and assessments whose name or code holds the text, of the counties that the account may see."""
    with database.read() as connection:
        return Found(
            find_campaign_lines(connection, text, user.county),
            find_school_lines(connection, text, user.county),
            [FoundAssessment(*row) for row in find_assessment_lines(connection, text, user.county)],
        )


def _county_line(code: str, campaigns: list[CampaignLine], verdict: LatestVerdict | None) -> CountyLine:
    latest = campaigns[0] if campaigns else None
    name = latest.county_name if latest else verdict.county_name if verdict else code
    return CountyLine(code, name, latest, len(campaigns), verdict)


def _verdict(one: CountyAssessment) -> LatestVerdict:
    return LatestVerdict(one.id, one.county_name, one.year, one.outcome, one.grade, one.is_signed)
