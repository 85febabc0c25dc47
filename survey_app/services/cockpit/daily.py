"""The bulletin's texts, from the cockpit. A Chinese paper."""

from datetime import date
from typing import Final

from evaluation.survey.groups import GROUPS, Group
from survey_app.domain.campaigns import State
from survey_app.domain.clock import LOCAL_ZONE, told_end, told_moment
from survey_app.domain.outlook import GRAVE
from survey_app.services.cockpit import wording
from survey_app.services.cockpit.alerts import find_alerts
from survey_app.services.cockpit.reading import Cockpit
from survey_app.services.cockpit.schools import Pace, SchoolFilter, school_lines
from survey_app.services.cockpit.sentences import (
    alert_line,
    expectation,
    expected_reasons,
    group_name,
    headline,
    reasons,
)

ALERTS_PRINTED: Final = 6
DAYS_PRINTED: Final = 8
_NOTHING: Final = "—"


class DailyTexts:
    """Each part of the bulletin as text."""

    def __init__(self, cockpit: Cockpit) -> None:
        self._cockpit = cockpit

    @property
    def title(self) -> str:
        """The campaign."""
        return wording.BULLETIN_TITLE.text("zh", {"name": self._cockpit.campaign.name})

    @property
    def subtitle(self) -> str:
        """The county, the moment, and what is left of the time."""
        campaign = self._cockpit.campaign
        values = {
            "county": f"{campaign.county_name} {campaign.county_code}",
            "now": _moment(*told_moment(self._cockpit.now)),
        }
        line = wording.BULLETIN_SUBTITLE.text("zh", values | {"closes": _moment(*told_end(campaign.closing_moment))})
        if not self._cockpit.is_running:
            return line
        left = self._cockpit.days_left
        return line + wording.BULLETIN_LEFT.text("zh", {"days": int(left), "hours": int(left * 24) % 24})

    @property
    def headline(self) -> str:
        """Whether the sample is valid."""
        return headline(self._cockpit, "zh")

    @property
    def reasons(self) -> list[str]:
        """Why not."""
        return reasons(self._cockpit, "zh")

    @property
    def expectation(self) -> str:
        """What is expected at the closing, and why that would not do."""
        return "".join([expectation(self._cockpit, "zh") or "", *expected_reasons(self._cockpit, "zh")])

    @property
    def head(self) -> tuple[str, ...]:
        """The head of the groups' table."""
        return tuple(message.text("zh", {}) for message in wording.BULLETIN_HEAD)

    @property
    def rows(self) -> list[tuple[tuple[str, ...], bool]]:
        """The groups, and whether each needs attention."""
        return [self._row(group) for group in GROUPS]

    @property
    def alerts(self) -> list[tuple[bool, str]]:
        """The gravest alerts."""
        lines = [alert_line(self._cockpit, alert, "zh") for alert in find_alerts(self._cockpit)]
        return [(line.is_grave, line.text) for line in lines[:ALERTS_PRINTED]]

    @property
    def days(self) -> list[tuple[str, str]]:
        """Answers of all groups by day in the county."""
        counts: dict[str, int] = {}
        for span in self._cockpit.spans:
            day = f"{span.begins.astimezone(LOCAL_ZONE):%m-%d}"
            counts[day] = counts.get(day, 0) + span.total
        return [(day, str(count)) for day, count in list(counts.items())[-DAYS_PRINTED:]]

    @property
    def returned(self) -> str:
        """What came back of what was handed out."""
        groups = self._cockpit.progress.groups.values()
        issued, answered = sum(one.issued for one in groups), sum(one.answered for one in groups)
        values = {
            "issued": issued,
            "answered": answered,
            "share": f"{100 * answered / issued:.1f}%" if issued else _NOTHING,
            "missing": max(0, issued - answered),
            "paper": sum(one.from_paper for one in groups),
        }
        return wording.BULLETIN_RETURNED.text("zh", values)

    @property
    def schools(self) -> str:
        """How many schools are at which pace."""
        lines = school_lines(self._cockpit, SchoolFilter())
        number = {pace: sum(line.pace == pace for line in lines) for pace in Pace}
        values = {
            "schools": len(lines),
            "silent": number[Pace.SILENT],
            "waiting": number[Pace.WAITING],
            "slow": number[Pace.SLOW],
            "complete": number[Pace.COMPLETE],
        }
        return wording.BULLETIN_SCHOOLS.text("zh", values)

    def made(self, by: str) -> str:
        """Who made the bulletin, when."""
        return wording.BULLETIN_MADE.text("zh", {"by": by, "now": _moment(*told_moment(self._cockpit.now))})

    def _row(self, group: Group) -> tuple[tuple[str, ...], bool]:
        count, outlook = self._cockpit.progress.groups[group], self._cockpit.outlook.groups[group]
        ahead = outlook.forecast
        is_grave = outlook.standing in GRAVE and self._cockpit.campaign.state == State.OPEN
        cells = (
            group_name(group, "zh"),
            str(count.planned),
            str(count.issued),
            str(count.answered),
            str(count.valid),
            _NOTHING if outlook.needs is None else str(outlook.needs),
            _most(outlook.needs, outlook.can_take, count.planned),
            f"{ahead.expected}（{ahead.low}–{ahead.high}）" if ahead else _NOTHING,
            wording.STANDINGS[outlook.standing].text("zh", {}) if self._cockpit.is_running else _NOTHING,
        )
        return cells, is_grave


def _most(needs: int | None, can_take: int | None, planned: int) -> str:
    if needs is None:
        return _NOTHING
    is_unlimited = can_take is None or can_take > wording.UNLIMITED_TIMES * planned
    return wording.NO_LIMIT.text("zh", {}) if is_unlimited else str(can_take)


def _moment(day: date, hour: str) -> str:
    return wording.MOMENT.text("zh", {"y": day.year, "m": day.month, "d": day.day, "t": hour})
