"""A new campaign: a form over the campaign file, checked as a whole with nothing lost, or the file itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evaluation.errors import InputProblem, InvalidInput, Message
from evaluation.survey.groups import GROUPS, Group
from evaluation.survey.wording import GROUP_NAMES
from survey_app.domain.clock import LOCAL_ZONE
from survey_app.services.campaigns.new.creating import create_checked, create_from_files
from survey_app.services.campaigns.new.form import (
    CAP_FIELDS,
    FIELDS,
    FILE_FIELDS,
    FRAME_FIELDS,
    CheckedCampaign,
    InvalidForm,
    check_form,
    new_seed,
    rulebooks,
    school_columns,
)
from survey_app.services.campaigns.new.uploads import base_name
from survey_app.services.campaigns.new.wording import MORE
from survey_app.services.campaigns.warnings import usual_address
from survey_app.services.parcels import ParcelKind, discard_parcel, leave_parcel, open_parcel
from survey_app.web.access import current_user, signed_in
from survey_app.web.campaigns.blueprint import DECIDING, blueprint
from survey_app.web.campaigns.notes import notes_before_creation
from survey_app.web.campaigns.wording import CREATED, SHORTFALL, field_names
from survey_app.web.installation import installation
from survey_app.web.languages import current_language
from survey_app.web.staff_words import notify, words

UPLOAD_LIMIT_BYTES: Final = 34 * 1024 * 1024
PROBLEMS_SHOWN: Final = 12
OPTIONS: Final = (*FRAME_FIELDS, *CAP_FIELDS, "min_sample", "seed", "min_seconds", "grace_minutes", "anonymity_k")
"""What few need to fill in: folded away until it holds something."""

_KEPT: Final = "kept"

Uploads = dict[str, dict[str, bytes]]


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A group of the plan, to be looked at before anything is stored."""

    name: str
    frame: int | None
    planned: int
    codes: int
    schools: int


@blueprint.get("/new")
@signed_in(*DECIDING, county=None)
def new() -> ResponseReturnValue:
    """The empty form, with what is known already."""
    at = installation()
    known = {
        "county_code": current_user().county or "",
        "year": str(at.clock.now().astimezone(LOCAL_ZONE).year),
        "rulebook": rulebooks()[-1][0],
        "base_url": usual_address(at.database, current_user().county),
    }
    return _form_page(known, {field: {} for field in FILE_FIELDS}, "", {})


@blueprint.post("/new")
@signed_in(*DECIDING, county=None, body_limit_bytes=UPLOAD_LIMIT_BYTES)
def create() -> ResponseReturnValue:
    """Checks the form; shows the plan, or stores the draft. What was typed and sent stays, whatever is wrong."""
    at, user = installation(), current_user()
    fields = {field: request.form.get(field, "") for field in FIELDS}
    fields["seed"] = fields["seed"].strip() or new_seed()
    uploads, token = _uploads()
    try:
        checked = check_form(fields, uploads["schools"], uploads["questionnaires"])
        if request.form.get("action") != "create":
            return _form_page(fields, uploads, token, {}, checked)
        campaign = create_checked(at, user, checked)
    except InvalidForm as invalid:
        return _form_page(fields, uploads, token, invalid.problems), 422
    if token:
        discard_parcel(at.database, user.name, token)
    return _created(campaign, checked)


@blueprint.get("/new/schools.csv")
@signed_in(*DECIDING, county=None)
def empty_school_list() -> ResponseReturnValue:
    """A list of schools to begin with: the header, in the encoding that Excel takes for what it is."""
    response = Response(f"\ufeff{','.join(school_columns())}\r\n", content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename="schools.csv")
    return response


@blueprint.get("/new/file")
@signed_in(*DECIDING, county=None)
def new_from_file() -> ResponseReturnValue:
    """The page to send a campaign file with the files it names."""
    return render_template("campaigns/new_file.html", problems=[])


@blueprint.post("/new/file")
@signed_in(*DECIDING, county=None, body_limit_bytes=UPLOAD_LIMIT_BYTES)
def create_from_file() -> ResponseReturnValue:
    """Stores the draft that the files describe, or says everything that is wrong with them."""
    files = {base_name(file.filename): file.read() for file in request.files.getlist("files") if file.filename}
    try:
        campaign, checked = create_from_files(installation(), current_user(), files)
    except InvalidInput as invalid:
        said = [problem.text(current_language()) for problem in invalid.problems]
        return render_template("campaigns/new_file.html", problems=said), 422
    return _created(campaign, checked)


