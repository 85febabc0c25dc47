"""What the home page, the city page and the search show: campaigns and verdicts over all counties that an account may see."""

from dataclasses import dataclass

from survey_app.domain.staff import StaffUser
from survey_app.services.cockpit.verdicts import FoundAssessment, LatestVerdict, find_assessments, latest_verdicts
from survey_app.storage.cockpit.overview import (
    CampaignLine,
    SchoolLine,
    find_campaign_lines,
    find_school_lines,
    list_campaign_lines,
)
from survey_app.storage.session import Database


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


def counties_side_by_side(database: Database, user: StaffUser) -> list[CountyLine]:
    """The counties that the account may see, by code; three queries whatever their number."""
    with database.read() as connection:
        campaigns = list_campaign_lines(connection, user.county)
        verdicts = latest_verdicts(connection, user.county)
    by_county: dict[str, list[CampaignLine]] = {}
    for line in campaigns:
        by_county.setdefault(line.county_code, []).append(line)
    return [_county_line(code, by_county.get(code, []), verdicts.get(code)) for code in sorted({*by_county, *verdicts})]


def search(database: Database, user: StaffUser, text: str) -> Found:
    """Campaigns, schools and assessments whose name or code holds the text, of the counties that the account may see."""
    with database.read() as connection:
        return Found(
            find_campaign_lines(connection, text, user.county),
            find_school_lines(connection, text, user.county),
            find_assessments(connection, text, user.county),
        )


def _county_line(code: str, campaigns: list[CampaignLine], verdict: LatestVerdict | None) -> CountyLine:
    latest = campaigns[0] if campaigns else None
    name = latest.county_name if latest else verdict.county_name if verdict else code
    return CountyLine(code, name, latest, len(campaigns), verdict)
