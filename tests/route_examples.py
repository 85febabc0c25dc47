"""How to fill the parts of an address with something of the county `OWN_COUNTY`, for tests that go through all routes.

A route joins such tests by itself; whoever gives an address a part of a new name adds here what stands for it.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from survey_app.domain.assessments import AssessmentState, CountyAssessment
from survey_app.domain.jobs import JobKind
from survey_app.domain.staff import Role, StaffUser
from survey_app.services.accounts.users import find_user
from survey_app.services.jobs import ask
from survey_app.storage.assessments.assessments import insert_assessment, keep_rulebook
from tests.builders_staff import OWN_COUNTY, installation_of, make_account
from tests.builders_survey import CAMPAIGN

ASSESSMENT = "a-of-own-county"
ACCOUNT = "of-own-county"


def own_account(app: Flask) -> str:
    """An account that is bound to the county."""
    if find_user(installation_of(app).database, ACCOUNT) is None:
        make_account(app, ACCOUNT, Role.MONITOR, OWN_COUNTY)
    return ACCOUNT


def own_assessment(app: Flask) -> str:
    """An assessment of the county."""
    at = installation_of(app)
    with at.database.write() as connection:
        keep_rulebook(connection, "0" * 64, "")
        row = (ASSESSMENT, OWN_COUNTY, "测试县", 2026, "xiangtan-2018", "0" * 64, AssessmentState.DRAFT, None, "x")
        insert_assessment(connection, CountyAssessment(*row, at.clock.now()))
    return ASSESSMENT


def own_job(app: Flask) -> str:
    """A job about the county."""
    user = StaffUser("x", Role.EVALUATOR, OWN_COUNTY)
    return ask(installation_of(app), user, JobKind.VERDICT, f"assessment/{ASSESSMENT}", OWN_COUNTY, {})


def fixed(text: str) -> Callable[[Flask], str]:
    """Something that has no county of its own."""
    return lambda _app: text


PARTS: dict[str, Callable[[Flask], Any]] = {
    "campaign_id": fixed(CAMPAIGN),  # tests that use this have an open survey of the county (fixture `survey`)
    "assessment_id": own_assessment,
    "name": own_account,
    "token_id": fixed("0"),
    "code": fixed("430302001"),
    "filename": fixed("staff.css"),
    "job_id": own_job,
    "indicator_id": fixed("8"),
    "clause_id": fixed("10.1"),
    "upload_id": fixed("0"),
    "photo_id": fixed("0"),
    "file_name": fixed("report.html"),
    "code_file": fixed("codes.csv"),
    "bulletin_ending": fixed("pdf"),
    "export_ending": fixed("csv"),
}


def example_parts(app: Flask, rule: Rule) -> dict[str, Any]:
    """The parts of an address of this route."""
    missing = set(rule.arguments) - set(PARTS)
    assert not missing, f"{rule}: say in tests/route_examples.py what stands for {sorted(missing)}"
    return {name: PARTS[name](app) for name in rule.arguments}
