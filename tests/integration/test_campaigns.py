"""Campaigns from their file to the database: plan, opening, the document of `show`. On both engines."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from evaluation.errors import InvalidInput
from evaluation.survey.groups import GROUPS
from survey_app.domain.clock import FixedClock
from survey_app.domain.errors import (
    CampaignClosed,
    CommitTimesKept,
    KeysMissing,
    OtherPathOpen,
    PastItsEnd,
    UnknownCampaign,
    WrongState,
)
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.quotas import plan_from_text
from survey_app.domain.seal import Place, canonical_json, set_root
from survey_app.domain.stable_json import hash_text
from survey_app.services.campaigns import lifecycle
from survey_app.services.campaigns.closing import close_campaign
from survey_app.services.campaigns.lifecycle import create_campaign, open_campaign
from survey_app.services.campaigns.warnings import warnings_of
from survey_app.services.cockpit.monitoring import read_progress, show_campaign
from survey_app.services.codes.issuing import issue_codes
from survey_app.services.submission.submitting import look_up, submit
from survey_app.storage import tables
from survey_app.storage.campaigns.campaigns import PLAN, RULES, find_campaign, find_document, find_questionnaire
from survey_app.storage.session import Database
from survey_app.storage.transparency_log import list_entries
from tests.builders_campaign import school_rows, write_campaign

COUNTS = ("planned", "cap", "frame", "issued", "answered", "valid", "needs", "can_take")


@pytest.fixture
def draft(database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path) -> str:
    """A draft of 100 answers in a county of 12 schools."""
    return create_campaign(database, keys, clock, write_campaign(tmp_path))


def test_the_document_of_show_is_the_one_of_interfaces_md(database: Database, keys: KeyDirectory, draft: str) -> None:
    document = show_campaign(database, draft)
    assert list(document) == [
        "schema", "id", "name", "state", "county", "year", "rulebook", "opens", "closes", "groups", "schools", "units", "sample",
    ]  # fmt: skip
    assert document["schema"] == "junheng.campaign/1"
    assert document["id"] == draft
    assert document["state"] == "draft"
    assert document["county"] == {"code": "430302", "name": "示范县", "population": 66_600}
    assert (document["year"], document["rulebook"]) == (2026, "xiangtan-2018")
    assert (document["opens"], document["closes"]) == ("2026-11-20T08:00:00+08:00", "2026-11-27T18:00:00+08:00")
    assert list(document["groups"]) == list(GROUPS)
    assert all(tuple(counts) == COUNTS for counts in document["groups"].values())
    assert set(document["schools"][0]) == {"code", "group", "planned", "issued", "answered"}
    assert document["units"] == []
    assert document["sample"] == {"required": 100, "valid": 0, "is_valid": False, "reasons": ["too_few"]}
    json.dumps(document)


def test_the_plan_is_computed_from_residents_frames_and_expected_return(
    database: Database, keys: KeyDirectory, draft: str
) -> None:
    groups = show_campaign(database, draft)["groups"]
    # 0.0015 × 66,600 = 99.9; parents 50, the six others 50 together: 9, 9, 8, 8, 8, 8
    assert {group: counts["planned"] for group, counts in groups.items()} == dict(
        zip(GROUPS, (50, 9, 9, 8, 8, 8, 8), strict=True)
    )
    assert {group: counts["cap"] for group, counts in groups.items()} == dict(
        zip(GROUPS, (None, 9, 9, 8, 8, 8, 8), strict=True)
    )
    assert groups["principal"]["frame"] == 12
    assert groups["public"]["frame"] is None
    assert groups["parent"]["needs"] == 50


def test_codes_go_to_schools_as_the_plan_says(database: Database, keys: KeyDirectory, draft: str) -> None:
    schools = show_campaign(database, draft)["schools"]
    planned = Counter(dict.fromkeys(GROUPS, 0))
    for one in schools:
        planned[one["group"]] += one["planned"]
    # 50 / 0.8 = 62.5; 9 / 0.8 = 11.25; 8 / 0.8 = 10
    assert planned == {
        "parent": 63,
        "student": 12,
        "teacher": 12,
        "principal": 10,
        "npc_deputy": 0,
        "cppcc_member": 0,
        "public": 0,
    }
    assert sorted(one["planned"] for one in schools if one["group"] == "parent") == [3, *[10] * 6]
    assert {one["planned"] for one in schools if one["group"] == "principal"} == {1}


def test_the_same_seed_gives_the_same_plan_and_a_seed_is_kept_where_none_was_given(
    database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    path = write_campaign(tmp_path)
    first, second = (create_campaign(database, keys, clock, path) for _ in range(2))
    assert show_campaign(database, first)["schools"] == show_campaign(database, second)["schools"]
    path.write_text(path.read_text(encoding="utf-8").replace("seed: 7\n", ""), encoding="utf-8")
    third = read_progress(database, create_campaign(database, keys, clock, path))
    assert third.campaign.seed == third.plan.seed != "7"


def test_frames_and_caps_of_the_file_hold(
    database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    path = write_campaign(
        tmp_path, frames={"principal": 6, "npc_deputy": 5}, caps={"student": 4, "parent": 60}, min_sample=120
    )
    document = show_campaign(database, create_campaign(database, keys, clock, path))
    groups = document["groups"]
    assert document["sample"]["required"] == 120
    assert (groups["principal"]["planned"], groups["npc_deputy"]["planned"]) == (6, 5)
    assert sum(counts["planned"] for counts in groups.values()) == 120
    assert (groups["student"]["cap"], groups["parent"]["cap"]) == (4, 60)
    assert groups["principal"]["frame"] == 6


def test_the_stored_plan_holds_everything_a_reader_needs_to_repeat_the_draw(database: Database, draft: str) -> None:
    with database.read() as connection:
        text = find_document(connection, draft, PLAN)
    plan = plan_from_text(text)
    assert plan.text == text
    assert plan.seed == "7"
    assert plan.sizes["parent"] == {code: pupils for code, _, _, _, pupils, _ in school_rows()}


def test_a_file_with_mistakes_stores_nothing(
    database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    path = write_campaign(tmp_path, year=1, base_url="x")
    with pytest.raises(InvalidInput) as caught:
        create_campaign(database, keys, clock, path)
    assert len(caught.value.problems) == 2
    assert keys.campaign_keys() == {}
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(tables.campaign)).scalar_one() == 0


def test_opening_freezes_questionnaires_plan_rules_and_codes_by_hash(
    database: Database, keys: KeyDirectory, clock: FixedClock, draft: str
) -> None:
    issue_codes(database, keys, clock, draft)
    open_campaign(database, keys, clock, draft)
    assert show_campaign(database, draft)["state"] == "open"
    with database.read() as connection:
        (entry,) = map(json.loads, list_entries(connection, draft))
        code = tables.code.c
        places = [
            Place(bytes(row.code_hash), *row[1:])
            for row in connection.execute(select(code.code_hash, code.group, code.school, code.label))
        ]
        texts = {group: find_questionnaire(connection, draft, group)[2] for group in GROUPS}
        plan, rules = find_document(connection, draft, PLAN), find_document(connection, draft, RULES)
    assert entry == {
        "kind": "open",
        "base_url": "https://survey.example.cn",
        "campaign": draft,
        "caps": {group: number for group, number in zip(GROUPS, (None, 9, 9, 8, 8, 8, 8), strict=True) if number},
        "codes": {"n": 127, "root": set_root(canonical_json(one.document) for one in places).hex()},
        "grace_minutes": 30,
        "k": 5,
        "least_crowds": dict.fromkeys(GROUPS, 5),
        "min_milliseconds": {group: 1000 * required_of(text) for group, text in texts.items()},
        "min_seconds": "",
        "opens": "2026-11-20T00:00:00+00:00",
        "plan": hash_text(plan),
        "questionnaires": {group: hash_text(text) for group, text in texts.items()},
        "rules": hash_text(rules),
        "seed": "7",
    }
    assert keys.terms(draft) == canonical_json(entry), "web and worker go by the same terms"


def required_of(questionnaire: str) -> int:
    """One second a required question."""
    return sum(question["required"] for question in json.loads(questionnaire)["questions"])


@pytest.mark.parametrize(("given", "milliseconds"), [(0, 0), (2.5, 2_500), (3_600, None)])
def test_least_seconds_are_those_of_the_file_and_at_most_two_a_question(
    database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path, given: float, milliseconds: int | None
) -> None:
    """A file that asks for an hour would stop the survey."""
    draft = create_campaign(database, keys, clock, write_campaign(tmp_path, min_seconds=given))
    issue_codes(database, keys, clock, draft)
    open_campaign(database, keys, clock, draft)
    terms = json.loads(keys.terms(draft) or b"")
    with database.read() as connection:
        questions = json.loads(find_questionnaire(connection, draft, "parent")[2])["questions"]
    assert terms["min_milliseconds"]["parent"] == (2_000 * len(questions) if milliseconds is None else milliseconds)


def test_a_plan_with_a_group_below_k_is_refused_with_its_remedy_unless_it_is_accepted(
    database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    path = write_campaign(tmp_path, frames={"npc_deputy": 3, "principal": 4})
    with pytest.raises(InvalidInput) as caught:
        create_campaign(database, keys, clock, path)
    assert sorted(problem.where for problem in caught.value.problems) == [
        "min_sample (npc_deputy)",
        "min_sample (principal)",
    ]
    assert all("60" in problem.text("zh") for problem in caught.value.problems), "12·k"
    assert keys.campaign_keys() == {}
    draft = create_campaign(database, keys, clock, path, may_be_small=True)
    issue_codes(database, keys, clock, draft)
    open_campaign(database, keys, clock, draft)
    terms = json.loads(keys.terms(draft) or b"")
    assert (terms["least_crowds"]["npc_deputy"], terms["least_crowds"]["principal"]) == (3, 4)
    assert (terms["least_crowds"]["parent"], terms["k"]) == (5, 5)


def test_without_the_key_of_its_codes_a_draft_is_not_opened(
    database: Database, keys: KeyDirectory, clock: FixedClock, draft: str
) -> None:
    issue_codes(database, keys, clock, draft)
    keys.destroy_campaign(draft)
    with pytest.raises(KeysMissing):
        open_campaign(database, keys, clock, draft)
    assert show_campaign(database, draft)["state"] == "draft"


def test_a_server_that_keeps_the_time_of_commits_is_refused(
    database: Database, keys: KeyDirectory, clock: FixedClock, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue_codes(database, keys, clock, draft)
    with monkeypatch.context() as patch:
        patch.setattr(lifecycle, "keeps_commit_times", lambda _: True)
        with pytest.raises(CommitTimesKept):
            open_campaign(database, keys, clock, draft)
    open_campaign(database, keys, clock, draft)


def test_a_draft_is_opened_once_and_not_after_its_closing_time(
    database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    path = write_campaign(tmp_path)
    first, second = (create_campaign(database, keys, clock, path) for _ in range(2))
    open_campaign(database, keys, clock, first)
    with pytest.raises(WrongState, match="is open"):
        open_campaign(database, keys, clock, first)
    clock.moment = read_progress(database, second).campaign.closes
    with pytest.raises(WrongState, match="past its closing time"):
        open_campaign(database, keys, clock, second)


def test_codes_are_not_issued_for_a_draft_past_its_end_and_it_is_said_what_to_do(
    database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    draft = create_campaign(database, keys, clock, write_campaign(tmp_path, opens="2020-01-01", closes="2020-01-02"))
    for refused in (
        lambda: issue_codes(database, keys, clock, draft),
        lambda: open_campaign(database, keys, clock, draft),
    ):
        with pytest.raises(PastItsEnd, match=r"2020-01-02 24:00.*create a new campaign with a later end"):
            refused()
    clock.moment = datetime(2020, 1, 1, 12, 0, tzinfo=UTC)  # the clock was wrong: nothing is lost
    assert issue_codes(database, keys, clock, draft)
    open_campaign(database, keys, clock, draft)


def test_a_code_of_a_draft_past_its_end_reads_over_and_a_wrong_clock_spoils_nothing(
    database: Database, keys: KeyDirectory, clock: FixedClock, draft: str
) -> None:
    code = issue_codes(database, keys, clock, draft)[0].code
    assert look_up(database, keys, clock, code).state == "not_open"
    with database.read() as connection:
        closes = find_campaign(connection, draft).closes
    before, clock.moment = clock.moment, closes
    assert look_up(database, keys, clock, code).state == "closed"
    with pytest.raises(CampaignClosed):
        submit(database, keys, clock, code, {}, "", "")
    clock.moment = before
    open_campaign(database, keys, clock, draft)
    assert look_up(database, keys, clock, code).state == "usable"


@pytest.mark.parametrize(("path", "other_path"), [("/one", "/two"), ("", "/two"), ("/one", "")])
def test_two_campaigns_with_different_paths_can_not_be_open_together(
    database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path, path: str, other_path: str
) -> None:
    first, second, third = (
        create_campaign(database, keys, clock, write_campaign(tmp_path, base_url=f"https://{host}.example.cn{below}"))
        for host, below in (("a", path), ("b", other_path), ("c", path))
    )
    assert campaign_kinds(database, clock, second) == []
    open_campaign(database, keys, clock, first)
    open_campaign(database, keys, clock, third)
    assert campaign_kinds(database, clock, second) == ["other_path_open"]
    assert campaign_kinds(database, clock, third) == []
    with pytest.raises(OtherPathOpen, match="one path"):
        open_campaign(database, keys, clock, second)
    for one in (first, third):
        close_campaign(database, keys, clock, one)
    assert campaign_kinds(database, clock, second) == ["other_path_open"]  # their forms are still taken
    clock.move(timedelta(hours=1))
    for one in (first, third):
        close_campaign(database, keys, clock, one)
    open_campaign(database, keys, clock, second)


def campaign_kinds(database: Database, clock: FixedClock, campaign_id: str) -> list[str]:
    return [one.kind for one in warnings_of(database, clock, campaign_id)]


def test_a_campaign_that_is_not_there_is_said_to_be_so(
    database: Database, keys: KeyDirectory, clock: FixedClock
) -> None:
    with pytest.raises(UnknownCampaign, match="430302-2026-none"):
        show_campaign(database, "430302-2026-none")
    with pytest.raises(UnknownCampaign):
        open_campaign(database, keys, clock, "430302-2026-none")


def test_show_asks_the_same_number_of_queries_however_many_codes_there_are(
    database: Database, keys: KeyDirectory, clock: FixedClock, draft: str
) -> None:
    def count_queries() -> int:
        asked: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            asked.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        show_campaign(database, draft)
        event.remove(database.engine, "before_cursor_execute", note)
        return len([statement for statement in asked if statement.startswith("SELECT")])

    before = count_queries()
    issue_codes(database, keys, clock, draft)
    assert count_queries() == before <= 6
