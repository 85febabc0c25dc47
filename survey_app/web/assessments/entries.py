"""Findings on site and veto items, one page each, made for a phone in a school; and the photos of findings."""

from dataclasses import dataclass, replace
from typing import Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from evaluation.errors import InvalidInput
from survey_app.domain.assessments import PHOTO_LIMIT_BYTES, PHOTOS_A_CLAUSE, TEXT_LIMIT, EntryKind
from survey_app.services.assessments.entering import (
    SubjectHistory,
    Typed,
    save_finding,
    save_veto,
    show_subject,
    show_subjects,
)
from survey_app.services.assessments.entries import Conflict
from survey_app.services.assessments.jobs import SentPhoto, ask_for_photos, refuse_photos
from survey_app.services.assessments.photos import photo_content, remove_photo
from survey_app.web.access import current_user, signed_in
from survey_app.web.assessments import wording
from survey_app.web.assessments.blueprint import WORKERS, blueprint, find
from survey_app.web.assessments.workbook import parts_of, size_of
from survey_app.web.counties import assessment_county
from survey_app.web.installation import installation
from survey_app.web.jobs import lead_to_job
from survey_app.web.staff_words import notify, problems_by_field

# what is sent together: as many photos as a clause may have, each with room to be refused in our words
LARGEST_BODY_BYTES: Final = (PHOTOS_A_CLAUSE + 1) * PHOTO_LIMIT_BYTES
LISTS: Final = {EntryKind.FINDING: "assessments.findings", EntryKind.VETO: "assessments.vetoes"}
PAGES: Final = {EntryKind.FINDING: "assessments.finding", EntryKind.VETO: "assessments.veto"}
CHOICES: Final = {None: "", 1.0: "yes", 0.0: "no"}


@dataclass(frozen=True, slots=True)
class EntryForm:
    """The form of a subject: filled in with what stands, or as it was sent."""

    choice: str
    text: str
    seen: int


@blueprint.get("/<assessment_id>/findings")
@signed_in(*WORKERS, county=assessment_county)
def findings(assessment_id: str) -> ResponseReturnValue:
    """The clauses that are decided on site, with what stands."""
    return _list_page(assessment_id, EntryKind.FINDING)


@blueprint.get("/<assessment_id>/findings/<clause_id>")
@signed_in(*WORKERS, county=assessment_county)
def finding(assessment_id: str, clause_id: str) -> ResponseReturnValue:
    """One clause: what stands, the form, photos, history."""
    return _entry_page(assessment_id, EntryKind.FINDING, clause_id)


@blueprint.post("/<assessment_id>/findings/<clause_id>")
@signed_in(*WORKERS, county=assessment_county, body_limit_bytes=LARGEST_BODY_BYTES)
def enter_finding(assessment_id: str, clause_id: str) -> ResponseReturnValue:
    """Saves a finding, or shows what is wrong, or both versions where somebody was faster; its photos are kept by a job, whatever becomes of it."""
    at, user = installation(), current_user()
    if _keeps_theirs():
        return _leave_theirs(assessment_id, EntryKind.FINDING, clause_id)
    typed, photos, saved = _typed(), _photos(), None
    try:
        refuse_photos(photos)
        if typed.choice or typed.text.strip() or not photos:
            saved = save_finding(at.database, at.clock, user, assessment_id, clause_id, typed)
    except InvalidInput as invalid:
        return _entry_page(assessment_id, EntryKind.FINDING, clause_id, problems_by_field(invalid)), 422
    is_saved = saved and not isinstance(saved, Conflict)
    page = url_for("assessments.finding", assessment_id=assessment_id, clause_id=clause_id)
    answer = _go_on(assessment_id, EntryKind.FINDING, clause_id) if is_saved else redirect(page, 303)
    if is_saved:
        notify(wording.SAVED, subject=clause_id)
    if photos:
        answer = lead_to_job(ask_for_photos(at, user, assessment_id, clause_id, photos, answer.location))
    if isinstance(saved, Conflict):
        return _conflict_page(assessment_id, EntryKind.FINDING, clause_id, saved), 409
    return answer


@blueprint.get("/<assessment_id>/vetoes")
@signed_in(*WORKERS, county=assessment_county)
def vetoes(assessment_id: str) -> ResponseReturnValue:
    """The veto items, with what stands."""
    return _list_page(assessment_id, EntryKind.VETO)


@blueprint.get("/<assessment_id>/vetoes/<clause_id>")
@signed_in(*WORKERS, county=assessment_county)
def veto(assessment_id: str, clause_id: str) -> ResponseReturnValue:
    """One veto item: what stands, the form, history."""
    return _entry_page(assessment_id, EntryKind.VETO, clause_id)


