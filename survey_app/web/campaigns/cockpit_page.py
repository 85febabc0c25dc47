"""What the cockpit's page may see: words and numbers made for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import request

from evaluation.errors import Language
from evaluation.survey.groups import GROUPS, SCHOOL_GROUPS, Group
from survey_app.domain.campaigns import Admission, Campaign, State
from survey_app.domain.forecast import Forecast
from survey_app.domain.outlook import GRAVE, Standing
from survey_app.services.cockpit.alerts import find_alerts, too_small_groups
from survey_app.services.cockpit.reading import Cockpit
from survey_app.services.cockpit.schools import (
    SORTS,
    Pace,
    SchoolFilter,
    SchoolProgress,
    UnitLine,
    school_lines,
    valid_by_unit,
)
from survey_app.services.cockpit.sentences import (
    GROUP_SEPARATORS,
    AlertLine,
    alert_line,
    expectation,
    expected_reasons,
    group_name,
    headline,
    method,
    percent,
    reasons,
)
from survey_app.services.cockpit.wording import PACES, STANDINGS
from survey_app.web.campaigns.bars import GroupBar, TimelineChart, group_bar, timeline_chart

LONGEST_FILTER: Final = 60
_TONES: Final[Mapping[Standing, str]] = {
    Standing.OVER: "bad",
    Standing.SHORT: "bad",
    Standing.MAY_EXCEED: "wait",
    Standing.MAY_LACK: "wait",
    Standing.ENOUGH: "good",
    Standing.ON_COURSE: "good",
    Standing.UNKNOWN: "plain",
}
_PACE_TONES: Final[Mapping[Pace, str]] = {
    Pace.SILENT: "bad",
    Pace.WAITING: "wait",
    Pace.SLOW: "wait",
    Pace.ON_COURSE: "plain",
    Pace.COMPLETE: "good",
    Pace.WITHOUT_CODES: "plain",
}


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group of the table."""

    name: str
    planned: int
    cap: int | None
    frame: int | None
    to_issue: int
    issued: int
    answered: int
    valid: int
    needs: int | None
    can_take: int | None
    forecast: Forecast | None
    standing: str
    tone: str
    is_grave: bool
    bar: GroupBar


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """One school of the table; `groups` are answered and issued by name of the group."""

    line: SchoolProgress
    groups: Sequence[tuple[str, int, int]]
    pace: str
    tone: str


@dataclass(frozen=True, slots=True)
class Return:
    """What came back of what was handed out. Nothing is assumed about the rest."""

    issued: int
    answered: int
    valid: int
    from_paper: int

    @property
    def share(self) -> float:
        """Of the codes that are out, those that were used."""
        return self.answered / self.issued if self.issued else 0.0

    @property
    def missing(self) -> int:
        """Codes that were not used: not filled in, nothing else."""
        return max(0, self.issued - self.answered)


@dataclass(frozen=True)
class CockpitPage:
    """Everything the page shows."""

    campaign: Campaign
    now: datetime
    is_running: bool
    is_waiting: bool
    days_left: int
    hours_left: int
    is_valid: bool
    headline: str
    reasons: Sequence[str]
    expectation: str | None
    expected_reasons: Sequence[str]
    method: str | None
    alerts: Sequence[AlertLine]
    groups: Sequence[GroupRow]
    required: int
    parents_share: str
    balance_tolerance: str
    returned: Return
    timeline: TimelineChart | None
    missing_codes: int
    too_small: str
    """The groups whose answers would be withheld if the campaign were closed now; "" if there are none."""
    too_few: int

    @property
    def is_past_its_end(self) -> bool:
        """Whether it can't be opened any more."""
        return self.campaign.state == State.DRAFT and self.now >= self.campaign.closes

    @property
    def valid(self) -> int:
        """Valid answers of all groups."""
        return self.returned.valid


