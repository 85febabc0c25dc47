"""What may be seen of a campaign at any time: quotas and counts, never an answer or a rate. A fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from evaluation.survey.completion import Room
from evaluation.survey.groups import GROUPS, Group
from evaluation.survey.sampling import Sample
from survey_app.domain.campaigns import Campaign, State
from survey_app.domain.clock import LOCAL_ZONE
from survey_app.domain.quotas import SamplePlan, plan_from_text
from survey_app.storage.campaigns.campaigns import PLAN, find_campaign, find_document
from survey_app.storage.cockpit.monitoring import (
    GroupCount,
    SchoolCount,
    count_groups,
    count_schools,
)
from survey_app.storage.session import Database

SCHEMA = "junheng.campaign/1"


@dataclass(frozen=True, slots=True)
class UnitCount:
    """Valid sheets of a unit: those of its schools' codes."""

    group: str
    unit: str
    schools: tuple[str, ...]
    valid: int


@dataclass(frozen=True, slots=True)
class Progress:
    """A campaign with its plan and counters, as they stood in one transaction."""

    campaign: Campaign
    plan: SamplePlan
    groups: Mapping[Group, GroupCount]
    schools: Sequence[SchoolCount]

    @property
    def valid(self) -> dict[Group, int]:
        """Valid answers by group."""
        return {group: count.valid for group, count in self.groups.items()}

    @property
    def sample(self) -> Sample:
        """Whether the valid answers there are make a valid sample."""
        return self.plan.judge(self.valid)

    @property
    def room(self) -> Room:
        """What each group still needs and can take."""
        return self.plan.room(self.valid)

    @property
    def units(self) -> list[UnitCount]:
        """The units of each group that has any."""
        found: dict[tuple[str, str], list[SchoolCount]] = {}
        for one in self.schools:
            if one.unit:
                found.setdefault((one.group, one.unit), []).append(one)
        return [
            UnitCount(group, unit, tuple(one.school for one in schools), sum(one.valid for one in schools))
            for (group, unit), schools in sorted(found.items())
        ]


def read_progress(database: Database, campaign_id: str) -> Progress:
    """The campaign as it stands. Raises `UnknownCampaign`."""
    with database.read() as connection:
        return progress_of(connection, campaign_id)


def progress_of(connection: Connection, campaign_id: str) -> Progress:
    """The same, as the first that the caller's transaction reads: four queries."""
    campaign = find_campaign(connection, campaign_id)
    counts = {count.group: count for count in count_groups(connection, campaign_id)}
    return Progress(
        campaign,
        plan_from_text(find_document(connection, campaign_id, PLAN)),
        {group: counts[group] for group in GROUPS},
        count_schools(connection, campaign_id),
    )


def show_campaign(database: Database, campaign_id: str) -> dict[str, Any]:
    """The document of `campaign show --json` (docs/interfaces.md, "campaign show --json"). Raises `UnknownCampaign`."""
    progress = read_progress(database, campaign_id)
    campaign = progress.campaign
    return {
        "schema": SCHEMA,
        "id": campaign.id,
        "name": campaign.name,
        "state": str(campaign.state),
        "county": {"code": campaign.county_code, "name": campaign.county_name, "population": campaign.population},
        "year": campaign.year,
        "rulebook": campaign.rulebook,
        "opens": campaign.opens.astimezone(LOCAL_ZONE).isoformat(),
        "closes": campaign.closes.astimezone(LOCAL_ZONE).isoformat(),
        "groups": _groups(progress),
        "schools": [_school(one) for one in progress.schools],
        "units": [_unit(one) for one in progress.units],
        "sample": progress.sample.document(),
    }


def _groups(progress: Progress) -> dict[str, dict[str, int | None]]:
    room = progress.room
    return {
        group: {
            "planned": count.planned,
            "cap": count.cap,
            "frame": count.frame,
            "issued": count.issued,
            "answered": count.answered,
            "valid": count.valid,
            "needs": room.needs[group],
            "can_take": room.can_take[group],
            **(_outcome(count) if progress.campaign.state == State.CLOSED else {}),
        }
        for group, count in progress.groups.items()
    }


def _outcome(count: GroupCount) -> dict[str, int | None]:
    """What became of the sheets of a closed campaign."""
    return {"responses": count.responses, "withheld": count.withheld, "lost": count.lost}


def _school(count: SchoolCount) -> dict[str, str | int | None]:
    """Of a group without units nobody is told whether those of a school took part."""
    return {
        "code": count.school,
        "group": count.group,
        "planned": count.planned,
        "issued": count.issued,
        "answered": count.answered if count.unit else None,
    }


def _unit(count: UnitCount) -> dict[str, Any]:
    return {"unit": count.unit, "group": count.group, "schools": list(count.schools), "valid": count.valid}
