"""What a sheet is made from: a code with its place, and the facts of its campaign, as plain values."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from evaluation.survey.groups import Group
from survey_app.domain.campaigns import Campaign

Shuffle = Callable[[list[Any]], None]
Progress = Callable[[], object]


class Issued(Protocol):
    """One issued code, printed or plain. `school` and `school_name` are empty for groups that are not reached through schools."""

    @property
    def group(self) -> Group: ...
    @property
    def school(self) -> str: ...
    @property
    def school_name(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def url(self) -> str: ...


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What every slip says of its campaign. `closes` carries its zone; `entry_url` is the page where a code can be typed."""

    campaign: str
    county: str
    closes: datetime
    entry_url: str
    contact: str = ""  # whom to ask, as it should be printed; empty leaves a line to write on

    @classmethod
    def of(cls, campaign: Campaign, form_path: str) -> "SheetFacts":
        """Of a campaign whose forms stand below `form_path`."""
        return cls(
            campaign=campaign.name,
            county=campaign.county_name,
            closes=campaign.closes,
            entry_url=f"{campaign.base_url}{form_path.rstrip('/')}",
        )
