"""Sheets of paper: the code from the paper, the first typing, the second one by somebody else, and what differs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evaluation.survey.questionnaire import Question
from survey_app.domain.codes import copied_part
from survey_app.domain.errors import InvalidAnswers, MalformedCode, SurveyError, UnknownCode
from survey_app.domain.paper import UnreadableTyping
from survey_app.services.codes.keying import (
    PaperSheet,
    Turn,
    TypingDifference,
    discard,
    find_sheet,
    hand_in,
    type_first,
    waiting_sheets,
)
from survey_app.services.submission.submitting import start_token
from survey_app.web.access import current_user
from survey_app.web.contexts import Filled, form_page
from survey_app.web.desk.blueprint import blueprint, helping
from survey_app.web.desk.codes import say_error, typed_code
from survey_app.web.desk.wording import DISCARDED, ERRORS, HANDED_IN, NOT_COPIED, TYPED
from survey_app.web.installation import installation
from survey_app.web.languages import current_language
from survey_app.web.staff_words import notify, words

CHOICE_PREFIX = "right-"
"""Fields that say which typing of a question is right."""


@dataclass(frozen=True, slots=True)
class DifferencePart:
    """A difference as it is shown: the question, and both typings in words."""

    question: str
    number: int
    text: str
    first: str
    second: str
    chosen: str


@blueprint.get("/paper")
@helping
def paper() -> ResponseReturnValue:
    """The box for the code on the paper, and how many sheets wait for their second typing."""
    return _start_page()


@blueprint.post("/paper")
@helping
def begin() -> ResponseReturnValue:
    """The form of the sheet, for the typing that it waits for."""
    return _with_sheet(lambda sheet: _form(sheet, {}))


@blueprint.post("/paper/first")
@helping
def first() -> ResponseReturnValue:
    """Keeps a first typing."""

    def keep(sheet: PaperSheet) -> ResponseReturnValue:
        type_first(installation(), current_user(), sheet, _posted())
        notify(TYPED)
        return redirect(url_for("desk.paper"), 303)

    return _with_sheet(keep)


@blueprint.post("/paper/second")
@helping
def second() -> ResponseReturnValue:
    """Compares a second typing with the first: hands the sheet in, or lists what differs."""

    def compare(sheet: PaperSheet) -> ResponseReturnValue:
        chosen = {
            name.removeprefix(CHOICE_PREFIX): value
            for name, value in request.form.items()
            if name.startswith(CHOICE_PREFIX)
        }
        open_ones = hand_in(installation(), current_user(), sheet, _posted(), request.form.get("started", ""), chosen)
        if open_ones:
            return _differences(sheet, open_ones, chosen), 409
        notify(HANDED_IN)
        return redirect(url_for("desk.paper"), 303)

    return _with_sheet(compare)


@blueprint.get("/paper/first")
@blueprint.get("/paper/second")
@blueprint.get("/paper/compare")
@blueprint.get("/paper/discard")
@helping
def begin_again_with_paper() -> ResponseReturnValue:
    """A sheet begins with its code: an address in the bar holds none."""
    return redirect(url_for("desk.paper"), 303)


@blueprint.post("/paper/discard")
@helping
def throw_away() -> ResponseReturnValue:
    """Throws a first typing away."""

    def clear(sheet: PaperSheet) -> ResponseReturnValue:
        discard(installation(), current_user(), sheet)
        notify(DISCARDED)
        return redirect(url_for("desk.paper"), 303)

    return _with_sheet(clear)


def _with_sheet(act: Callable[[PaperSheet], ResponseReturnValue]) -> ResponseReturnValue:
    """Does something with the sheet of the form's code, or says what is in the way."""
    at, user = installation(), current_user()
    try:
        sheet = find_sheet(at, user, typed_code())
    except (MalformedCode, UnknownCode) as error:
        is_copy = isinstance(error, MalformedCode)
        return _start_page(words(NOT_COPIED) if is_copy else say_error(error)), 422 if is_copy else 404
    try:
        return act(sheet)
    except InvalidAnswers as invalid:
        return make_response(_form(sheet, _posted(), invalid), 422)
    except UnreadableTyping:
        discard(at, user, sheet)
        return _start_page(words(ERRORS[UnreadableTyping])), 409
    except SurveyError as error:
        return _start_page(say_error(error)), 409


def _posted() -> dict[str, list[str]]:
    return request.form.to_dict(flat=False)


def _start_page(problem: str | None = None) -> str:
    waiting = waiting_sheets(installation(), current_user())
    typed = copied_part(typed_code()) if problem else ""
    return render_template("desk/paper.html", problem=problem, typed=typed, waiting=waiting)


def _form(
    sheet: PaperSheet, fields: dict[str, list[str]], invalid: InvalidAnswers | None = None
) -> ResponseReturnValue:
    """The sheet as a form; where it can't be typed, what its code is."""
    if sheet.state.state != "usable":
        return render_template("desk/not_typed.html", sheet=sheet, state=sheet.state.state), 409
    if sheet.turn == Turn.OTHER_PERSON and not fields:
        return render_template("desk/wait.html", sheet=sheet)
    at = installation()
    started = request.form.get("started") or start_token(at.keys, at.clock, sheet.code)
    filled = Filled("", started, fields, invalid.problems if invalid else ())
    page = form_page(sheet.state, sheet.code, filled, current_language())
    is_second = sheet.turn == Turn.SECOND
    return render_template("desk/keying.html", page=page, sheet=sheet, is_second=is_second)


def _differences(sheet: PaperSheet, differences: Sequence[TypingDifference], chosen: dict[str, str]) -> str:
    questions = {question.id: (number, question) for number, question in enumerate(sheet.questionnaire.questions, 1)}
    parts = [_part(*questions[one.question], one, chosen.get(one.question, "")) for one in differences]
    fields = [(name, value) for name, values in _posted().items() for value in values if name in questions]
    return render_template(
        "desk/differences.html",
        parts=parts,
        fields=fields,
        code=sheet.code,
        started=request.form.get("started", ""),
        prefix=CHOICE_PREFIX,
    )


def _part(number: int, question: Question, difference: TypingDifference, chosen: str) -> DifferencePart:
    language = current_language()

    def said(values: Sequence[str]) -> str:
        labels = {str(option.value): option.label.in_language(language) for option in question.options}
        return "、".join(labels.get(value, value) for value in values)

    first, second = said(difference.first), said(difference.second)
    return DifferencePart(question.id, number, question.text.in_language(language), first, second, chosen)
