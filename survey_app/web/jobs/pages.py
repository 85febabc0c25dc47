"""How far a job is, for whoever asked for it: a page that looks again by itself until the job has ended, and then leads to what came of it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey_app.domain.jobs import Job, JobKind, JobState
from survey_app.domain.staff import Role
from survey_app.services.jobs import (
    county_of_job,
    is_worker_missing,
    job_of,
    jobs_of,
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
}
"""Who may ask for it, and sees what came of it: those of the page that asks."""
ASKING: Final = (Role.ADMIN, Role.MONITOR, Role.EVALUATOR)


def _upload_page(job: Job) -> str:
    parts = {"assessment_id": job.arguments["assessment"], "upload_id": job.outcome["upload"]}
    return url_for("assessments.upload_report", **parts)


DESTINATIONS: Final[Mapping[JobKind, Callable[[Job], str]]] = {
    JobKind.WORKBOOK: _upload_page,
    JobKind.VERDICT: lambda job: str(job.arguments["back"]),
}
"""Where a job that is done leads."""
ORIGINS: Final[Mapping[JobKind, Callable[[Job], str]]] = {
    JobKind.WORKBOOK: lambda job: url_for("assessments.workbook", assessment_id=job.arguments["assessment"]),
    JobKind.VERDICT: lambda job: url_for("assessments.workbook", assessment_id=job.arguments["assessment"]),
}
"""Where one goes from a job that failed."""


def job_county(parts: Mapping[str, Any]) -> str | None:
    """Of the job in `<job_id>`."""
    return county_of_job(installation(), parts["job_id"])


def lead_to_job(job_id: str) -> ResponseReturnValue:
    """To the page of a job that was just asked for."""
    return redirect(url_for("jobs.show", job_id=job_id), 303)


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
    if one.state == JobState.DONE:
        return redirect(DESTINATIONS[one.kind](one), 303)
    facts = {"before": waits_behind(at, one), "is_worker_missing": one.is_under_way and is_worker_missing(at)}
    return render_template("jobs/job.html", job=one, origin=ORIGINS[one.kind](one), **facts, **_names())


@blueprint.post("/<job_id>")
@signed_in(*ASKING, county=job_county)
def again(job_id: str) -> ResponseReturnValue:
    """Starts one that has failed once more."""
    _own(job_id)
    start_again(installation(), current_user(), job_id)
    return lead_to_job(job_id)


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
