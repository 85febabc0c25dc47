"""What somebody should look into now, the gravest first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from evaluation.survey.groups import GROUPS, Group
from survey_app.domain.campaigns import Admission, State
from survey_app.domain.outlook import Standing
from survey_app.domain.timeline import HOUR, Burst
from survey_app.services.cockpit.reading import Cockpit
from survey_app.services.cockpit.schools import SchoolProgress, silent_schools

ENDS_SOON: Final = timedelta(days=1)
MANY_UNKNOWN_CODES: Final = 50
"""In a day. Wrong copies are caught by the check character and do not count; a cancelled slip tried again does."""


class AlertKind(StrEnum):
    """What it is about."""

    UNREACHABLE = "unreachable"
    CODES_MISSING = "codes_missing"
    NO_READINGS = "no_readings"
    STOPPED = "stopped"
    TOO_SMALL = "too_small"
    OVER = "over"
    USED_UP = "used_up"
    SHORT = "short"
    ENDS_SOON = "ends_soon"
    SILENT_SCHOOLS = "silent_schools"
    MAY_EXCEED = "may_exceed"
    BURST = "burst"
    UNKNOWN_CODES = "unknown_codes"


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to look into; `number` counts what it is about."""

    kind: AlertKind
    is_grave: bool
    number: int = 0
    groups: tuple[Group, ...] = ()
    schools: tuple[SchoolProgress, ...] = field(default=())
    burst: Burst | None = None


def find_alerts(cockpit: Cockpit) -> list[Alert]:
    """All of them, the grave ones first."""
    found = [alert for find in _FINDERS for alert in find(cockpit)]
    return sorted(found, key=lambda alert: not alert.is_grave)


def _unreachable(cockpit: Cockpit) -> Iterator[Alert]:
    if not cockpit.outlook.is_reachable and cockpit.campaign.state != State.CLOSED:
        yield Alert(AlertKind.UNREACHABLE, is_grave=True)


def _codes_missing(cockpit: Cockpit) -> Iterator[Alert]:
    missing = {group: max(0, one.to_issue - one.issued) for group, one in cockpit.progress.groups.items()}
    is_early = cockpit.campaign.state in (State.DRAFT, State.OPEN) and cockpit.admission <= Admission.OPEN
    if is_early and any(missing.values()):
        groups = tuple(group for group, number in missing.items() if number)
        yield Alert(AlertKind.CODES_MISSING, cockpit.is_running, sum(missing.values()), groups)


def _no_readings(cockpit: Cockpit) -> Iterator[Alert]:
    """The worker takes them; without it nothing is mixed and nothing is closed at its time either."""
    latest = cockpit.readings[-1].at if cockpit.readings else cockpit.opened
    if cockpit.is_running and (cockpit.is_worker_silent or cockpit.now - latest > 2 * HOUR):
        yield Alert(AlertKind.NO_READINGS, is_grave=True)


def _stopped(cockpit: Cockpit) -> Iterator[Alert]:
    groups = tuple(group for group, one in cockpit.progress.groups.items() if one.is_stopped)
    if groups and cockpit.campaign.state != State.CLOSED:
        yield Alert(AlertKind.STOPPED, is_grave=True, number=len(groups), groups=groups)


def _too_small(cockpit: Cockpit) -> Iterator[Alert]:
    """Groups whose answers would be withheld if the campaign were closed now."""
    small = too_small_groups(cockpit)
    if small and cockpit.is_running:
        is_soon = cockpit.campaign.closing_moment - cockpit.now <= ENDS_SOON
        yield Alert(AlertKind.TOO_SMALL, is_soon, cockpit.campaign.anonymity_k, small)


def too_small_groups(cockpit: Cockpit) -> tuple[Group, ...]:
    """The groups with fewer sheets than can hide each other."""
    return tuple(
        group for group, one in cockpit.progress.groups.items() if one.planned > 0 and one.valid < one.least_crowd
    )


def _standings(cockpit: Cockpit) -> Iterator[Alert]:
    if not cockpit.is_running:
        return
    groups_of: dict[AlertKind, list[Group]] = {
        AlertKind.OVER: [],
        AlertKind.USED_UP: [],
        AlertKind.SHORT: [],
        AlertKind.MAY_EXCEED: [],
    }
    for group in GROUPS:
        kind = _kind_of(cockpit.outlook.groups[group].standing, is_used_up=_is_used_up(cockpit, group))
        if kind:
            groups_of[kind].append(group)
    for kind, groups in groups_of.items():
        if groups:
            yield Alert(kind, kind != AlertKind.MAY_EXCEED, len(groups), tuple(groups))


def _kind_of(standing: Standing, *, is_used_up: bool) -> AlertKind | None:
    if standing == Standing.SHORT and is_used_up:
        return AlertKind.USED_UP
    return {
        Standing.OVER: AlertKind.OVER,
        Standing.SHORT: AlertKind.SHORT,
        Standing.MAY_EXCEED: AlertKind.MAY_EXCEED,
    }.get(standing)


def _is_used_up(cockpit: Cockpit, group: Group) -> bool:
    """Whether every code that was to be issued is used: nobody is left to be reminded."""
    count = cockpit.progress.groups[group]
    return 0 < count.to_issue <= count.issued <= count.answered


def _ends_soon(cockpit: Cockpit) -> Iterator[Alert]:
    left = cockpit.campaign.closing_moment - cockpit.now
    if cockpit.admission == Admission.OPEN and left <= ENDS_SOON and not cockpit.outlook.now.is_valid:
        yield Alert(AlertKind.ENDS_SOON, is_grave=True, number=max(1, round(left / HOUR)))


def _silent_schools(cockpit: Cockpit) -> Iterator[Alert]:
    silent = silent_schools(cockpit) if cockpit.is_running else []
    if silent:
        yield Alert(AlertKind.SILENT_SCHOOLS, is_grave=False, number=len(silent), schools=tuple(silent))


def _bursts(cockpit: Cockpit) -> Iterator[Alert]:
    for burst in cockpit.bursts:
        yield Alert(AlertKind.BURST, is_grave=False, number=burst.answered, groups=(burst.group,), burst=burst)


def _unknown_codes(cockpit: Cockpit) -> Iterator[Alert]:
    if cockpit.is_running and cockpit.unknown_codes >= MANY_UNKNOWN_CODES:
        yield Alert(AlertKind.UNKNOWN_CODES, is_grave=False, number=cockpit.unknown_codes)


_FINDERS: Final[tuple[Callable[[Cockpit], Iterator[Alert]], ...]] = (
    _unreachable,
    _codes_missing,
    _stopped,
    _no_readings,
    _standings,
    _too_small,
    _ends_soon,
    _silent_schools,
    _bursts,
    _unknown_codes,
)
