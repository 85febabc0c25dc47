"""A code that somebody reads out on the phone: what it is, what to tell, and a new slip for a lost one."""

import io
import json
from collections.abc import Callable
from typing import Final

from flask import Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from evaluation.errors import InvalidInput
from evaluation.survey.wording import GROUP_NAMES
from survey_app.domain.codes import copied_part, print_code, read_code
from survey_app.domain.errors import MalformedCode, SurveyError, UnknownCode
from survey_app.output.issued import SheetFacts
from survey_app.output.sheets import write_slip_pdf
from survey_app.services.campaigns.file_shape import FORM_PATH
from survey_app.services.codes.desk import FoundAtDesk, cancel_code, look_at_code, replace_code, slip_of
from survey_app.services.codes.keying import Turn, find_sheet, waiting_sheets
from survey_app.services.parcels import ParcelKind, discard_parcel, leave_parcel, new_token, open_parcel
from survey_app.web.access import current_user
from survey_app.web.desk.blueprint import LONGEST_CODE, blueprint, helping
from survey_app.web.desk.wording import CANCELLED, ERRORS, STANDINGS, TELL, TONES
from survey_app.web.installation import installation
from survey_app.web.languages import current_language, end_text, moment_text
from survey_app.web.staff_words import words

_KEPT: Final = "new_slip"
"""Where the session cookie keeps the token of the newest slip."""
_SUBJECT: Final = "desk"
_NEW: Final = "new.json"


@blueprint.get("")
@helping
def desk() -> ResponseReturnValue:
    """The box for a code, and what callers ask."""
    return _desk_page()


@blueprint.post("")
@helping
def look() -> ResponseReturnValue:
    """What the code is."""
    return _with_code(lambda typed: _desk_page(found=look_at_code(installation(), current_user(), typed)))


@blueprint.get("/replace")
@blueprint.get("/cancel")
@blueprint.get("/slip.pdf")
@helping
def begin_again() -> ResponseReturnValue:
    """What is done with a code begins with the code: an address in the bar holds none."""
    return redirect(url_for("desk.desk"), 303)


@blueprint.post("/replace")
@helping
def replace() -> ResponseReturnValue:
    """Asks first; then cancels the code and goes on to the new one. Sent again, it leads to the same new one."""
    if _is_sure() and _new_slip(request.form.get("parcel", "")):
        return _to_new_slip(request.form["parcel"])
    return _with_code(lambda typed: _replaced(typed) if _is_sure() else _ask("replace", typed))


@blueprint.get("/replaced")
@helping
def replaced() -> ResponseReturnValue:
    """The new code, in this browser only and for an hour at most (docs/decisions/0015)."""
    new = _new_slip(session.get(_KEPT, ""))
    if new is None:
        return redirect(url_for("desk.desk"), 303)
    group = GROUP_NAMES[new["group"]][current_language()]  # type: ignore[index]
    return render_template("desk/replaced.html", new=new, group=group)


@blueprint.post("/replaced")
@helping
def hand_over() -> ResponseReturnValue:
    """The new slip is with whoever lost the old one: its code goes from here."""
    token = session.pop(_KEPT, "")
    if token:
        discard_parcel(installation().database, current_user().name, token)
    return redirect(url_for("desk.desk"), 303)


@blueprint.post("/cancel")
@helping
def cancel() -> ResponseReturnValue:
    """Asks first; then cancels the code."""
    return _with_code(lambda typed: _cancelled(typed) if _is_sure() else _ask("cancel", typed))


@blueprint.post("/slip.pdf")
@helping
def slip() -> ResponseReturnValue:
    """The slip of an unused code on one page, as often as it takes."""

    def print_slip(typed: str) -> ResponseReturnValue:
        found = slip_of(installation(), current_user(), typed)
        if found is None:
            return _desk_page(found=look_at_code(installation(), current_user(), typed)), 409
        target = io.BytesIO()
        write_slip_pdf(target, found[0], SheetFacts.of(found[1], FORM_PATH))
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
    except (MalformedCode, UnknownCode) as error:
        return _desk_page(problem=say_error(error)), 422 if isinstance(error, MalformedCode) else 404
    except InvalidInput:  # used or cancelled since it was shown
        return _desk_page(found=look_at_code(installation(), current_user(), typed_code())), 409


def _is_sure() -> bool:
    return request.form.get("sure") == "1"


def _ask(act: str, typed: str) -> ResponseReturnValue:
    at, user = installation(), current_user()
    found = look_at_code(at, user, typed)
    is_half_typed = found.can_be_replaced and find_sheet(at, user, typed).turn != Turn.FIRST
    facts = _facts(found)
    return render_template("desk/sure.html", act=act, parcel=new_token(), is_half_typed=is_half_typed, **facts)


def _replaced(typed: str) -> ResponseReturnValue:
    at, user = installation(), current_user()
    new = replace_code(at, user, typed)
    slip = {"code": new.code, "group": new.group, "school_name": new.school_name, "old": print_code(read_code(typed))}
    files = {_NEW: json.dumps(slip).encode()}
    token = request.form.get("parcel", "")
    token = token if len(token) >= len(new_token()) else new_token()
    leave_parcel(at.database, at.clock, user.name, ParcelKind.CODES, files, _SUBJECT, token)
    return _to_new_slip(token)


def _to_new_slip(token: str) -> ResponseReturnValue:
    session[_KEPT] = token
    return redirect(url_for("desk.replaced"), 303)


def _new_slip(token: str) -> dict[str, str] | None:
    at = installation()
    files = token and open_parcel(at.database, at.clock, current_user().name, ParcelKind.CODES, token, _SUBJECT)
    return json.loads(files[_NEW]) if files else None


def _cancelled(typed: str) -> ResponseReturnValue:
    cancel_code(installation(), current_user(), typed)
    return _desk_page(said=words(CANCELLED, code=print_code(read_code(typed))))


def _desk_page(found: FoundAtDesk | None = None, problem: str | None = None, said: str | None = None) -> str:
    waiting = waiting_sheets(installation(), current_user())
    facts = _facts(found) if found else {"found": None}
    typed = found.code if found else copied_part(typed_code()) if problem else ""
    return render_template("desk/desk.html", typed=typed, problem=problem, said=said, waiting=waiting, **facts)


def _facts(found: FoundAtDesk) -> dict[str, object]:
    campaign = found.campaign
    moments = {"opens": moment_text(campaign.opens), "closes": end_text(campaign.closing_moment)}
    return {
        "found": found,
        "group": GROUP_NAMES[found.group][current_language()],  # type: ignore[index]
        "standing": words(STANDINGS[found.standing]),
        "tone": TONES[found.standing],
        "tell": words(TELL[found.standing], **moments),
    }
