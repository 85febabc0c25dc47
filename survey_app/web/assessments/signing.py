"""Signing, reopening, and the history of both."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evaluation.errors import InvalidInput
from survey_app.domain.assessments import TEXT_LIMIT
from survey_app.services.assessments.files import verdict_words
from survey_app.services.assessments.jobs import ask_for_signing, ask_for_verdict
from survey_app.services.assessments.judging import NotJudged
from survey_app.services.assessments.signing import (
    may_reopen,
    prepare_signing,
    read_manifest,
    reopen,
    signings_of,
)
from survey_app.web.access import current_user, signed_in
from survey_app.web.assessments import wording
from survey_app.web.assessments.blueprint import WORKERS, blueprint, find
from survey_app.web.counties import assessment_county
from survey_app.web.installation import installation
from survey_app.web.jobs import lead_to_job
from survey_app.web.languages import current_language
from survey_app.web.staff_words import notify, problems_by_field, words


@blueprint.get("/<assessment_id>/sign")
@signed_in(*WORKERS, county=assessment_county)
def sign_form(assessment_id: str) -> ResponseReturnValue:
    """What would be frozen, what is in the way, and the history of signatures."""
    return _sign_page(assessment_id, {})


@blueprint.post("/<assessment_id>/sign")
@signed_in(*WORKERS, county=assessment_county)
def sign_assessment(assessment_id: str) -> ResponseReturnValue:
    """Has the assessment frozen as the signer saw it, by a job, which writes its files."""
    seen, knows_open = request.form.get("seen", ""), request.form.get("knows_open") == "1"
    try:
        job = ask_for_signing(installation(), current_user(), assessment_id, seen, knows_open=knows_open)
    except InvalidInput as invalid:
        return _refused(assessment_id, problems_by_field(invalid))
    return lead_to_job(job)


@blueprint.post("/<assessment_id>/reopen")
@signed_in(*WORKERS, county=assessment_county)
def reopen_assessment(assessment_id: str) -> ResponseReturnValue:
    """Opens a signed assessment again, with a reason."""
    at = installation()
    try:
        reopen(at.database, at.clock, current_user(), assessment_id, request.form.get("reason", ""))
    except InvalidInput as invalid:
        return _sign_page(assessment_id, problems_by_field(invalid)), 422
    notify(wording.REOPENED)
    return redirect(url_for("assessments.show", assessment_id=assessment_id), 303)


def _refused(assessment_id: str, problems: dict[str, str]) -> ResponseReturnValue:
    """The page with what is in the way; where what stands now is yet to be judged, after a job has done so."""
    try:
        return _sign_page(assessment_id, problems), 422
    except NotJudged as missing:
        for sentence in problems.values():
            flash(sentence)
        back = url_for("assessments.sign_form", assessment_id=assessment_id)
        return lead_to_job(ask_for_verdict(installation(), current_user(), missing, back))


def _sign_page(assessment_id: str, problems: dict[str, str]) -> str:
    at, user = installation(), current_user()
    assessment, signings = find(assessment_id), signings_of(at.database, assessment_id)
    prepared = prepare_signing(at.database, assessment_id, user)
    shown = None if prepared.is_hidden else prepared.result
    return render_template(
        "assessments/sign.html",
        assessment=assessment,
        prepared=prepared,
        verdict=verdict_words(shown, current_language()) if shown else None,
        obstacles=[words(one) for one in prepared.obstacles],
        signings=[(one, read_manifest(one)) for one in signings],
        may_reopen=assessment.is_signed and may_reopen(user, signings[0]),
        problems=problems,
        reason=request.form.get("reason", ""),
        limit=TEXT_LIMIT,
    )
