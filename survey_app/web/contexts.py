"""What a page may see, built for it: nothing that is not in here can show up in a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Final

from evaluation.errors import Language
from evaluation.survey.questionnaire import Option, Question, Text
from survey_app.domain.answers import COMMENT_LIMIT, clean_text
from survey_app.domain.errors import AnswerProblem
from survey_app.services.submission.submitting import CodeState
from survey_app.web.languages import TAGS

SECONDS_A_QUESTION: Final = 8
SHORT_LABEL: Final = 5
"""Labels of up to so many characters stand side by side on a wide screen."""

Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class QuestionText:
    """A text of the questionnaire; `tag` names its language where it is not the page's."""

    text: str
    tag: str | None


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One answer to choose."""

    value: int
    label: QuestionText
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class QuestionPart:
    """One question of the form, with what was answered before and what is wrong with that."""

    id: str
    number: int
    type: str
    text: QuestionText
    required: bool
    options: tuple[OptionRow, ...]
    typed: str
    limit: int
    problem: AnswerProblem | None

    @property
    def first_input(self) -> str:
        """The id of the element that a link to the question should focus."""
        return f"{self.id}-1"

    @property
    def is_short(self) -> bool:
        """Whether all its labels are short."""
        return all(len(option.label.text) <= SHORT_LABEL for option in self.options)


@dataclass(frozen=True, slots=True)
class FormPage:
    """The form of one code."""

    code: str
    campaign_name: str
    closes: datetime
    title: QuestionText
    school_name: str
    is_pupil: bool
    is_small_group: bool
    least_crowd: int
    nonce: str
    started: str
    wait_s: int
    questions: tuple[QuestionPart, ...]

    @property
    def minutes(self) -> int:
        """About how long it takes."""
        return ceil(len(self.questions) * SECONDS_A_QUESTION / 60)

    @property
    def problems(self) -> tuple[QuestionPart, ...]:
        """The questions with something wrong, in order."""
        return tuple(question for question in self.questions if question.problem)

    @property
    def only_missing(self) -> bool:
        """Whether nothing is wrong but choices not made."""
        return all(question.problem is None or question.problem.kind == "missing" for question in self.questions)


@dataclass(frozen=True, slots=True)
class Filled:
    """What came with a form: hidden fields, answers, and what is in their way."""

    nonce: str
    started: str
    fields: Fields
    problems: tuple[AnswerProblem, ...] = ()
    wait_s: int = 0  # until a sheet that came too soon can be sent again


def form_page(state: CodeState, code: str, filled: Filled, language: Language) -> FormPage:
    """The form for the code of `state`, filled in as it was."""
    problems = {problem.field: problem for problem in filled.problems}
    questions = tuple(
        _question_part(number, question, filled.fields.get(question.id, ()), problems.get(question.id), language)
        for number, question in enumerate(state.questionnaire.questions, start=1)
    )
    return FormPage(
        code=code,
        campaign_name=state.campaign.name,
        closes=state.campaign.closing_moment,
        title=_phrase(state.questionnaire.title, language),
        school_name=state.school_name,
        is_pupil=state.group == "student",
        is_small_group=state.is_small_group,
        least_crowd=state.least_crowd,
        nonce=filled.nonce,
        started=filled.started,
        wait_s=filled.wait_s,
        questions=questions,
    )


def _question_part(
    number: int, question: Question, posted: Sequence[str], problem: AnswerProblem | None, language: Language
) -> QuestionPart:
    return QuestionPart(
        id=question.id,
        number=number,
        type=question.type,
        text=_phrase(question.text, language),
        required=question.required,
        options=tuple(_option_row(option, posted, language) for option in question.options),
        typed=clean_text("\n".join(posted)) if question.type == "text" else "",
        limit=COMMENT_LIMIT,
        problem=problem,
    )


def _option_row(option: Option, posted: Sequence[str], language: Language) -> OptionRow:
    return OptionRow(option.value, _phrase(option.label, language), str(option.value) in posted)


def _phrase(text: Text, language: Language) -> QuestionText:
    spoken = text.in_language(language)
    return QuestionText(spoken, TAGS["zh"] if language == "en" and not text.en else None)
