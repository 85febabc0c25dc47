"""The list of assessments, the form for a new one, one at a glance, and its survey."""

from typing import Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from evaluation.errors import InvalidInput
from survey_app.domain.assessments import CountyAssessment
from survey_app.domain.staff import StaffUser
from survey_app.services.assessments.files import FILES, assessment_file
from survey_app.services.assessments.jobs import ask_for_report
from survey_app.services.assessments.overview import Overview, overview, survey_choice
from survey_app.services.assessments.starting import (
    NewAssessment,
    link_campaign,
    rulebook_choices,
    start_assessment,
    visible_assessments,
)
from survey_app.web.access import current_user, require_county, signed_in
from survey_app.web.assessments import wording
from survey_app.web.assessments.blueprint import WORKERS, attachment, blueprint, find
from survey_app.web.counties import assessment_county
from survey_app.web.installation import installation
from survey_app.web.jobs import lead_to_file
from survey_app.web.languages import current_language
from survey_app.web.staff_words import notify, problems_by_field, words

LONGEST_FILTER: Final = 60
FAILURES_SHOWN: Final = 12


@blueprint.get("")
@signed_in(*WORKERS, county=None)
def listing() -> ResponseReturnValue:
    """The assessments that the account may see, filtered."""
    everything = visible_assessments(installation().database, current_user())
    asked = {name: request.args.get(name, "").strip()[:LONGEST_FILTER] for name in ("q", "year", "state")}
    return render_template(
        "assessments/list.html",
        assessments=[one for one in everything if _fits(one, asked)],
        asked=asked,
        years=[(str(year), year) for year in sorted({one.year for one in everything}, reverse=True)],
        is_filtered=any(asked.values()),
    )


@blueprint.get("/new")
@signed_in(*WORKERS, county=None)
def new() -> ResponseReturnValue:
    """The form for a new assessment."""
    return _new_form(_blank(current_user()), {})


@blueprint.post("")
@signed_in(*WORKERS, county=None)
def start() -> ResponseReturnValue:
    """Begins an assessment; an account bound to a county begins its own county's only."""
    at, user = installation(), current_user()
    fields = ("county_code", "county_name", "year", "rulebook")
    typed = NewAssessment(*(request.form.get(name, "") for name in fields))
    require_county(typed.county_code.strip() or user.county)
    try:
        assessment_id = start_assessment(at.database, at.clock, user, typed)
    except InvalidInput as invalid:
        return _new_form(typed, problems_by_field(invalid)), 422
    notify(wording.STARTED)
    return redirect(url_for("assessments.workbook", assessment_id=assessment_id), 303)


@blueprint.get("/<assessment_id>")
@signed_in(*WORKERS, county=assessment_county)
def show(assessment_id: str) -> ResponseReturnValue:
    """One assessment: steps, what is missing, and the verdict, every number unfolding."""
    return render_template("assessments/show.html", page=_overview(assessment_id), most=FAILURES_SHOWN)


@blueprint.get("/<assessment_id>/indicators/<indicator_id>")
@signed_in(*WORKERS, county=assessment_county)
def indicator(assessment_id: str, indicator_id: str) -> ResponseReturnValue:
    """One indicator with everything that it was judged from."""
    page = _overview(assessment_id)
    found = [one for one in page.report.indicators if one.id == indicator_id] if page.report else []
    if not found:
        raise NotFound
    return render_template("assessments/indicator.html", page=page, one=found[0])


@blueprint.get("/<assessment_id>/survey")
@signed_in(*WORKERS, county=assessment_county)
def survey(assessment_id: str) -> ResponseReturnValue:
    """The closed survey that the verdict is joined with, and those it could be."""
    return _survey_page(assessment_id, {})


@blueprint.post("/<assessment_id>/survey")
@signed_in(*WORKERS, county=assessment_county)
def choose_survey(assessment_id: str) -> ResponseReturnValue:
    """Joins the assessment with a survey, or parts them."""
    at = installation()
    chosen, seen = request.form.get("campaign") or None, request.form.get("seen") or None
    try:
        is_done = link_campaign(at.database, at.clock, current_user(), assessment_id, chosen, seen)
    except InvalidInput as invalid:
        return _survey_page(assessment_id, problems_by_field(invalid)), 422
    if not is_done:
        return _survey_page(assessment_id, {}, is_stale=True), 409
    notify(wording.SURVEY_CHOSEN if chosen else wording.SURVEY_PARTED)
    return redirect(url_for("assessments.show", assessment_id=assessment_id), 303)


@blueprint.get("/<assessment_id>/files/<file_name>")
@signed_in(*WORKERS, county=assessment_county)
def file(assessment_id: str, file_name: str) -> ResponseReturnValue:
    """A report, the ledger or the document for programs: as it was frozen, once the assessment is signed, and before that made by a job."""
    if file_name not in FILES:
        raise NotFound
    at, assessment = installation(), find(assessment_id)
    name = f"{assessment.county_code}-{assessment.year}-{words(wording.FILE_NAMES[file_name])}"
    if not assessment.is_signed:
        name = f"{words(wording.DRAFT)}{name}"
        return lead_to_file(ask_for_report(at, current_user(), assessment_id, file_name, name))
    made = assessment_file(at.database, at.clock, current_user(), assessment_id, file_name)
    return attachment(made.content, made.media_type, name)


def _overview(assessment_id: str) -> Overview:
    at = installation()
    return overview(at.database, current_user(), assessment_id, current_language())


def _fits(one: CountyAssessment, asked: dict[str, str]) -> bool:
    text = asked["q"]
    is_named = not text or text in one.county_name or text in one.county_code or text in one.id
    return is_named and asked["year"] in ("", str(one.year)) and asked["state"] in ("", one.state)


def _blank(user: StaffUser) -> NewAssessment:
    """The form before anything is typed: what is known of the county is filled in."""
    at = installation()
    year = str(at.clock.now().year)
    if user.county is None:
        return NewAssessment("", "", year, "")
    names = [one.county_name for one in visible_assessments(at.database, user)]
    return NewAssessment(user.county, names[0] if names else "", year, "")


def _new_form(typed: NewAssessment, problems: dict[str, str]) -> str:
    choices = [(one.id, one.title) for one in rulebook_choices()]
    return render_template("assessments/new.html", typed=typed, problems=problems, rulebooks=choices)


def _survey_page(assessment_id: str, problems: dict[str, str], *, is_stale: bool = False) -> str:
    choice = survey_choice(installation().database, find(assessment_id))
    return render_template(
        "assessments/survey.html", assessment=choice.assessment, choice=choice, problems=problems, is_stale=is_stale
    )
