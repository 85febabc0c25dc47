"""The campaigns as a list: how much time is left, and whether the sample is valid as it stands."""

from dataclasses import dataclass
from math import ceil, floor

from survey_app.domain.clock import Clock
from survey_app.domain.quotas import plan_from_text
from survey_app.domain.staff import StaffUser
from survey_app.domain.timeline import DAY
from survey_app.storage.campaigns.campaigns import PLAN
from survey_app.storage.cockpit.monitoring import plans_by_campaign, valid_by_campaign
from survey_app.storage.cockpit.overview import CampaignLine, list_campaign_lines
from survey_app.storage.session import Database


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign with its sums; days are whole ones, never below 0."""

    line: CampaignLine
    is_valid: bool
    opens_in_days: int
    days_left: int


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
