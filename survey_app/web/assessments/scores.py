"""The scored clauses: an indicator a page, the own scores first."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from evaluation.errors import InvalidInput
from survey_app.domain.assessments import TEXT_LIMIT, EntryKey, EntryKind, is_workbook_owner
from survey_app.domain.staff import Role
from survey_app.services.assessments.entries import Conflict
from survey_app.services.assessments.score_views import ClauseScores, IndicatorScores, show_scores
from survey_app.services.assessments.scoring import TypedScore, count_again, leave_rest, save_scores, set_aside
from survey_app.web.access import current_user, signed_in
from survey_app.web.assessments import wording
from survey_app.web.assessments.blueprint import WORKERS, blueprint, find
from survey_app.web.counties import assessment_county
from survey_app.web.installation import installation
from survey_app.web.staff_words import notify, problems_by_field


@blueprint.get("/<assessment_id>/scores")
@signed_in(*WORKERS, county=assessment_county)
def scores(assessment_id: str) -> ResponseReturnValue:
    """The scored indicators, and how far the reader has come."""
    indicators = _indicators(assessment_id)
    return render_template("assessments/scores.html", assessment=find(assessment_id), indicators=indicators)


@blueprint.get("/<assessment_id>/scores/<indicator_id>")
@signed_in(*WORKERS, county=assessment_county)
def score(assessment_id: str, indicator_id: str) -> ResponseReturnValue:
    """One indicator: the own scores to fill in, then what the others gave."""
    return _score_page(assessment_id, indicator_id, {})


@blueprint.post("/<assessment_id>/scores/<indicator_id>")
@signed_in(Role.EVALUATOR, county=assessment_county)
def enter_scores(assessment_id: str, indicator_id: str) -> ResponseReturnValue:
    """Saves the own scores of an indicator, all or none."""
    at = installation()
    position, found = _find(assessment_id, indicator_id)
    typed = [_typed(one) for one in found[position].clauses]
    try:
        conflicts = save_scores(at.database, at.clock, current_user(), assessment_id, typed)
    except InvalidInput as invalid:
        return _score_page(assessment_id, indicator_id, problems_by_field(invalid)), 422
    if conflicts:
        return _score_page(assessment_id, indicator_id, {}, conflicts), 409
    notify(wording.SCORES_SAVED, indicator=indicator_id)
    return _go_on(assessment_id, position, _indicators(assessment_id))


@blueprint.post("/<assessment_id>/scores")
@signed_in(Role.EVALUATOR, county=assessment_county)
def leave_scores(assessment_id: str) -> ResponseReturnValue:
    """Leaves what the reader has not scored to the others."""
    at = installation()
    count = leave_rest(at.database, at.clock, current_user(), assessment_id)
    notify(wording.REST_LEFT, count=count)
    return redirect(url_for("assessments.scores", assessment_id=assessment_id), 303)


@blueprint.get("/<assessment_id>/scores/<indicator_id>/set-aside")
@signed_in(*WORKERS, county=assessment_county)
def set_aside_form(assessment_id: str, indicator_id: str) -> ResponseReturnValue:
    """Asks why a score of the workbook should not be counted."""
    return _set_aside_page(assessment_id, indicator_id, {})


@blueprint.post("/<assessment_id>/scores/<indicator_id>/set-aside")
@signed_in(*WORKERS, county=assessment_county)
def set_score_aside(assessment_id: str, indicator_id: str) -> ResponseReturnValue:
    """Leaves a score of the workbook out of the mean, or counts it again."""
    at, key, seen = installation(), _workbook_key(), _number("seen")
    if request.form.get("act") == "again":
        count_again(at.database, at.clock, current_user(), assessment_id, key, seen)
        notify(wording.COUNTED_AGAIN)
        return redirect(url_for("assessments.score", assessment_id=assessment_id, indicator_id=indicator_id), 303)
    try:
        saved = set_aside(at.database, at.clock, current_user(), assessment_id, key, seen, request.form.get("text", ""))
    except InvalidInput as invalid:
        return _set_aside_page(assessment_id, indicator_id, problems_by_field(invalid)), 422
    if isinstance(saved, Conflict):
        return _set_aside_page(assessment_id, indicator_id, {}, is_stale=True), 409
    notify(wording.SET_ASIDE)
    return redirect(url_for("assessments.score", assessment_id=assessment_id, indicator_id=indicator_id), 303)


def _indicators(assessment_id: str) -> list[IndicatorScores]:
    return show_scores(installation().database, assessment_id, current_user())


def _find(assessment_id: str, indicator_id: str) -> tuple[int, list[IndicatorScores]]:
    """All scored indicators, and the position of one among them."""
    found = _indicators(assessment_id)
    position = next((number for number, one in enumerate(found) if one.id == indicator_id), None)
    if position is None:
        raise NotFound
    return position, found


def _typed(clause: ClauseScores) -> TypedScore:
    form = request.form
    return TypedScore(
        clause.id,
        form.get(f"score-{clause.id}", ""),
        form.get(f"text-{clause.id}", ""),
        _number(f"seen-{clause.id}"),
        leaves=form.get(f"leave-{clause.id}") == "1",
    )


def _number(field: str) -> int:
    typed = request.form.get(field, "")
    return int(typed) if typed.isascii() and typed.isdigit() else 0


def _go_on(assessment_id: str, position: int, indicators: list[IndicatorScores]) -> ResponseReturnValue:
    """To the next indicator with something open for the reader, or back to the list."""
    others = indicators[position + 1 :] + indicators[:position]
    open_id = next((one.id for one in others if one.open_for_own), None)
    if request.form.get("act") == "next" and open_id:
        return redirect(url_for("assessments.score", assessment_id=assessment_id, indicator_id=open_id), 303)
    here = url_for("assessments.score", assessment_id=assessment_id, indicator_id=indicators[position].id)
    return redirect(here, 303)


def _score_page(
    assessment_id: str, indicator_id: str, problems: dict[str, str], conflicts: list[Conflict] | None = None
) -> str:
    """The form with what stands, or as it was sent where something is wrong with it."""
    position, found = _find(assessment_id, indicator_id)
    is_again = bool(problems or conflicts)
    return render_template(
        "assessments/score.html",
        assessment=find(assessment_id),
        indicator=found[position],
        typed={one.id: _typed(one) for one in found[position].clauses} if is_again else {},
        problems=problems,
        conflicts={one.mine.key.subject: one for one in conflicts or []},
        limit=TEXT_LIMIT,
    )


def _workbook_key() -> EntryKey:
    clause, owner = request.values.get("clause", ""), request.values.get("owner", "")
    if not is_workbook_owner(owner):
        raise NotFound
    return EntryKey(EntryKind.SCORE, clause, owner)


def _set_aside_page(assessment_id: str, indicator_id: str, problems: dict[str, str], *, is_stale: bool = False) -> str:
    key = _workbook_key()
    position, found = _find(assessment_id, indicator_id)
    clause = next((one for one in found[position].clauses if one.id == key.subject), None)
    entry = next((one for one in clause.others if one.key == key), None) if clause else None
    if clause is None or (entry is None and not is_stale):
        raise NotFound
    return render_template(
        "assessments/set_aside.html",
        assessment=find(assessment_id),
        indicator=found[position],
        clause=clause,
        entry=entry,
        owner=key.owner,
        text=request.form.get("text", ""),
        problems=problems,
        is_stale=is_stale,
        limit=TEXT_LIMIT,
    )