def _created(campaign: str, checked: CheckedCampaign) -> ResponseReturnValue:
    notify(CREATED)
    for message, values in _shortfalls(checked):
        notify(message, **values)
    return redirect(url_for("campaigns.show", campaign_id=campaign), 303)


def _uploads() -> tuple[Uploads, str]:
    """The files of this form: those sent now, else those sent before; and the token they are kept under between two tries."""
    at, owner, token = installation(), current_user().name, request.form.get(_KEPT, "")
    kept = (open_parcel(at.database, at.clock, owner, ParcelKind.UPLOADS, token) if token else None) or {}
    uploads: Uploads = {field: _of_field(kept, field) for field in FILE_FIELDS}
    sent = {field: _sent(field) for field in FILE_FIELDS}
    if request.form.get("bundled") == "1":
        uploads["questionnaires"] = {}
    uploads |= {field: files for field, files in sent.items() if files}
    flat = {f"{field}/{name}": content for field, files in uploads.items() for name, content in files.items()}
    if flat == kept:
        return uploads, token if kept else ""
    if kept:
        discard_parcel(at.database, owner, token)
    return uploads, leave_parcel(at.database, at.clock, owner, ParcelKind.UPLOADS, flat) if flat else ""


def _of_field(kept: Mapping[str, bytes], field: str) -> dict[str, bytes]:
    return {name.partition("/")[2]: content for name, content in kept.items() if name.startswith(f"{field}/")}


def _sent(field: str) -> dict[str, bytes]:
    return {base_name(file.filename): file.read() for file in request.files.getlist(field) if file.filename}


def _form_page(
    fields: Mapping[str, str],
    uploads: Uploads,
    token: str,
    problems: Mapping[str, list[InputProblem]],
    checked: CheckedCampaign | None = None,
) -> str:
    language = current_language()
    said = {field: _sentences(found) for field, found in problems.items()}
    return render_template(
        "campaigns/new.html",
        fields=fields,
        labels={field: words(name) for field, name in field_names().items()},
        problems=said,
        uploads={field: sorted(files) for field, files in uploads.items()},
        token=token,
        has_more=any(said.get(field) or (fields.get(field) and field != "seed") for field in OPTIONS),
        rulebooks=rulebooks(),
        groups=[(group, GROUP_NAMES[group][language]) for group in GROUPS],
        plan=_plan_rows(checked) if checked else None,
        required=checked.plan.required if checked else None,
        notes=_notes(checked) if checked else [],
    )


def _notes(checked: CheckedCampaign) -> list[str]:
    """What may be a mistake about a campaign that could be created."""
    file = checked.given.file
    shortfalls = [words(message, **values) for message, values in _shortfalls(checked)]
    return [*shortfalls, *notes_before_creation(file.base_url, file.closes)]


def _sentences(problems: Sequence[InputProblem]) -> list[str]:
    """The first problems of a field, each with its place in a file, and how many more there are."""
    language = current_language()
    said = [problem.text(language) for problem in problems[:PROBLEMS_SHOWN]]
    more = len(problems) - PROBLEMS_SHOWN
    return [*said, words(MORE, number=more)] if more > 0 else said


def _plan_rows(checked: CheckedCampaign) -> list[PlanRow]:
    plan, language = checked.plan, current_language()
    return [
        PlanRow(
            GROUP_NAMES[group][language],
            plan.frames.get(group),
            planned,
            plan.codes[group],
            sum(codes > 0 for codes in plan.allocation.get(group, {}).values()),
        )
        for group, planned in plan.planned.items()
    ]


def _shortfalls(checked: CheckedCampaign) -> list[tuple[Message, dict[str, object]]]:
    """Groups of which the schools have too few people, in words."""
    language = current_language()
    return [
        (SHORTFALL, {**problem.values, "group": GROUP_NAMES[_group_of(problem)][language]})
        for problem in checked.shortfalls
    ]


def _group_of(problem: InputProblem) -> Group:
    return next(group for group in GROUPS if problem.where.endswith(f".{group}"))
