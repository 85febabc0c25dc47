"""A new campaign: a form over the campaign file, checked as a whole with nothing lost, or the file itself."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from evaluation.errors import InputProblem, InvalidInput, InvalidKeys, Message
from evaluation.survey.groups import GROUPS, Group
from evaluation.survey.wording import GROUP_NAMES
from survey_app.domain.clock import LOCAL_ZONE
from survey_app.services.campaigns.new.checking import (
    CheckedCampaign,
    check_campaign,
    new_seed,
    rulebooks,
    school_columns,
)
from survey_app.services.campaigns.new.creating import create_checked, create_from_files
from survey_app.services.campaigns.new.uploads import base_name
from survey_app.services.campaigns.warnings import usual_address
from survey_app.services.parcels import ParcelKind, discard_parcel, leave_parcel, open_parcel
from survey_app.web.access import current_user, signed_in
from survey_app.web.campaigns.blueprint import DECIDING, blueprint
from survey_app.web.campaigns.new_form import CampaignForm, TextField
from survey_app.web.campaigns.notes import notes_before_creation
from survey_app.web.campaigns.wording import CREATED, MORE, SHORTFALL, field_names
from survey_app.web.installation import installation
from survey_app.web.languages import current_language
from survey_app.web.staff_words import notify, words

UPLOAD_LIMIT_BYTES: Final = 34 * 1024 * 1024
PROBLEMS_SHOWN: Final = 12
OPTIONS: Final = ("min_sample", "seed", "min_seconds", "grace_minutes", "anonymity_k")
"""What few need to fill in, beside the sizes and caps of groups: folded away until it holds something."""

FILE_FIELDS: Final = ("schools", "questionnaires")

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
    return _form_page(CampaignForm(data=known), {field: {} for field in FILE_FIELDS}, "")


@blueprint.post("/new")
@signed_in(*DECIDING, county=None, body_limit_bytes=UPLOAD_LIMIT_BYTES)
def create() -> ResponseReturnValue:
    """Checks the form; shows the plan, or stores the draft. What was typed and sent stays, whatever is wrong."""
    at, user, form = installation(), current_user(), CampaignForm()
    form.seed.data = form.seed.typed or new_seed()
    uploads, token = _uploads(form)
    try:
        checked = check_campaign(form.campaign(), uploads["schools"], uploads["questionnaires"])
        if form.action.data != "create":
            return _form_page(form, uploads, token, checked)
        campaign = create_checked(at, user, checked)
    except InvalidKeys as invalid:
        form.refuse(invalid.problems)
        return _form_page(form, uploads, token), 422
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
    try:
        campaign, checked = create_from_files(installation(), current_user(), _sent(request.files.getlist("files")))
    except InvalidInput as invalid:
        said = [problem.text(current_language()) for problem in invalid.problems]
        return render_template("campaigns/new_file.html", problems=said), 422
    return _created(campaign, checked)


def _created(campaign: str, checked: CheckedCampaign) -> ResponseReturnValue:
    notify(CREATED)
    for message, values in _shortfalls(checked):
        notify(message, **values)
    return redirect(url_for("campaigns.show", campaign_id=campaign), 303)


def _uploads(form: CampaignForm) -> tuple[Uploads, str]:
    """The files of this form: those sent now, else those sent before; and the token they are kept under between two tries."""
    at, owner, token = installation(), current_user().name, form.kept.data
    kept = (open_parcel(at.database, at.clock, owner, ParcelKind.UPLOADS, token) if token else None) or {}
    uploads: Uploads = {field: _of_field(kept, field) for field in FILE_FIELDS}
    sent = {field: _sent(form[field].data or []) for field in FILE_FIELDS}
    if form.bundled.data:
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


def _sent(files: Iterable[FileStorage]) -> dict[str, bytes]:
    return {base_name(file.filename): file.read() for file in files if file.filename}


def _form_page(form: CampaignForm, uploads: Uploads, token: str, checked: CheckedCampaign | None = None) -> str:
    language = current_language()
    return render_template(
        "campaigns/new.html",
        form=form,
        labels={field: words(name) for field, name in field_names().items()},
        problems={field: _first(said) for field, said in form.errors.items()},
        uploads={field: sorted(files) for field, files in uploads.items()},
        token=token,
        has_more=any(field.errors or (field.data and field.name != "seed") for field in _options(form)),
        rulebooks=rulebooks(),
        groups=[(group, GROUP_NAMES[group][language]) for group in GROUPS],
        plan=_plan_rows(checked) if checked else None,
        required=checked.plan.required if checked else None,
        notes=_notes(checked) if checked else [],
    )


def _options(form: CampaignForm) -> Iterator[TextField]:
    return (field for field in form.key_fields() if field.name in OPTIONS or field.path[0] in ("frames", "caps"))


def _notes(checked: CheckedCampaign) -> list[str]:
    """What may be a mistake about a campaign that could be created."""
    file = checked.given.file
    shortfalls = [words(message, **values) for message, values in _shortfalls(checked)]
    return [*shortfalls, *notes_before_creation(file.base_url, file.closes)]


def _first(said: Sequence[str]) -> list[str]:
    """The first problems of a field, and how many more there are."""
    more = len(said) - PROBLEMS_SHOWN
    return [*said[:PROBLEMS_SHOWN], *([words(MORE, number=more)] if more > 0 else [])]


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