def cockpit_page(cockpit: Cockpit, language: Language) -> CockpitPage:
    """The page's facts, in the page's language."""
    counts, campaign = cockpit.progress.groups.values(), cockpit.campaign
    return CockpitPage(
        campaign=campaign,
        now=cockpit.now,
        is_running=cockpit.is_running,
        is_waiting=campaign.state == State.OPEN and cockpit.admission == Admission.NOT_YET,
        days_left=int(cockpit.days_left),
        hours_left=int(cockpit.days_left * 24) % 24,
        is_valid=cockpit.outlook.now.is_valid,
        headline=headline(cockpit, language),
        reasons=reasons(cockpit, language),
        expectation=expectation(cockpit, language),
        expected_reasons=expected_reasons(cockpit, language),
        method=method(cockpit, language),
        alerts=[alert_line(cockpit, alert, language) for alert in find_alerts(cockpit)],
        groups=[_group_row(cockpit, group, language) for group in GROUPS],
        required=cockpit.outlook.now.required,
        parents_share=percent(cockpit.progress.plan.parameters.parents_share),
        balance_tolerance=percent(cockpit.progress.plan.parameters.balance_tolerance),
        returned=Return(
            sum(one.issued for one in counts),
            sum(one.answered for one in counts),
            sum(one.valid for one in counts),
            sum(one.from_paper for one in counts),
        ),
        timeline=timeline_chart(cockpit.spans),
        missing_codes=sum(max(0, one.to_issue - one.issued) for one in counts),
        too_small=GROUP_SEPARATORS[language].join(group_name(group, language) for group in too_small_groups(cockpit)),
        too_few=campaign.anonymity_k,
    )


def school_rows(cockpit: Cockpit, wanted: SchoolFilter, language: Language) -> list[SchoolRow]:
    """The schools that are wanted."""
    return [
        SchoolRow(
            line,
            [(group_name(group, language), *counts) for group, counts in line.groups.items()],
            PACES[line.pace].text(language, {}),
            _PACE_TONES[line.pace],
        )
        for line in school_lines(cockpit, wanted)
    ]


def unit_tables(cockpit: Cockpit, language: Language) -> list[tuple[str, list[tuple[str, UnitLine]]]]:
    """Valid answers by unit, group by group, with the names of the schools."""
    return [
        (
            group_name(group, language),
            [("、".join(cockpit.names.get(one, one) for one in line.schools), line) for line in lines],
        )
        for group, lines in valid_by_unit(cockpit).items()
    ]


def school_filter_of_request() -> SchoolFilter:
    """Which schools the address asks for; what is no group or order counts as not asked."""
    group = next((one for one in SCHOOL_GROUPS if one == request.args.get("group")), None)
    sort = request.args.get("sort", "")
    return SchoolFilter(
        group=group,
        text=request.args.get("q", "").strip()[:LONGEST_FILTER],
        sort=sort if sort in SORTS else next(iter(SORTS)),
        is_descending=request.args.get("down") == "1",
    )


def filter_values(wanted: SchoolFilter) -> dict[str, str | None]:
    """The filter as parts of an address."""
    return {
        "group": wanted.group,
        "q": wanted.text or None,
        "sort": wanted.sort if wanted.sort != next(iter(SORTS)) else None,
        "down": "1" if wanted.is_descending else None,
    }


def _group_row(cockpit: Cockpit, group: Group, language: Language) -> GroupRow:
    count, outlook = cockpit.progress.groups[group], cockpit.outlook.groups[group]
    return GroupRow(
        name=group_name(group, language),
        planned=count.planned,
        cap=count.cap,
        frame=count.frame,
        to_issue=count.to_issue,
        issued=count.issued,
        answered=count.answered,
        valid=count.valid,
        needs=outlook.needs,
        can_take=outlook.can_take,
        forecast=outlook.forecast,
        standing=STANDINGS[outlook.standing].text(language, {}),
        tone=_TONES[outlook.standing],
        is_grave=outlook.standing in GRAVE,
        bar=group_bar(outlook, count.planned),
    )
