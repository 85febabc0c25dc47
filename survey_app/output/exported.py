"""What an export is made from, as plain values: responses, comments, units, and the questionnaires that explain them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from evaluation.survey.groups import Group
from evaluation.survey.labels import LabelCount
from evaluation.survey.questionnaire import Questionnaires

Answer = int | Sequence[int]
Progress = Callable[[], object]


class ExportedResponse(Protocol):
    """One answered sheet (`evaluation.survey.responses.ResponseRow` is one).

    `school` is a school's code, a unit such as U001, or empty. Every sheet of the service is `valid` unless somebody decided otherwise.
    """

    @property
    def group(self) -> Group: ...
    @property
    def school(self) -> str: ...
    @property
    def valid(self) -> bool: ...
    @property
    def answers(self) -> Mapping[str, Answer]: ...


class ExportedComment(Protocol):
    """What somebody wrote: no school, and no way to the answers."""

    @property
    def group(self) -> Group: ...
    @property
    def text(self) -> str: ...


class UnitSchool(Protocol):
    """A school of a unit: what stands in the column `school`, and a school that it means, for all groups alike."""

    @property
    def unit(self) -> str: ...
    @property
    def school(self) -> str: ...
    @property
    def school_name(self) -> str: ...


class Export(Protocol):
    """Everything of one campaign (`services.results` gives it). `responses` and `comments` are read once, in their own order: of their random ids.

    `counts`: by label, `unit` as it stands in the column `school`.
    """

    @property
    def title(self) -> str: ...
    @property
    def questionnaires(self) -> Questionnaires: ...
    @property
    def responses(self) -> Iterable[ExportedResponse]: ...
    @property
    def comments(self) -> Iterable[ExportedComment]: ...
    @property
    def units(self) -> Sequence[UnitSchool]: ...
    @property
    def counts(self) -> Sequence[LabelCount]: ...
