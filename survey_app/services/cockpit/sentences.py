"""The cockpit in plain words: for the page in its language, for the bulletin in Chinese."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from evaluation.errors import Language, Message
from evaluation.survey.groups import PARENT, Group
from evaluation.survey.parameters import exact_share
from evaluation.survey.sampling import Sample
from evaluation.survey.wording import GROUP_NAMES
from survey_app.domain.campaigns import State
from survey_app.domain.clock import LOCAL_ZONE
from survey_app.domain.forecast import Forecast
from survey_app.domain.outlook import mean_of_others, unbalanced_groups
from survey_app.services.cockpit import wording
from survey_app.services.cockpit.alerts import Alert, AlertKind
from survey_app.services.cockpit.reading import Cockpit

SCHOOLS_NAMED: Final = 6


@dataclass(frozen=True, slots=True)
class _Reasons:
    """How the reasons are said: of what is, or of what is expected."""

    too_few: Message
    parents: Message
    too_many_of: Message
    too_few_of: Message


_NOW: Final = _Reasons(wording.TOO_FEW, wording.TOO_FEW_PARENTS, wording.TOO_MANY_OF, wording.TOO_FEW_OF)
_AHEAD: Final = _Reasons(
    wording.TOO_FEW_AHEAD, wording.TOO_FEW_PARENTS_AHEAD, wording.TOO_MANY_OF_AHEAD, wording.TOO_FEW_OF_AHEAD
)
GROUP_SEPARATORS: Final[Mapping[Language, str]] = {"zh": "、", "en": ", "}


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert in words."""

    kind: AlertKind
    is_grave: bool
    text: str


def group_name(group: Group, language: Language) -> str:
    """What a group is called."""
    return GROUP_NAMES[group][language]


def headline(cockpit: Cockpit, language: Language) -> str:
    """Whether the sample is valid, or would be if the campaign closed now."""
    sample, is_closed = cockpit.outlook.now, cockpit.campaign.state == State.CLOSED
    if sample.is_valid:
        message = wording.VALID_AT_END if is_closed else wording.VALID_NOW
    else:
        message = wording.NOT_VALID_AT_END if is_closed else wording.NOT_VALID_NOW
    return message.text(language, {"valid": sample.valid, "required": sample.required})


def reasons(cockpit: Cockpit, language: Language) -> list[str]:
    """Why the sample is not valid, one sentence a reason."""
    sample, valid = cockpit.outlook.now, cockpit.progress.valid
    if sample.valid == 0:
        return [wording.NOTHING_YET.text(language, {})]
    return list(_reasons(cockpit, sample, valid, language, _NOW))


def expectation(cockpit: Cockpit, language: Language) -> str | None:
    """What is expected at the closing; None where nothing more comes in."""
    if not cockpit.is_running:
        return None
    sample, total = cockpit.outlook.expected, total_forecast(cockpit)
    if sample is None or total is None:
        return wording.FORECAST_TOO_EARLY.text(language, {})
    message = wording.FORECAST_VALID if sample.is_valid else wording.FORECAST_NOT_VALID
    return message.text(language, {"expected": total.expected, "low": total.low, "high": total.high})


def expected_reasons(cockpit: Cockpit, language: Language) -> list[str]:
    """Why the sample is expected not to be valid at the closing."""
    sample = cockpit.outlook.expected
    if sample is None or sample.is_valid:
        return []
    ahead = {group: one.forecast.expected for group, one in cockpit.outlook.groups.items() if one.forecast}
    return list(_reasons(cockpit, sample, ahead, language, _AHEAD))


def method(cockpit: Cockpit, language: Language) -> str | None:
    """How the forecast is made; None without one."""
    if cockpit.outlook.expected is None:
        return None
    values = {"days": len(cockpit.days[PARENT]), "dispersion": f"{cockpit.dispersion:.1f}"}
    return wording.FORECAST_METHOD.text(language, values)


def total_forecast(cockpit: Cockpit) -> Forecast | None:
    """All groups together. The bounds add the groups' distances in squares: the groups do not wait for each other."""
    ahead = [one.forecast for one in cockpit.outlook.groups.values() if one.forecast]
    if len(ahead) < len(cockpit.outlook.groups):
        return None
    expected = sum(one.expected for one in ahead)
    below = sum((one.expected - one.low) ** 2 for one in ahead) ** 0.5
    above = sum((one.high - one.expected) ** 2 for one in ahead) ** 0.5
    return Forecast(expected, round(expected - below), round(expected + above))


def alert_line(cockpit: Cockpit, alert: Alert, language: Language) -> AlertLine:
    """An alert as a sentence."""
    burst = alert.burst
    values = {
        "number": alert.number,
        "groups": names(alert.groups, language),
        "schools": school_names(alert, language),
        "days": int(cockpit.days_open),
        "hour": f"{burst.begins.astimezone(LOCAL_ZONE):%m-%d %H:%M}" if burst else "",
        "usual": f"{burst.usual:.0f}" if burst else "",
    }
    return AlertLine(alert.kind, alert.is_grave, wording.ALERTS[alert.kind].text(language, values))


def names(groups: Iterable[Group], language: Language) -> str:
    """Groups in a row."""
    return GROUP_SEPARATORS[language].join(group_name(group, language) for group in groups)


def school_names(alert: Alert, language: Language) -> str:
    """The first schools of an alert, and how many there are."""
    named = GROUP_SEPARATORS[language].join(one.name for one in alert.schools[:SCHOOLS_NAMED])
    if len(alert.schools) <= SCHOOLS_NAMED:
        return named
    number = len(alert.schools) - (0 if language == "zh" else SCHOOLS_NAMED)
    return wording.MORE.text(language, {"names": named, "number": number})


def percent(share: float) -> str:
    """A share of the rulebook as a percentage, as it was typed."""
    return f"{float(exact_share(share) * 100):.10g}%"


def share_below(part: int, whole: int) -> str:
    """A share that is too small, rounded down: 49.96% is not shown as 50.0%."""
    return f"{part * 1_000 // whole / 10:.1f}%"


def _reasons(
    cockpit: Cockpit, sample: Sample, valid: Mapping[Group, int], language: Language, say: _Reasons
) -> Iterator[str]:
    if "too_few" in sample.reasons:
        values = {"missing": sample.required - sample.valid, "valid": sample.valid, "required": sample.required}
        yield say.too_few.text(language, values)
    if "parents" in sample.reasons:
        least = percent(cockpit.progress.plan.parameters.parents_share)
        yield say.parents.text(language, {"share": share_below(valid[PARENT], sample.valid), "least": least})
    yield from _imbalance(cockpit, sample, valid, language, say)


def _imbalance(
    cockpit: Cockpit, sample: Sample, valid: Mapping[Group, int], language: Language, say: _Reasons
) -> Iterator[str]:
    mean = mean_of_others(cockpit.progress.plan, valid) or 0
    strays, tolerance = unbalanced_groups(sample), percent(cockpit.progress.plan.parameters.balance_tolerance)
    for message, group_list in (
        (say.too_many_of, [group for group in strays if valid[group] > mean]),
        (say.too_few_of, [group for group in strays if valid[group] <= mean]),
    ):
        if group_list:
            numbered = [
                wording.GROUP_NUMBER.text(language, {"group": group_name(group, language), "number": valid[group]})
                for group in group_list
            ]
            values = {
                "mean": f"{float(mean):.1f}",
                "groups": GROUP_SEPARATORS[language].join(numbered),
                "tolerance": tolerance,
            }
            yield message.text(language, values)
