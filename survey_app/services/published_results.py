"""What the results page shows of a closed campaign: the county's figures, and the groups as far as they may be shown (docs/anonymity.md, "What is shown")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from evaluation.errors import Language
from evaluation.numeric import is_at_least
from evaluation.survey.groups import GROUPS, Group
from survey_app.domain.campaigns import Campaign
from survey_app.domain.disclosure import PUBLISHED, ShownRate, is_unanimous, merge_small, shown_rate
from survey_app.services.recent_results import RecentResults
from survey_app.services.results import recognition_of_campaign
from survey_app.storage.campaigns.campaigns import find_campaign
from survey_app.storage.session import Database


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One line of the table: a group, or those that can't stand alone together."""

    groups: tuple[Group, ...]
    people: int
    base: int
    shown: ShownRate


@dataclass(frozen=True)
class PublishedResults:
    """The recognition rate of a campaign; `document` is the object `recognition`, exact, for the office."""

    campaign: Campaign
    document: Mapping[str, Any]
    lines: Sequence[GroupLine]

    @property
    def meets(self) -> bool | None:
        """Whether the rate reaches what the rule asks; None without a rate."""
        rate = self.document["rate"]
        return None if rate is None else bool(is_at_least(rate, self.document["threshold"]))

    def sentence(self, language: Language) -> str | None:
        """What the interval says about the threshold."""
        sentences = self.document["interval_sentence"]
        return sentences[language] if sentences else None


_RESULTS: Final = RecentResults[PublishedResults](16)


def published_results(database: Database, campaign_id: str) -> PublishedResults:
    """The results. Raises `UnknownCampaign`, and `WrongState` until the campaign is closed."""
    with database.read() as connection:
        campaign = find_campaign(connection, campaign_id)
    key = (str(database.engine.url), campaign_id, str(campaign.closed_at))
    return _RESULTS.get(key, lambda: PublishedResults(campaign, *_computed(database, campaign_id)))


def _computed(database: Database, campaign_id: str) -> tuple[Mapping[str, Any], list[GroupLine]]:
    document = recognition_of_campaign(database, campaign_id)
    return document, group_lines(document)


def group_lines(document: Mapping[str, Any], least: int = PUBLISHED) -> list[GroupLine]:
    """The groups that stand alone in their order, then the others as one line."""
    sample, estimates = document["sample"], document["estimates"]["groups"]
    # sheets that were withheld count for the sample; no figure rests on them
    counts = {group: sample["by_group"].get(group, 0) - sample["withheld"].get(group, 0) for group in GROUPS}
    people = {group: number for group, number in counts.items() if number}
    rates = {group: (estimates[group]["recognise"], estimates[group]["base"]) for group in people}
    table = merge_small(people, least, {group: not is_unanimous(*rates[group]) for group in people})
    parts = [(group,) for group in table.shown] + ([table.merged] if table.merged else [])
    return [_line(part, people, rates, least) for part in parts]


def _line(
    part: tuple[Group, ...], people: Mapping[Group, int], rates: Mapping[Group, tuple[int, int]], least: int
) -> GroupLine:
    recognise, base = (sum(rates[group][place] for group in part) for place in (0, 1))
    number = sum(people[group] for group in part)
    return GroupLine(part, number, base, shown_rate(recognise, base, number, least))
