"""The closed list of tests that a clause may name: the parameters each one takes, what decides it, and how it is shown.

`evaluation.criteria` has one function for each. Words of the workbook (school kinds, stages, locations, keys of 县级数据) are
parameters here, so that no rule of a province stands in Python. Readers, pages, reports and ledger ask a test what it says of itself
(`ClauseTest`) and never what it is called.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final, Literal, NamedTuple, get_args

from pydantic import AfterValidator, Field

from evaluation.errors import Message
from evaluation.reading.vocabulary import KINDS, LOCATIONS, STAGES
from evaluation.strict_model import StrictModel, refusal
from evaluation.texts import Choices

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Word = Annotated[str, Field(min_length=1)]
Words = Annotated[list[Word], Field(min_length=1)]


def _word_of(choices: Choices) -> AfterValidator:
    """Refuses a word that no row of the workbook can have: it would silently choose no school at all."""
    words = ", ".join(choices.words)
    expected = Message("workbook_word_expected", en=f"a word of the workbook: {words}", zh=f"工作簿中的词：{words}")

    def refuse_other(word: str) -> str:
        if word not in choices.words:
            raise refusal(expected)
        return word

    return AfterValidator(refuse_other)


Stage = Annotated[str, _word_of(STAGES)]
Stages = Annotated[list[Stage], Field(min_length=1)]
Kind = Annotated[str, _word_of(KINDS)]
Kinds = Annotated[list[Kind], Field(min_length=1)]
Location = Annotated[str, _word_of(LOCATIONS)]

Entered = Literal["workbook", "findings", "scores", "survey"]
"""Where what decides a clause is entered: the workbook's figures, the findings on site, the evaluators' scores, the survey."""
Shown = Literal["value", "coefficients", "finding", "comparison"]
"""What a report tells of a clause: its value against the threshold, coefficients by stage, the finding on site, or two figures side by side."""
LedgerSheet = Literal["resources", "classes", "sizes", "schools", "county"]
"""The ledger's sheet for what fails: school by school, or (`county`) one row; `resources`: the schools' gaps stand there already."""


class NeededFigure(NamedTuple):
    """A figure of 县级数据 that a test needs, its unit ("" for a number of people or schools), and the figure that it counts some of ("" if none)."""

    key: str
    unit: str = ""
    part_of: str = ""


class ClauseTest(StrictModel):
    """What a test says of itself, beside its parameters.

    `value_decides`: a value on the wrong side of its threshold fails the clause; else only where the verdict's reason says so.
    `counts_classes`: what fails is counted in classes, not in schools.
    """

    entered: ClassVar[Entered] = "workbook"
    shown: ClassVar[Shown] = "value"
    ledger_sheet: ClassVar[LedgerSheet] = "county"
    value_decides: ClassVar[bool] = True
    counts_classes: ClassVar[bool] = False

    def county_figures(self) -> list[NeededFigure]:
        """The figures of 县级数据 that it needs."""
        return []

    def room_kinds(self) -> list[str]:
        """The kinds of special rooms that it counts."""
        return []

    def judged_resource(self) -> str:
        """The id of the resource it judges, "" for a test of something else."""
        return ""


class ResourceStandard(ClauseTest):
    """The county's value (if `judges_county`) and each school's value of a resource reach the stage's threshold, or the school is excused."""

    ledger_sheet = "resources"
    value_decides = False
    name: Literal["resource_standard"]
    resource: Word
    stage: Stage
    judges_county: bool

    def judged_resource(self) -> str:
        return self.resource


class Dispersion(ClauseTest):
    """The coefficient of variation of a resource is within its limit, in every stage."""

    shown = "coefficients"
    name: Literal["dispersion"]
    resource: Word

    def judged_resource(self) -> str:
        return self.resource


class OnSite(ClauseTest):
    """Decided by the row of this clause among the findings on site."""

    entered = "findings"
    shown = "finding"
    name: Literal["on_site"]


class UnifiedStandard(StrictModel):
    """County figures that must be equal and within one limit."""

    keys: Words
    at_least: Positive | None = None
    at_most: Positive | None = None
    unit: Word


class UnifiedStandards(ClauseTest):
    """Each group of county figures is equal and within its limit."""

    name: Literal["unified_standards"]
    standards: Annotated[list[UnifiedStandard], Field(min_length=1)]

    def county_figures(self) -> list[NeededFigure]:
        """The figures of every group."""
        return [NeededFigure(key, standard.unit) for standard in self.standards for key in standard.keys]


class CountyRatio(ClauseTest):
    """numerator / denominator of two county figures is at least a share; 0 of 0 is met, since there is nothing to judge."""

    name: Literal["county_ratio"]
    numerator: Word
    denominator: Word
    at_least: Share

    def county_figures(self) -> list[NeededFigure]:
        """The whole, then the part."""
        return [NeededFigure(self.denominator), NeededFigure(self.numerator, part_of=self.denominator)]


class CountyFigure(ClauseTest):
    """A county figure is at least a number."""

    name: Literal["county_figure"]
    key: Word
    at_least: Positive
    unit: Word

    def county_figures(self) -> list[NeededFigure]:
        """The figure."""
        return [NeededFigure(self.key, self.unit)]


class CountyComparison(ClauseTest):
    """A county figure is not below another one."""

    shown = "comparison"
    name: Literal["county_comparison"]
    key: Word
    not_below: Word
    unit: Word

    def county_figures(self) -> list[NeededFigure]:
        """The figure, and the one it is compared with."""
        return [NeededFigure(self.key, self.unit), NeededFigure(self.not_below, self.unit)]


