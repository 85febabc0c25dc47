"""The shape of a rulebook file (docs/rulebooks.md). Every rule carries `citation`, and `note` where a gap of the text is closed."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from evaluation.errors import Message
from evaluation.rulebook.tests import Entered, Kind, Positive, Share, SpendingNeverFalls, Stages, TargetTest, Test, Word
from evaluation.strict_model import StrictModel, refusal
from evaluation.survey.parameters import SurveyParameters

_DAY_EXPECTED = Message("day_expected", en="a day that exists, such as 2018-11-20", zh="实际存在的日期，如 2018-11-20")


def _refuse_other_than_day(text: str) -> str:
    try:
        is_day = date.fromisoformat(text).isoformat() == text
    except ValueError:
        is_day = False
    if not is_day:
        raise refusal(_DAY_EXPECTED)
    return text


Day = Annotated[str, AfterValidator(_refuse_other_than_day)]


_FIELD_EXPECTED = Message(
    "field_expected", en="small letters, digits and _, a letter first", zh="小写字母、数字和下划线，以字母开头"
)


def _refuse_other_than_field(text: str) -> str:
    if not re.fullmatch("[a-z][a-z0-9_]*", text):
        raise refusal(_FIELD_EXPECTED)
    return text


Field_ = Annotated[str, AfterValidator(_refuse_other_than_field)]


class Cited(StrictModel):
    """A part of the rule with its place in the text."""

    citation: Word
    note: str = ""


class SmallSchools(StrictModel):
    """Schools of a kind that are left out while they have fewer pupils."""

    kind: Kind
    under_pupils: Annotated[int, Field(ge=1)]


class Scope(Cited):
    """Which school rows the resource indicators are asked of."""

    stages: Stages
    without_kinds: list[Kind]
    small: SmallSchools | None = None

    def asks(self, stage: str, kind: str, pupils: float) -> bool:
        """Whether a school row is in scope; `evaluation.criteria.resources.is_in_scope` says the same of whole tables."""
        is_small = self.small is not None and kind == self.small.kind and pupils < self.small.under_pupils
        return stage in self.stages and kind not in self.without_kinds and not is_small


class Excuse(Cited):
    """A school is excused if it meets `at_least_met` resources and the others reach `share` of their thresholds."""

    at_least_met: Annotated[int, Field(ge=1)]
    share: Share


class Coefficient(Cited):
    """Limits of the coefficient of variation, by stage."""

    limits: dict[str, Positive]


class FurtherColumn(StrictModel):
    """A column that this rulebook adds to 学校: a total of the school's stage, to which its campuses add theirs.

    `field` is its name in `Resource.field`, `header` (or one of `aliases`) that of the column, `unit` what it counts in; `whole`: only whole
    numbers; a number above `at_most` is refused as absurd. `note` and `example` stand in the template. It is required, and typed stage by stage
    also where a school's other totals stand in 共用资源.
    """

    field: Field_
    header: Word
    unit: Word
    whole: bool
    at_most: Positive
    example: Positive
    note: str = ""
    aliases: list[Word] = Field(default_factory=list)


class Resource(StrictModel):
    """A resource indicator: totals of `field` (in words: `total`, in `total_unit`), per `per_pupils` pupils; `whole`: what lacks is counted in whole people or rooms.

    `field` is any total of 学校: {totals}, or a further column of the rulebook.
    """

    id: Word
    indicator: Word
    name: Word
    field: Word
    total: Word
    total_unit: Word
    per_pupils: Annotated[int, Field(ge=1)]
    unit: Word
    thresholds: dict[str, Positive]
    whole: bool


class Resources(StrictModel):
    """The resource indicators, with what is common to them. Without `excuse` every school must meet all of them."""

    scope: Scope
    excuse: Excuse | None = None
    coefficient: Coefficient
    indicators: Annotated[list[Resource], Field(min_length=1)]


class Clause(Cited):
    """A clause: the article's text in short, and the test that decides it."""

    id: Word
    text: Word
    test: Test


class Indicator(Cited):
    """An indicator: kind A must be met, kind B is scored to `points`."""

    id: Word
    kind: Literal["A", "B"]
    section: Word
    title: Word
    points: Positive | None = None
    clauses: Annotated[list[Clause], Field(min_length=1)]


class Scoring(Cited):
    """The scored part passes with a total of `passing_total`, and `passing_share` of its points in every indicator."""

    points: Positive
    passing_total: Positive
    passing_share: Share


class Grade(Cited):
    """A grade is earned on reaching a total."""

    name: Word
    from_: Annotated[float, Field(alias="from", ge=0)]


class VetoItem(StrictModel):
    """One of the vetoes."""

    id: Word
    text: Word


class Vetoes(Cited):
    """A county with any of these is not certified."""

    items: Annotated[list[VetoItem], Field(min_length=1)]


class Survey(Cited):
    """The rules of the survey's sample and rate."""

    parameters: SurveyParameters


class CrossCheck(Cited):
    """A score that the workbook's own figures may contradict; the texts are the report's finding."""

    clause: Word
    test: SpendingNeverFalls
    spending_text: Word
    per_pupil_text: Word


class Target(Cited):
    """A target of the city, due in a year."""

    id: Word
    text: Word
    due: Annotated[int, Field(ge=2000, le=2100)]
    test: TargetTest


class Rulebook(StrictModel):
    """A published rule as data. `sha256` is of the file it was read from."""

    id: Word
    title: Word
    document: Word
    published: Day
    columns: list[FurtherColumn] = Field(default_factory=list)
    resources: Resources
    indicators: Annotated[list[Indicator], Field(min_length=1)]
    scoring: Scoring | None = None
    grades: list[Grade] = Field(default_factory=list)
    vetoes: Vetoes
    survey: Survey
    cross_checks: list[CrossCheck] = Field(default_factory=list)
    targets: list[Target] = Field(default_factory=list)
    sha256: Annotated[str, Field(exclude=True)] = ""

    def clauses(self) -> list[Clause]:
        """All clauses, in order."""
        return [clause for indicator in self.indicators for clause in indicator.clauses]

    def clauses_entered(self, entered: Entered) -> list[Clause]:
        """The clauses that are decided by what is entered there, in order."""
        return [clause for clause in self.clauses() if clause.test.entered == entered]
