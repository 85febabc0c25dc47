"""What may be seen of a campaign at any time: quotas and counts, never an answer or a rate. A fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from evaluation.survey.completion import Room
from evaluation.survey.groups import GROUPS, Group
from evaluation.survey.sampling import Sample
from survey_app.domain.campaigns import Campaign
from survey_app.domain.clock import LOCAL_ZONE
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.quotas import SamplePlan, plan_from_text
from survey_app.services.pending_valid import MarkKeys, by_group, pending_by_unit
from survey_app.storage.campaigns import PLAN, find_campaign, find_document
from survey_app.storage.monitoring import (
    GroupCount,
    SchoolCount,
    UnitCount,
    count_groups,
    count_schools,
    count_units,
)
from survey_app.storage.session import Database

SCHEMA = "junheng.campaign/1"


@dataclass(frozen=True, slots=True)
class Progress:
    """A campaign with its plan and counters, as they stood in one transaction."""

    campaign: Campaign
    plan: SamplePlan
    groups: Mapping[Group, GroupCount]
    schools: Sequence[SchoolCount]
    units: Sequence[UnitCount]

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

    def schools_of(self, group: str, unit: str) -> list[str]:
        """The schools whose answers of `group` count in `unit`."""
        return [one.school for one in self.schools if one.group == group and one.unit == unit]


def read_progress(database: Database, keys: KeyDirectory, campaign_id: str) -> Progress:
    """The campaign as it stands. Raises `UnknownCampaign`."""
    with database.read() as connection:
        return progress_of(connection, keys, campaign_id)


def progress_of(connection: Connection, keys: KeyDirectory, campaign_id: str) -> Progress:
    """The same, as the first that the caller's transaction reads: six queries."""
    mark_keys = MarkKeys.read(keys, campaign_id)
    campaign = find_campaign(connection, campaign_id)
    pending = pending_by_unit(connection, mark_keys, [campaign_id])
    of_group = by_group(pending)
    counts = {
        count.group: replace(count, valid=count.valid + of_group[campaign_id, count.group])
        for count in count_groups(connection, campaign_id)
    }
    units = [
        replace(unit, valid=unit.valid + pending[campaign_id, unit.group, unit.unit])
        for unit in count_units(connection, campaign_id)
    ]
    return Progress(
        campaign,
        plan_from_text(find_document(connection, campaign_id, PLAN)),
        {group: counts[group] for group in GROUPS},
        count_schools(connection, campaign_id),
        units,
    )


def show_campaign(database: Database, keys: KeyDirectory, campaign_id: str) -> dict[str, Any]:
    """The document of `campaign show --json` (contract, section 4). Raises `UnknownCampaign`."""
    progress = read_progress(database, keys, campaign_id)
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
        "units": [_unit(progress, one) for one in progress.units if one.unit],
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
        }
        for group, count in progress.groups.items()
    }


def _school(count: SchoolCount) -> dict[str, str | int]:
    return {
        "code": count.school,
        "group": count.group,
        "planned": count.planned,
        "issued": count.issued,
        "answered": count.answered,
    }


def _unit(progress: Progress, count: UnitCount) -> dict[str, Any]:
    schools = progress.schools_of(count.group, count.unit)
    return {"unit": count.unit, "group": count.group, "schools": schools, "valid": count.valid}