@blueprint.post("/<assessment_id>/vetoes/<clause_id>")
@signed_in(*WORKERS, county=assessment_county)
def enter_veto(assessment_id: str, clause_id: str) -> ResponseReturnValue:
    """Saves whether the item is present, or shows what is wrong, or both versions."""
    at = installation()
    if _keeps_theirs():
        return _leave_theirs(assessment_id, EntryKind.VETO, clause_id)
    try:
        saved = save_veto(at.database, at.clock, current_user(), assessment_id, clause_id, _typed())
    except InvalidInput as invalid:
        return _entry_page(assessment_id, EntryKind.VETO, clause_id, problems_by_field(invalid)), 422
    if isinstance(saved, Conflict):
        return _conflict_page(assessment_id, EntryKind.VETO, clause_id, saved), 409
    notify(wording.SAVED, subject=clause_id)
    return _go_on(assessment_id, EntryKind.VETO, clause_id)


@blueprint.get("/<assessment_id>/photos/<photo_id>")
@signed_in(*WORKERS, county=assessment_county)
def photo(assessment_id: str, photo_id: str) -> ResponseReturnValue:
    """A photo, as a picture and nothing else."""
    found = photo_content(installation().database, assessment_id, photo_id)
    if found is None:
        raise NotFound
    kept, content = found
    response = Response(content, mimetype=kept.media_type)
    response.headers.set("Content-Disposition", "inline", filename=f"{kept.clause}-{kept.id}.jpg")
    return response


@blueprint.post("/<assessment_id>/photos/<photo_id>")
@signed_in(*WORKERS, county=assessment_county)
def take_out_photo(assessment_id: str, photo_id: str) -> ResponseReturnValue:
    """Takes a photo out of its finding."""
    at = installation()
    found = photo_content(at.database, assessment_id, photo_id)
    if found is None:
        raise NotFound
    remove_photo(at.database, at.clock, current_user(), assessment_id, photo_id)
    notify(wording.PHOTO_REMOVED)
    return redirect(url_for("assessments.finding", assessment_id=assessment_id, clause_id=found[0].clause), 303)


def _typed() -> Typed:
    form = request.form
    seen = form.get("seen", "")
    return Typed(
        choice=form.get("choice", ""),
        text=form.get("text", ""),
        seen=int(seen) if seen.isascii() and seen.isdigit() else 0,
        withdraws=form.get("choice") == "withdraw",
    )


def _photos() -> list[SentPhoto]:
    sent = [one for one in request.files.getlist("photos") if one.filename]
    return [SentPhoto(one.filename or "", size_of(one), parts_of(one)) for one in sent]


def _keeps_theirs() -> bool:
    return request.form.get("act") == "theirs"


def _leave_theirs(assessment_id: str, kind: EntryKind, subject: str) -> ResponseReturnValue:
    notify(wording.THEIRS_KEPT, subject=subject)
    return redirect(url_for(PAGES[kind], assessment_id=assessment_id, clause_id=subject), 303)


def _go_on(assessment_id: str, kind: EntryKind, subject: str) -> Response:
    """To the next one that nobody has entered, or back to the list."""
    history = _history(assessment_id, kind, subject)
    if request.form.get("act") == "next" and history.next_open:
        return redirect(url_for(PAGES[kind], assessment_id=assessment_id, clause_id=history.next_open), 303)
    return redirect(f"{url_for(LISTS[kind], assessment_id=assessment_id)}#s-{subject}", 303)


def _history(assessment_id: str, kind: EntryKind, subject: str) -> SubjectHistory:
    history = show_subject(installation().database, assessment_id, kind, subject)
    if history is None:
        raise NotFound
    return history


def _list_page(assessment_id: str, kind: EntryKind) -> str:
    states = show_subjects(installation().database, assessment_id, kind)
    return render_template(f"assessments/{_folder(kind)}.html", assessment=find(assessment_id), states=states)


def _entry_page(assessment_id: str, kind: EntryKind, subject: str, problems: dict[str, str] | None = None) -> str:
    """The form with what stands, or (with problems) as it was sent."""
    history = _history(assessment_id, kind, subject)
    entry = history.state.entry
    form = EntryForm(CHOICES[history.state.value], entry.text if entry else "", history.state.version)
    if problems is not None:
        typed = _typed()
        form = EntryForm(typed.choice, typed.text, typed.seen)
    return render_template(
        "assessments/entry.html",
        assessment=find(assessment_id),
        kind=str(kind),
        history=history,
        form=form,
        problems=problems or {},
        limit=TEXT_LIMIT,
        photo_limit_mb=PHOTO_LIMIT_BYTES // 1_000_000,
    )


def _conflict_page(assessment_id: str, kind: EntryKind, subject: str, conflict: Conflict) -> str:
    """Both versions side by side, and a form in which both texts stand, so that by default nothing is lost."""
    mine = replace(conflict.mine, text=conflict.mine.text)
    texts = [text for text in dict.fromkeys((conflict.theirs.text, mine.text)) if text]
    merged = EntryForm(
        choice=CHOICES[mine.value] if mine.value == conflict.theirs.value else "",
        text="\n".join(texts),
        seen=conflict.theirs.version,
    )
    return render_template(
        "assessments/conflict.html",
        assessment=find(assessment_id),
        kind=str(kind),
        subject=_history(assessment_id, kind, subject).state.subject,
        mine=mine,
        theirs=conflict.theirs,
        form=merged,
        limit=TEXT_LIMIT,
    )


def _folder(kind: EntryKind) -> str:
    return "findings" if kind == EntryKind.FINDING else "vetoes"