class RoomKind(StrictModel):
    """A kind of special room and the least area that counts."""

    kind: Word
    area_m2: Positive


class SpecialRooms(ClauseTest):
    """Each school with rows of `stage` has, of every kind, ⌈classes / classes_per_room⌉ rooms; classes of `counted_stages` count."""

    ledger_sheet = "schools"
    name: Literal["special_rooms"]
    stage: Stage
    counted_stages: Stages
    without_kinds: list[Kind]
    classes_per_room: Annotated[int, Field(ge=1)]
    rooms: Annotated[list[RoomKind], Field(min_length=1)]

    def room_kinds(self) -> list[str]:
        """Each kind with a least area."""
        return [room.kind for room in self.rooms]


class SchoolSize(ClauseTest):
    """Each school of these kinds has at most so many pupils in these stages together."""

    ledger_sheet = "sizes"
    name: Literal["school_size"]
    kinds: Kinds
    stages: Stages
    at_most: Annotated[int, Field(ge=1)]


class ClassSize(ClauseTest):
    """Each class of a stage has at most so many pupils."""

    ledger_sheet = "classes"
    counts_classes = True
    name: Literal["class_size"]
    stage: Stage
    at_most: Annotated[int, Field(ge=1)]


class FundedPupils(ClauseTest):
    """Each school of these kinds (and locations, if any are named) with fewer pupils than `under_pupils` is funded for at least `at_least`."""

    ledger_sheet = "schools"
    name: Literal["funded_pupils"]
    kinds: Kinds
    stage: Stage
    locations: list[Location]
    under_pupils: Annotated[int, Field(ge=1)]
    at_least: Annotated[int, Field(ge=1)]


class TrainingShare(ClauseTest):
    """Each school with rows of these stages spends at least this share of its budget on training teachers."""

    ledger_sheet = "schools"
    name: Literal["training_share"]
    stages: Stages
    at_least: Share


class Monitoring(ClauseTest):
    """Every subject of the national monitoring reaches the level, and differs between schools by less than a share."""

    name: Literal["monitoring"]
    level_at_least: Annotated[int, Field(ge=1, le=4)]
    dispersion_below: Share


class RecognitionRate(ClauseTest):
    """The survey's rate (of the rulebook's unit and item) reaches the survey's threshold on a valid sample."""

    entered = "survey"
    name: Literal["recognition"]


class Scored(ClauseTest):
    """Scored by evaluators, 0 to `points`; the clause's score is their mean."""

    entered = "scores"
    name: Literal["scored"]
    points: Positive


class ScoredBySurvey(ClauseTest):
    """`points` × the recognition rate of an item, by answers."""

    entered = "survey"
    name: Literal["scored_by_survey"]
    points: Positive
    item: Word


JudgedTest = (
    ResourceStandard
    | Dispersion
    | OnSite
    | UnifiedStandards
    | CountyRatio
    | CountyFigure
    | CountyComparison
    | SpecialRooms
    | SchoolSize
    | ClassSize
    | FundedPupils
    | TrainingShare
    | Monitoring
    | RecognitionRate
)
ScoredTest = Scored | ScoredBySurvey
Test = Annotated[JudgedTest | ScoredTest, Field(discriminator="name")]


def name_of(test: type[StrictModel]) -> str:
    """The name by which a rulebook calls a test."""
    name: str = get_args(test.model_fields["name"].annotation)[0]
    return name


TESTS: Final[Mapping[str, type[ClauseTest]]] = {
    name_of(test): test for test in (*get_args(JudgedTest), *get_args(ScoredTest))
}
"""The closed list by name, for results that carry a test's name only."""


class SpendingNeverFalls(StrictModel):
    """Finance of the last `years` years: neither spending nor spending a pupil ever falls."""

    name: Literal["spending_never_falls"]
    years: Annotated[int, Field(ge=2)]


class CountiesCertifiable(StrictModel):
    """At least so many counties of the city are certifiable."""

    name: Literal["counties_certifiable"]
    at_least: Annotated[int, Field(ge=1)]


class CountiesCertifiableShare(StrictModel):
    """At least this share of the city's counties is certifiable."""

    name: Literal["counties_certifiable_share"]
    at_least: Share


class LargeSchools(StrictModel):
    """At most so many schools fail these clauses of school size."""

    name: Literal["large_schools"]
    clauses: Words
    at_most: Annotated[int, Field(ge=0)]


class CompliantShare(StrictModel):
    """At least this share of the school rows in scope meets the resource indicators (the excuse included)."""

    name: Literal["compliant_share"]
    at_least: Share


class ClassesOf(StrictModel):
    """At most so many classes have `at_least_pupils` pupils or more."""

    name: Literal["classes_of"]
    at_least_pupils: Annotated[int, Field(ge=1)]
    at_most: Annotated[int, Field(ge=0)]


class StandardClassesShare(StrictModel):
    """At least this share of schools has all classes within the limits of these clauses."""

    name: Literal["standard_classes_share"]
    clauses: Words
    at_least: Share


TargetTest = Annotated[
    CountiesCertifiable | CountiesCertifiableShare | LargeSchools | CompliantShare | ClassesOf | StandardClassesShare,
    Field(discriminator="name"),
]
