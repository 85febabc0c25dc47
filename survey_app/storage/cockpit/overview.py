"""Queries over all campaigns at once: one row a campaign, however many schools and answers there are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from survey_app.domain.campaigns import State
from survey_app.storage.assessment_tables import assessment
from survey_app.storage.tables import campaign, quota, school

FOUND_AT_MOST = 50


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign as a line of a list, with the sums of its counters."""

    id: str
    name: str
    county_code: str
    county_name: str
    year: int
    state: State
    opens: datetime
    closes: datetime
    required: int
    issued: int
    answered: int
    valid: int


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """A school of a campaign."""

    code: str
    name: str
    campaign: str
    campaign_name: str
    county_name: str


def list_campaign_lines(connection: Connection, county: str | None) -> list[CampaignLine]:
    """All campaigns, or those of one county: the latest first."""
    return _lines(connection, _of_county(_campaigns(), county))


def find_campaign_lines(connection: Connection, text: str, county: str | None) -> list[CampaignLine]:
    """Campaigns whose id, name or county holds the text."""
    held = [
        column.icontains(text, autoescape=True)
        for column in (campaign.c.id, campaign.c.name, campaign.c.county_name, campaign.c.county_code)
    ]
    return _lines(connection, _of_county(_campaigns().where(or_(*held)), county).limit(FOUND_AT_MOST))


def find_school_lines(connection: Connection, text: str, county: str | None) -> list[SchoolLine]:
    """Schools whose code or name holds the text, in the latest campaigns first."""
    held = or_(school.c.code.icontains(text, autoescape=True), school.c.name.icontains(text, autoescape=True))
    wanted = (
        select(school.c.code, school.c.name, campaign.c.id, campaign.c.name, campaign.c.county_name)
        .join(campaign, campaign.c.id == school.c.campaign)
        .where(held)
        .order_by(campaign.c.opens.desc(), campaign.c.id, school.c.code)
    )
    return [SchoolLine(*row) for row in connection.execute(_of_county(wanted, county).limit(FOUND_AT_MOST))]


def find_assessment_lines(connection: Connection, text: str, county: str | None) -> list[tuple[str, str, int]]:
    """Id, county and year of the assessments whose id, county or rulebook holds the text, the latest year first."""
    columns = (assessment.c.id, assessment.c.county_name, assessment.c.county_code, assessment.c.rulebook)
    held = or_(*(column.icontains(text, autoescape=True) for column in columns))
    wanted = select(assessment.c.id, assessment.c.county_name, assessment.c.year).where(held)
    if county is not None:
        wanted = wanted.where(assessment.c.county_code == county)
    rows = connection.execute(wanted.order_by(assessment.c.year.desc(), assessment.c.id).limit(FOUND_AT_MOST))
    return [(row.id, row.county_name, row.year) for row in rows]


def _campaigns() -> Select[Any]:
    ends = func.coalesce(campaign.c.closing_at, campaign.c.closes, type_=campaign.c.closes.type)
    valid = quota.c.answered - quota.c.lost - quota.c.void
    counted = {"issued": quota.c.issued, "answered": quota.c.answered, "valid": valid}
    sums = [func.coalesce(func.sum(column), 0).label(name) for name, column in counted.items()]
    return (
        select(
            campaign.c.id,
            campaign.c.name,
            campaign.c.county_code,
            campaign.c.county_name,
            campaign.c.year,
            campaign.c.state,
            campaign.c.opens,
            ends.label("closes"),
            campaign.c.sample_required.label("required"),
            *sums,
        )
        .outerjoin(quota, quota.c.campaign == campaign.c.id)
        .group_by(campaign.c.id)
        .order_by(campaign.c.opens.desc(), campaign.c.id)
    )


def _of_county(wanted: Select[Any], county: str | None) -> Select[Any]:
    return wanted if county is None else wanted.where(campaign.c.county_code == county)


def _lines(connection: Connection, wanted: Select[Any]) -> list[CampaignLine]:
    return [CampaignLine(**dict(row._mapping) | {"state": State(row.state)}) for row in connection.execute(wanted)]
