"""A code that somebody reads out on the phone: what it is, what to tell, and a new slip for a lost one."""

import io
from collections.abc import Callable

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from evaluation.errors import InvalidInput
from evaluation.survey.wording import GROUP_NAMES
from survey_app.domain.codes import print_code, read_code
from survey_app.domain.errors import SurveyError, UnknownCode, WrongCopy
from survey_app.output.sheets import write_slip_pdf
from survey_app.services.desk import FoundAtDesk, cancel_code, look_at_code, replace_code, slip_of
from survey_app.services.keying import waiting_sheets
from survey_app.web.access import current_user, signed_in
from survey_app.web.campaigns.codes import sheet_facts
from survey_app.web.desk.blueprint import HELPING, LONGEST_CODE, blueprint
from survey_app.web.desk.wording import CANCELLED, ERRORS, STANDINGS, TELL, TONES
from survey_app.web.installation import installation
from survey_app.web.languages import current_language, moment_text
from survey_app.web.staff_words import words


@blueprint.get("")
@signed_in(*HELPING, county=None)
def desk() -> ResponseReturnValue:
    """The box for a code, and what callers ask."""
    return _desk_page()


@blueprint.post("")
@signed_in(*HELPING, county=None)
def look() -> ResponseReturnValue:
    """What the code is."""
    return _with_code(lambda typed: _desk_page(found=look_at_code(installation(), current_user(), typed)))


@blueprint.post("/replace")
@signed_in(*HELPING, county=None)
def replace() -> ResponseReturnValue:
    """Asks first; then cancels the code and shows the new one, on this page and nowhere else."""
    return _with_code(lambda typed: _replaced(typed) if _is_sure() else _ask("replace", typed))


@blueprint.post("/cancel")
@signed_in(*HELPING, county=None)
def cancel() -> ResponseReturnValue:
    """Asks first; then cancels the code."""
    return _with_code(lambda typed: _cancelled(typed) if _is_sure() else _ask("cancel", typed))


@blueprint.post("/slip.pdf")
@signed_in(*HELPING, county=None)
def slip() -> ResponseReturnValue:
    """The slip of an unused code on one page, as often as it takes."""

    def print_slip(typed: str) -> ResponseReturnValue:
        found = slip_of(installation(), current_user(), typed)
        if found is None:
            return _desk_page(found=look_at_code(installation(), current_user(), typed)), 409
        target = io.BytesIO()
        write_slip_pdf(target, found[0], sheet_facts(found[1]))
        response = Response(target.getvalue(), content_type="application/pdf")
        response.headers.set("Content-Disposition", "inline", filename="slip.pdf")
        return response

    return _with_code(print_slip)


def typed_code() -> str:
    """The code of the form."""
    return request.form.get("code", "").strip()[:LONGEST_CODE]


def say_error(error: SurveyError) -> str:
    """What is in the way, for whoever works at the desk."""
    return words(ERRORS[type(error)])


def _with_code(act: Callable[[str], ResponseReturnValue]) -> ResponseReturnValue:
    """Does something with the code of the form, or says what is wrong with it beside the box."""
    try:
        return act(typed_code())
    except (WrongCopy, UnknownCode) as error:
        return _desk_page(problem=say_error(error)), 422 if isinstance(error, WrongCopy) else 404
    except InvalidInput:  # used or cancelled since it was shown
        return _desk_page(found=look_at_code(installation(), current_user(), typed_code())), 409


def _is_sure() -> bool:
    return request.form.get("sure") == "1"


def _ask(act: str, typed: str) -> ResponseReturnValue:
    found = look_at_code(installation(), current_user(), typed)
    return render_template("desk/sure.html", act=act, **_facts(found))


def _replaced(typed: str) -> ResponseReturnValue:
    new = replace_code(installation(), current_user(), typed)
    group = GROUP_NAMES[new.group][current_language()]
    return render_template("desk/replaced.html", new=new, group=group, old=print_code(read_code(typed)))


def _cancelled(typed: str) -> ResponseReturnValue:
    cancel_code(installation(), current_user(), typed)
    return _desk_page(said=words(CANCELLED, code=print_code(read_code(typed))))


def _desk_page(found: FoundAtDesk | None = None, problem: str | None = None, said: str | None = None) -> str:
    waiting = waiting_sheets(installation(), current_user())
    facts = _facts(found) if found else {"found": None}
    typed = found.code if found else typed_code() if problem else ""
    return render_template("desk/desk.html", typed=typed, problem=problem, said=said, waiting=waiting, **facts)


def _facts(found: FoundAtDesk) -> dict[str, object]:
    campaign = found.campaign
    moments = {"opens": moment_text(campaign.opens), "closes": moment_text(campaign.closing_moment)}
    return {
        "found": found,
        "group": GROUP_NAMES[found.group][current_language()],  # type: ignore[index]
        "standing": words(STANDINGS[found.standing]),
        "tone": TONES[found.standing],
        "tell": words(TELL[found.standing], **moments),
    }
