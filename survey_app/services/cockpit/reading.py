"""The cockpit of a campaign, from its counters and their readings: a fixed number of queries, however many answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from evaluation.survey.groups import GROUPS, Group
from survey_app.domain.campaigns import Admission, Campaign, State
from survey_app.domain.clock import Clock
from survey_app.domain.forecast import Forecast, forecast, pooled_dispersion
from survey_app.domain.outlook import Outlook, look_ahead
from survey_app.domain.timeline import (
    DAY,
    Burst,
    CounterReading,
    Span,
    find_bursts,
    hour_of,
    spans_between,
    valid_by_day,
)
from survey_app.services.cockpit.monitoring import Progress, progress_of
from survey_app.services.submission.guessing import unknown_codes_since
from survey_app.storage.cockpit.monitoring import GroupCount
from survey_app.storage.cockpit.readings import list_readings
from survey_app.storage.heartbeats import WORKER, stale_parts
from survey_app.storage.results import school_names
from survey_app.storage.session import Database

LOOK_BACK = timedelta(days=8)
"""The readings of a week, and of the day before it that its first day is counted from."""


@dataclass(frozen=True)
class Cockpit:
    """Everything that the monitor's pages and the bulletin are made from, as it stood at `now`."""

    now: datetime
    progress: Progress
    names: Mapping[str, str]
    readings: Sequence[CounterReading]
    unknown_codes: int
    is_worker_silent: bool = False

    @property
    def campaign(self) -> Campaign:
        """The campaign."""
        return self.progress.campaign

    @property
    def admission(self) -> Admission:
        """Whether forms are taken now."""
        return self.campaign.admission_at(self.now)

    @property
    def is_running(self) -> bool:
        """Whether answers come in."""
        return self.campaign.state in (State.OPEN, State.CLOSING) and self.admission in (
            Admission.OPEN,
            Admission.GRACE,
        )

    @property
    def opened(self) -> datetime:
        """When answers could come first."""
        return max(self.campaign.opens, self.campaign.opened_at or self.campaign.opens)

    @property
    def days_open(self) -> float:
        """Days since then."""
        return max(0.0, (self.now - self.opened) / DAY)

    @property
    def days_left(self) -> float:
        """Days until the closing moment."""
        return max(0.0, (self.campaign.closing_moment - self.now) / DAY)

    @cached_property
    def days(self) -> dict[Group, list[int]]:
        """Valid answers of the last whole days, the latest first."""
        return valid_by_day(self.readings, self.opened)

    @cached_property
    def spans(self) -> list[Span]:
        """Answers by hour, the last hour as far as it has come."""
        return spans_between([*self.readings, self._present()] if self.readings else [])

    @cached_property
    def bursts(self) -> list[Burst]:
        """Hours of the last day in which far more of a group answered than usual."""
        return find_bursts(self.spans, since=self.now - DAY)

    @cached_property
    def dispersion(self) -> float:
        """How much more the daily counts vary than by chance."""
        return pooled_dispersion(self.days.values())

    @cached_property
    def outlook(self) -> Outlook:
        """Whether the sample is valid, and where each group is heading."""
        return look_ahead(self.progress.plan, self.progress.valid, {group: self._forecast(group) for group in GROUPS})

    def _forecast(self, group: Group) -> Forecast | None:
        if not self.is_running:
            return None
        count = self.progress.groups[group]
        return forecast(count.valid, self.days[group], self.days_left, self.dispersion, _most(count))

    def _present(self) -> CounterReading:
        groups = self.progress.groups
        return CounterReading(
            self.now,
            {group: count.answered for group, count in groups.items()},
            {group: count.taken for group, count in groups.items()},  # as the readings count
        )


def read_cockpit(database: Database, clock: Clock, campaign_id: str) -> Cockpit:
    """The cockpit as it stands. Raises `UnknownCampaign`."""
    now = clock.now()
    with database.read() as connection:
        progress = progress_of(connection, campaign_id)
        unknown, _most = unknown_codes_since(connection, now - DAY)
        return Cockpit(
            now=now,
            progress=progress,
            names=school_names(connection, campaign_id),
            readings=_from_opening(progress.campaign, list_readings(connection, campaign_id, now - LOOK_BACK), now),
            unknown_codes=unknown,
            is_worker_silent=WORKER in stale_parts(connection, now),
        )


def _from_opening(campaign: Campaign, readings: list[CounterReading], now: datetime) -> list[CounterReading]:
    """The readings, with the one that nobody needs to take: when it opened, there was no answer."""
    opened = hour_of(max(campaign.opens, campaign.opened_at or campaign.opens))
    is_known = bool(readings) and readings[0].at <= opened
    is_in_view = now - LOOK_BACK <= opened <= now and campaign.opened_at is not None
    return readings if is_known or not is_in_view else [CounterReading(opened, {}, {}), *readings]


def _most(count: GroupCount) -> int | None:
    """What the group can't pass: its cap, its size, the codes that are out."""
    out = count.valid + max(0, count.issued - count.answered) if count.issued else None
    limits = [limit for limit in (count.cap, count.frame, out) if limit is not None]
    return min(limits, default=None)
