"""The schools of a campaign beside each other, and valid answers by unit as far as they may be shown.

Groups without units are left out of both: whether a school's principal has taken part is nobody's business (docs/anonymity.md, "What is shown").
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from evaluation.survey.groups import GROUPS, Group
from survey_app.domain.disclosure import merge_small
from survey_app.services.cockpit.monitoring import UnitCount
from survey_app.services.cockpit.reading import Cockpit
from survey_app.storage.cockpit.monitoring import SchoolCount

SILENT_AFTER_DAYS: Final = 2
SLOW_SHARE: Final = 0.5
"""A school is slow with less than this share of the county's return."""

_FEWEST_CODES: Final = 5  # of a school whose share says something: one principal alone is no silent school


class Pace(StrEnum):
    """How a school is doing, the silent ones first."""

    SILENT = "silent"  # nobody has answered in days
    WAITING = "waiting"  # nobody yet, but it is early
    SLOW = "slow"
    ON_COURSE = "on_course"
    COMPLETE = "complete"
    WITHOUT_CODES = "without_codes"


_ORDER: Final = {pace: place for place, pace in enumerate(Pace)}


@dataclass(frozen=True, slots=True)
class SchoolProgress:
    """A school: codes that are out and used, by group and in all."""

    code: str
    name: str
    groups: Mapping[Group, tuple[int, int]]  # answered, issued
    answered: int
    issued: int
    pace: Pace

    @property
    def share(self) -> float:
        """Of its codes, those that were used."""
        return self.answered / self.issued if self.issued else 0.0


SORTS: Final[Mapping[str, Callable[[SchoolProgress], tuple[object, ...]]]] = {
    "pace": lambda one: (_ORDER[one.pace], one.share, one.code),
    "share": lambda one: (one.share, one.code),
    "answered": lambda one: (one.answered, one.code),
    "issued": lambda one: (one.issued, one.code),
    "name": lambda one: (one.name, one.code),
    "code": lambda one: (one.code,),
}
"""What the schools can be sorted by; the first is how they stand at first."""


@dataclass(frozen=True, slots=True)
class SchoolFilter:
    """Which schools are wanted and in which order. `group` None: all groups; `text` is in the name or the code."""

    group: Group | None = None
    text: str = ""
    sort: str = "pace"
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class UnitLine:
    """Valid answers of a unit, or of all units of a group that are too small to be shown (no schools are named then)."""

    schools: tuple[str, ...]
    units: int
    valid: int


def school_lines(cockpit: Cockpit, wanted: SchoolFilter) -> list[SchoolProgress]:
    """The schools that are wanted, in order."""
    by_school: dict[str, list[SchoolCount]] = {}
    for count in cockpit.progress.schools:
        if wanted.group in (None, count.group) and count.unit != "":
            by_school.setdefault(count.school, []).append(count)
    usual = _usual_share(cockpit.progress.schools, wanted.group)
    lines = [_line(cockpit, code, counts, usual) for code, counts in by_school.items()]
    text = wanted.text.strip().casefold()
    found = [one for one in lines if text in one.name.casefold() or text in one.code.casefold()]
    return sorted(found, key=SORTS[wanted.sort], reverse=wanted.is_descending)


def silent_schools(cockpit: Cockpit) -> list[SchoolProgress]:
    """Schools of which nobody has answered although there was time."""
    return [one for one in school_lines(cockpit, SchoolFilter()) if one.pace == Pace.SILENT]


def valid_by_unit(cockpit: Cockpit) -> dict[Group, list[UnitLine]]:
    """Valid answers by unit within each group that has units; small units stand together (docs/statistics.md, 5)."""
    tables = {}
    for group in GROUPS:
        units = {one.unit: one for one in cockpit.progress.units if one.group == group}
        if units:
            tables[group] = _unit_lines(cockpit, units)
    return tables


def _unit_lines(cockpit: Cockpit, units: Mapping[str, UnitCount]) -> list[UnitLine]:
    valid = {unit: one.valid for unit, one in units.items()}
    table = merge_small(valid, cockpit.campaign.anonymity_k)
    lines = [
        UnitLine(units[unit].schools, 1, valid[unit])
        for unit in sorted(table.shown, key=lambda unit: (-valid[unit], unit))
    ]
    if table.merged:
        lines.append(UnitLine((), len(table.merged), sum(valid[unit] for unit in table.merged)))
    return lines


def _usual_share(schools: Sequence[SchoolCount], group: Group | None) -> float:
    of_group = [one for one in schools if group in (None, one.group) and one.unit != ""]
    issued = sum(one.issued for one in of_group)
    return sum(one.answered for one in of_group) / issued if issued else 0.0


def _line(cockpit: Cockpit, code: str, counts: Sequence[SchoolCount], usual: float) -> SchoolProgress:
    groups = {group: (one.answered, one.issued) for group in GROUPS for one in counts if one.group == group}
    answered, issued = sum(one.answered for one in counts), sum(one.issued for one in counts)
    pace = _pace(answered, issued, usual, is_late=cockpit.days_open >= SILENT_AFTER_DAYS)
    return SchoolProgress(code, cockpit.names.get(code, code), groups, answered, issued, pace)


def _pace(answered: int, issued: int, usual: float, *, is_late: bool) -> Pace:
    if issued == 0:
        return Pace.WITHOUT_CODES
    if answered == 0:
        return Pace.SILENT if is_late and issued >= _FEWEST_CODES else Pace.WAITING
    if answered >= issued:
        return Pace.COMPLETE
    is_slow = issued >= _FEWEST_CODES and answered / issued < SLOW_SHARE * usual
    return Pace.SLOW if is_slow else Pace.ON_COURSE
