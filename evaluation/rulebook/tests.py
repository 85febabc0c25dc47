"""The closed list of tests that a clause may name, with the parameters each one takes.

`evaluation.criteria` has one function for each name. Words of the workbook (school kinds, stages, locations, keys of 县级数据) are
parameters here, so that no rule of a province stands in Python.
"""

from typing import Annotated, Literal

from pydantic import Field

from evaluation.strict_yaml import StrictModel

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Word = Annotated[str, Field(min_length=1)]
Words = Annotated[list[Word], Field(min_length=1)]


class ResourceStandard(StrictModel):
    """The county's value (if `judges_county`) and each school's value of a resource reach the stage's threshold, or the school is excused."""

    name: Literal["resource_standard"]
    resource: Word
    stage: Word
    judges_county: bool


class Dispersion(StrictModel):
    """The coefficient of variation of a resource is within its limit, in every stage."""

    name: Literal["dispersion"]
    resource: Word


class OnSite(StrictModel):
    """Decided by the row of this clause among the findings on site."""

    name: Literal["on_site"]


class UnifiedStandard(StrictModel):
    """County figures that must be equal and within one limit."""

    keys: Words
    at_least: Positive | None = None
    at_most: Positive | None = None
    unit: Word


class UnifiedStandards(StrictModel):
    """Each group of county figures is equal and within its limit."""

    name: Literal["unified_standards"]
    standards: Annotated[list[UnifiedStandard], Field(min_length=1)]


class CountyRatio(StrictModel):
    """numerator / denominator of two county figures is at least a share; 0 of 0 is met, since there is nothing to judge."""

    name: Literal["county_ratio"]
    numerator: Word
    denominator: Word
    at_least: Share


class CountyFigure(StrictModel):
    """A county figure is at least a number."""

    name: Literal["county_figure"]
    key: Word
    at_least: Positive
    unit: Word


class CountyComparison(StrictModel):
    """A county figure is not below another one."""

    name: Literal["county_comparison"]
    key: Word
    not_below: Word
    unit: Word


class RoomKind(StrictModel):
    """A kind of special room and the least area that counts."""

    kind: Word
    area_m2: Positive


class SpecialRooms(StrictModel):
    """Each school with rows of `stage` has, of every kind, ⌈classes / classes_per_room⌉ rooms; classes of `counted_stages` count."""

    name: Literal["special_rooms"]
    stage: Word
    counted_stages: Words
    without_kinds: list[Word]
    classes_per_room: Annotated[int, Field(ge=1)]
    rooms: Annotated[list[RoomKind], Field(min_length=1)]


class SchoolSize(StrictModel):
    """Each school of these kinds has at most so many pupils in these stages together."""

    name: Literal["school_size"]
    kinds: Words
    stages: Words
    at_most: Annotated[int, Field(ge=1)]


class ClassSize(StrictModel):
    """Each class of a stage has at most so many pupils."""

    name: Literal["class_size"]
    stage: Word
    at_most: Annotated[int, Field(ge=1)]


class FundedPupils(StrictModel):
    """Each school of these kinds (and locations, if any are named) with fewer pupils than `under_pupils` is funded for at least `at_least`."""

    name: Literal["funded_pupils"]
    kinds: Words
    stage: Word
    locations: list[Word]
    under_pupils: Annotated[int, Field(ge=1)]
    at_least: Annotated[int, Field(ge=1)]


class TrainingShare(StrictModel):
    """Each school with rows of these stages spends at least this share of its budget on training teachers."""

    name: Literal["training_share"]
    stages: Words
    at_least: Share


class Monitoring(StrictModel):
    """Every subject of the national monitoring reaches the level, and differs between schools by less than a share."""

    name: Literal["monitoring"]
    level_at_least: Annotated[int, Field(ge=1, le=4)]
    dispersion_below: Share


class RecognitionRate(StrictModel):
    """The survey's rate (of the rulebook's unit and item) reaches the survey's threshold on a valid sample."""

    name: Literal["recognition"]


class Scored(StrictModel):
    """Scored by evaluators, 0 to `points`; the clause's score is their mean."""

    name: Literal["scored"]
    points: Positive


class ScoredBySurvey(StrictModel):
    """`points` × the recognition rate of an item, by answers."""

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
