"""Assessments begin once, by a rulebook that is frozen then; they are joined with closed surveys of their county."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.errors import InvalidInput
from evaluation.rulebook.loading import load_rulebook
from survey_app.domain.clock import FixedClock
from survey_app.domain.errors import UnknownAssessment
from survey_app.services.assessments.sources import rulebook_of
from survey_app.services.assessments.starting import (
    link_campaign,
    rulebook_choices,
    show_assessment,
    start_assessment,
    visible_assessments,
)
from survey_app.services.audit import read_audit
from survey_app.storage.assessments.assessments import find_rulebook
from survey_app.storage.audit import AuditFilter
from survey_app.storage.session import Database
from tests.builders_assessments import ADMIN, LI, NEW, close_golden_survey, start
from tests.paths import GOLDEN


def test_the_rulebook_is_kept_as_its_file_stands(database: Database, clock: FixedClock) -> None:
    assessment = show_assessment(database, start(database, clock))
    rulebook = load_rulebook("xiangtan-2018")
    with database.read() as connection:
        assert find_rulebook(connection, assessment.rulebook_sha256).startswith("# ")
        kept = rulebook_of(connection, assessment)
    assert (kept, kept.sha256) == (rulebook, assessment.rulebook_sha256)


def test_beginning_is_logged(database: Database, clock: FixedClock) -> None:
    start(database, clock)
    (entry,) = read_audit(database, AuditFilter(object="assessment/")).entries
    assert (entry.staff, entry.action, entry.object, entry.county) == (
        "admin",
        "assessment_started",
        "assessment/2020-439901",
        "439901",
    )


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("county_code", "43990"),
        ("county_code", "湘潭县"),
        ("county_name", "  "),
        ("county_name", "县" * 101),
        ("year", "20"),
        ("year", "二〇二〇"),
        ("year", "²020"),
        ("rulebook", "no-such"),
        ("rulebook", "../xiangtan-2018"),
    ],
)
def test_what_is_typed_wrongly_is_said_at_its_field(
    database: Database, clock: FixedClock, field: str, typed: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        start(database, clock, replace(NEW, **{field: typed}))
    assert [problem.where for problem in refused.value.problems] == [field]
    assert visible_assessments(database, ADMIN) == []


def test_a_form_sent_twice_at_once_begins_one_assessment(database: Database, clock: FixedClock) -> None:
    def begin(_: int) -> str | None:
        try:
            return start_assessment(database, clock, LI, NEW)
        except InvalidInput as refused:
            assert refused.problems[0].kind == "assessment_started_before"  # noqa: PT017
            return None

    with ThreadPoolExecutor(4) as pool:
        begun = list(pool.map(begin, range(4)))
    assert [one for one in begun if one] == ["2020-439901"]


def test_another_rulebook_is_another_assessment(database: Database, clock: FixedClock) -> None:
    others = [one.id for one in rulebook_choices() if one.id != NEW.rulebook]
    start(database, clock)
    for number, name in enumerate(others, start=2):
        assert start(database, clock, replace(NEW, rulebook=name)) == f"2020-439901-{number}"


def test_each_sees_the_own_county(database: Database, clock: FixedClock) -> None:
    start(database, clock)
    start(database, clock, replace(NEW, county_code="430302", county_name="别县"))
    assert [one.id for one in visible_assessments(database, LI)] == ["2020-439901"]
    assert len(visible_assessments(database, ADMIN)) == 2


def test_only_a_closed_survey_of_the_county_can_be_joined(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    campaign = close_golden_survey(database, clock, GOLDEN / "counties" / "good-11")
    id_ = start(database, clock)  # of another county
    with pytest.raises(InvalidInput):
        link_campaign(database, clock, LI, id_, campaign, None)
    own = start(database, clock, replace(NEW, county_code="430300"))
    assert link_campaign(database, clock, ADMIN, own, campaign, None)
    assert show_assessment(database, own).campaign == campaign


def test_a_choice_made_from_an_old_page_is_told_so(database: Database, clock: FixedClock) -> None:
    folder = GOLDEN / "counties" / "good-11"
    campaigns = [close_golden_survey(database, clock, folder, name) for name in ("one", "two")]
    id_ = start(database, clock, replace(NEW, county_code="430300"))
    assert link_campaign(database, clock, ADMIN, id_, campaigns[0], None)
    assert not link_campaign(database, clock, ADMIN, id_, campaigns[1], None)
    assert link_campaign(database, clock, ADMIN, id_, campaigns[1], campaigns[0])
    assert show_assessment(database, id_).campaign == "two"


def test_an_unknown_assessment_is_said(database: Database) -> None:
    with pytest.raises(UnknownAssessment):
        show_assessment(database, "2020-000000")
