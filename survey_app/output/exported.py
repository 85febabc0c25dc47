"""What an export is made from, as plain values: responses, comments, units, and the questionnaires that explain them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from evaluation.survey.groups import Group
from evaluation.survey.questionnaire import Questionnaires

Answer = int | Sequence[int]
Progress = Callable[[], object]


class ExportedResponse(Protocol):
    """One answered sheet (`evaluation.survey.responses.ResponseRow` is one).

    `school` is a school's code, a unit such as U001, or empty; `duration_s` the lower bound of its bucket.
    """

    @property
    def group(self) -> Group: ...
    @property
    def school(self) -> str: ...
    @property
    def valid(self) -> bool: ...
    @property
    def duration_s(self) -> float | None: ...
    @property
    def answers(self) -> Mapping[str, Answer]: ...


class ExportedComment(Protocol):
    """What somebody wrote: no school, and no way to the answers."""

    @property
    def group(self) -> Group: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class UnitSchool:
    """A school of a unit: what stands in the column `school`, and the schools it means for that group."""

    unit: str
    group: Group
    school: str
    school_name: str


@dataclass(frozen=True)
class Export:
    """Everything of one campaign. `responses` and `comments` are read once, in their own order: give them by their random ids."""

    title: str
    questionnaires: Questionnaires
    responses: Iterable[ExportedResponse]
    comments: Iterable[ExportedComment]
    units: Sequence[UnitSchool]
