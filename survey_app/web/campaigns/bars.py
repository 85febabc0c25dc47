"""The geometry of the cockpit's charts: plain numbers for SVG templates, 0 to 100 across."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final

from survey_app.domain.clock import LOCAL_ZONE
from survey_app.domain.outlook import GroupOutlook
from survey_app.domain.timeline import HOUR, Span, hour_of

_MARGIN: Final = 1.04
_FARTHEST: Final = 1.5  # of what is planned: a ceiling beyond it is not drawn


@dataclass(frozen=True, slots=True)
class GroupBar:
    """Valid answers, the forecast's bounds, and the marks of the fewest and the most; None: not drawn."""

    valid: float
    low: float | None
    high: float | None
    floor: float | None
    ceiling: float | None


@dataclass(frozen=True, slots=True)
class HourBar:
    """One column of the timeline, in columns from its left and in hundredths of its height."""

    place: int
    height: float
    begins: datetime
    answered: int


@dataclass(frozen=True, slots=True)
class DayMark:
    """Where a day begins on the timeline, and what came on it."""

    place: int
    day: date
    answered: int


@dataclass(frozen=True, slots=True)
class TimelineChart:
    """Answers by hour of all groups; `columns` are all hours shown, `most` the highest."""

    columns: int
    most: int
    bars: Sequence[HourBar]
    days: Sequence[DayMark]


def group_bar(outlook: GroupOutlook, planned: int) -> GroupBar:
    """The bar of a group; its scale holds what is planned, what is there and what is expected."""
    ahead = outlook.forecast
    limit = _FARTHEST * max(planned, outlook.floor or 0, outlook.valid)
    ceiling = outlook.ceiling if outlook.ceiling is not None and outlook.ceiling <= limit else None
    known = [planned, outlook.valid, outlook.floor or 0, ceiling or 0, ahead.high if ahead else 0, 1]
    scale = 100 / (max(known) * _MARGIN)
    return GroupBar(
        valid=_scaled(outlook.valid, scale) or 0.0,
        low=_scaled(ahead.low if ahead else None, scale),
        high=_scaled(ahead.high if ahead else None, scale),
        floor=_scaled(outlook.floor, scale),
        ceiling=_scaled(ceiling, scale),
    )


def timeline_chart(spans: Sequence[Span]) -> TimelineChart | None:
    """The timeline; None where nothing has been counted yet. A span of several hours stands in its last one."""
    if not spans:
        return None
    first = hour_of(spans[0].begins)
    placed = [(int((hour_of(_last_hour(span)) - first) / HOUR), span) for span in spans]
    most = max(span.total for span in spans)
    bars = [
        HourBar(place, round(100 * span.total / most, 2), _last_hour(span), span.total)
        for place, span in placed
        if span.total
    ]
    return TimelineChart(placed[-1][0] + 1, most, bars, _days(placed))


def _days(placed: Sequence[tuple[int, Span]]) -> list[DayMark]:
    marks = []
    for day, of_day in groupby(placed, key=lambda pair: _last_hour(pair[1]).astimezone(LOCAL_ZONE).date()):
        every = list(of_day)
        marks.append(DayMark(every[0][0], day, sum(span.total for _, span in every)))
    return marks


def _last_hour(span: Span) -> datetime:
    """The beginning of the hour that a span ends in."""
    return hour_of(max(span.begins, span.ends - HOUR)) if not span.is_hour else span.begins


def _scaled(number: int | None, scale: float) -> float | None:
    return None if number is None else round(number * scale, 2)
