"""How far a job is, for whoever asked for it: a page that looks again by itself until the job has ended, and then leads to what came of it."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Redirection

from survey_app.domain.jobs import Job, JobKind, JobState
from survey_app.domain.staff import Role
from survey_app.services.campaigns.jobs import record_export
from survey_app.services.jobs import (
    county_of_job,
    is_worker_missing,
    job_of,
    jobs_of,
    result_of,
    start_again,
    wait_for,
    waits_behind,
)
from survey_app.web.access import current_user, signed_in
from survey_app.web.installation import installation
from survey_app.web.jobs import wording
from survey_app.web.languages import current_language
from survey_app.web.staff_words import words

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")

WAIT_S: Final = 2.0
"""So long a page waits itself for a job that runs: what is small is seen at once."""
ROLES: Final[Mapping[JobKind, tuple[Role, ...]]] = {
    JobKind.WORKBOOK: (Role.ADMIN, Role.EVALUATOR),
    JobKind.VERDICT: (Role.ADMIN, Role.EVALUATOR),
    JobKind.PHOTOS: (Role.ADMIN, Role.EVALUATOR),
    JobKind.REPORT: (Role.ADMIN, Role.EVALUATOR),
    JobKind.SIGNING: (Role.ADMIN, Role.EVALUATOR),
    JobKind.CODES: (Role.ADMIN,),
    JobKind.EXPORT: (Role.ADMIN, Role.EVALUATOR),
    JobKind.BULLETIN: (Role.ADMIN, Role.MONITOR, Role.EVALUATOR),
}
"""Who may ask for it, and sees what came of it: those of the page that asks."""
ASKING: Final = (Role.ADMIN, Role.MONITOR, Role.EVALUATOR)


def _upload_page(job: Job) -> str:
    parts = {"assessment_id": job.arguments["assessment"], "upload_id": job.outcome["upload"]}
    return url_for("assessments.upload_report", **parts)


def _finding_page(job: Job) -> str:
    parts = {"assessment_id": job.arguments["assessment"], "clause_id": job.arguments["clause"]}
    return url_for("assessments.finding", **parts)


DESTINATIONS: Final[Mapping[JobKind, Callable[[Job], str]]] = {
    JobKind.WORKBOOK: _upload_page,
    JobKind.VERDICT: lambda job: str(job.arguments["back"]),
    JobKind.PHOTOS: lambda job: str(job.arguments["back"]),
    JobKind.SIGNING: lambda job: url_for("assessments.show", assessment_id=job.arguments["assessment"]),
    JobKind.CODES: lambda job: url_for("campaigns.codes", campaign_id=job.arguments["campaign"]),
}
"""Where a job that is done leads; the others leave a file."""
ORIGINS: Final[Mapping[JobKind, Callable[[Job], str]]] = {
    JobKind.WORKBOOK: lambda job: url_for("assessments.workbook", assessment_id=job.arguments["assessment"]),
    JobKind.VERDICT: lambda job: url_for("assessments.workbook", assessment_id=job.arguments["assessment"]),
    JobKind.PHOTOS: _finding_page,
    JobKind.REPORT: lambda job: url_for("assessments.show", assessment_id=job.arguments["assessment"]),
    JobKind.SIGNING: lambda job: url_for("assessments.sign_form", assessment_id=job.arguments["assessment"]),
    JobKind.CODES: lambda job: url_for("campaigns.codes", campaign_id=job.arguments["campaign"]),
    JobKind.EXPORT: lambda job: url_for("campaigns.results", campaign_id=job.arguments["campaign"]),
    JobKind.BULLETIN: lambda job: url_for("campaigns.show", campaign_id=job.arguments["campaign"]),
}
"""Where one goes from a job that failed."""


def job_county(parts: Mapping[str, Any]) -> str | None:
    """Of the job in `<job_id>`."""
    return county_of_job(installation(), parts["job_id"])


def lead_to_job(job_id: str) -> Redirection:
    """To the page of a job that was just asked for."""
    return redirect(url_for("jobs.show", job_id=job_id), 303)


def lead_to_file(job_id: str) -> Redirection:
    """To the file that a job leaves, if it is there soon; else to the job's page."""
    return redirect(url_for("jobs.show", job_id=job_id, file=1), 303)


@blueprint.get("")
@signed_in(*ASKING, county=None)
def listing() -> ResponseReturnValue:
    """What one has asked for."""
    mine = [one for one in jobs_of(installation(), current_user()) if current_user().role in ROLES[one.kind]]
    return render_template("jobs/list.html", jobs=mine, **_names())


@blueprint.get("/<job_id>")
@signed_in(*ASKING, county=job_county)
def show(job_id: str) -> ResponseReturnValue:
    """How far it is; when it is done, what came of it."""
    at = installation()
    one = wait_for(at, _own(job_id), WAIT_S)
    if one.state == JobState.DONE and one.kind in DESTINATIONS:
        if one.kind in wording.SAID:
            _say_once(words(wording.SAID[one.kind], **one.arguments))
        return redirect(DESTINATIONS[one.kind](one), 303)
    if one.state == JobState.DONE and "file" in request.args:
        return redirect(url_for("jobs.file", job_id=job_id), 303)
    facts = {"before": waits_behind(at, one), "is_worker_missing": one.is_under_way and is_worker_missing(at)}
    return render_template("jobs/job.html", job=one, origin=ORIGINS[one.kind](one), **facts, **_names())


@blueprint.get("/<job_id>/file")
@signed_in(*ASKING, county=job_county)
def file(job_id: str) -> ResponseReturnValue:
    """The file that it has left, as often as it takes."""
    at, one = installation(), _own(job_id)
    if one.state != JobState.DONE or "file" not in one.outcome:
        abort(404)
    if one.kind == JobKind.EXPORT:
        record_export(at, current_user(), one)
    told = one.outcome["file"]
    response = Response(result_of(at, one), content_type=told["media_type"])
    response.headers.set("Content-Disposition", "attachment", **_named(told["name"]))
    response.content_length = told["size"]
    return response


@blueprint.post("/<job_id>")
@signed_in(*ASKING, county=job_county)
def again(job_id: str) -> ResponseReturnValue:
    """Starts one that has failed once more."""
    _own(job_id)
    start_again(installation(), current_user(), job_id)
    return lead_to_job(job_id)


def _say_once(sentence: str) -> None:
    """On the next page, however often a script has looked before."""
    if sentence not in {said for _, said in session.get("_flashes", [])}:
        flash(sentence)


def _named(name: str) -> dict[str, str]:
    """The name of a file in a header, which has no letters beyond ASCII (RFC 8187)."""
    return {"filename": name} if name.isascii() else {"filename*": f"UTF-8''{quote(name)}"}


def _own(job_id: str) -> Job:
    one = job_of(installation(), current_user(), job_id)
    if current_user().role not in ROLES[one.kind]:
        abort(403)
    return one


def _names() -> dict[str, object]:
    language = current_language()
    return {
        "kind_name": lambda job: words(wording.KINDS[job.kind]),
        "state_name": lambda job: words(wording.STATES[job.state]),
        "tone": lambda job: wording.TONES.get(job.state, "wait"),
        "why": lambda job: words(wording.FAILURES[job.failure]) if job.failure else "",
        "problems": lambda job: [(one["where"], one[language]) for one in job.outcome.get("problems", [])],
    }
