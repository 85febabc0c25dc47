"""Codes: issued once, replaced in their cell, never in clear in the database; units that never change. On both engines."""

import json
import threading
from collections import Counter
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import func, select, update

from evaluation.errors import InvalidInput
from evaluation.survey.groups import GROUPS
from survey_app.domain.clock import FixedClock
from survey_app.domain.codes import hash_code, read_code
from survey_app.domain.errors import WrongState
from survey_app.domain.keys import KeyDirectory
from survey_app.services.campaigns.closing import close_campaign
from survey_app.services.campaigns.lifecycle import create_campaign, open_campaign
from survey_app.services.cockpit.monitoring import show_campaign
from survey_app.services.codes import issuing
from survey_app.services.codes.issuing import AllUnused, IssuedCode, issue_codes, reissue_codes, revoke_codes
from survey_app.services.submission.submitting import look_up, start_token, submit
from survey_app.storage import tables
from survey_app.storage.session import Database
from survey_app.storage.transparency_log import list_entries
from tests.builders_campaign import school_rows, write_campaign


@pytest.fixture
def campaign(database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path) -> str:
    """A draft: 63 codes for parents at 7 schools, 12 for students and teachers, 10 for each other group."""
    return create_campaign(database, keys, clock, write_campaign(tmp_path))


def answer(database: Database, keys: KeyDirectory, clock: FixedClock, code: str) -> None:
    """Fills in the sheet of a code, as short as it may be."""
    questions = look_up(database, keys, clock, code).questionnaire.questions
    fields = {question.id: ["1"] for question in questions if question.required}
    started = start_token(keys, clock, code)
    clock.move(timedelta(minutes=2))
    submit(database, keys, clock, code, fields, code, started)


def issued_in(database: Database, keys: KeyDirectory, campaign: str) -> dict[str, int]:
    return {group: counts["issued"] for group, counts in show_campaign(database, campaign)["groups"].items()}


def labels_of(database: Database, codes: list[IssuedCode], key: bytes) -> list[str]:
    hashes = {one.code: hash_code(key, read_code(one.code)) for one in codes}
    with database.read() as connection:
        stored = {
            bytes(h): name for h, name in connection.execute(select(tables.code.c.code_hash, tables.code.c.label))
        }
    return [stored[hashes[one.code]] for one in codes]


def test_every_cell_gets_the_codes_the_plan_wants(
    database: Database, keys: KeyDirectory, clock: FixedClock, campaign: str
) -> None:
    issued = issue_codes(database, keys, clock, campaign)
    document = show_campaign(database, campaign)
    assert Counter((one.group, one.school) for one in issued if one.school) == {
        (one["group"], one["code"]): one["planned"] for one in document["schools"]
    }
    assert issued_in(database, keys, campaign) == dict(Counter(one.group for one in issued))
    assert all(one["issued"] == one["planned"] for one in document["schools"])
    assert Counter(one.group for one in issued) == {
        "parent": 63, "student": 12, "teacher": 12, "principal": 10, "npc_deputy": 10, "cppcc_member": 10, "public": 10,
    }  # fmt: skip


def test_a_slip_names_its_school_and_its_address_opens_the_form(
    database: Database, keys: KeyDirectory, clock: FixedClock, campaign: str
) -> None:
    names = {code: name for code, name, *_ in school_rows()}
    for one in issue_codes(database, keys, clock, campaign):
        assert one.school_name == names.get(one.school, "")
        assert one.url == f"https://survey.example.cn/s/{read_code(one.code)}"
        assert len(one.url) <= 62


def test_a_second_issue_adds_nothing_and_after_a_cancellation_what_is_missing(
    database: Database, keys: KeyDirectory, clock: FixedClock, campaign: str
) -> None:
    first = issue_codes(database, keys, clock, campaign)
    assert issue_codes(database, keys, clock, campaign) == []
    revoke_codes(database, keys, clock, campaign, [first[0].code, first[1].code])
    second = issue_codes(database, keys, clock, campaign)
    assert [(one.group, one.school) for one in second] == [(one.group, one.school) for one in first[:2]]
    assert not {one.code for one in second} & {one.code for one in first}


def test_ten_issues_at_once_issue_once(
    database: Database, keys: KeyDirectory, clock: FixedClock, campaign: str
) -> None:
    issued: list[int] = []
    start = threading.Barrier(10)

    def issue() -> None:
        start.wait()
        issued.append(len(issue_codes(database, keys, clock, campaign)))

    threads = [threading.Thread(target=issue) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(issued) == [*[0] * 9, 127]
    assert sum(issued_in(database, keys, campaign).values()) == 127


def test_the_database_holds_no_code_and_no_key(
    database: Database, database_url: str, keys: KeyDirectory, clock: FixedClock, campaign: str, tmp_path: Path
) -> None:
    issued = issue_codes(database, keys, clock, campaign)
    with database.read() as connection:
        rows = [row for table in tables.metadata.sorted_tables for row in connection.execute(select(table)).all()]
    text = repr(rows)
    key = keys.campaign_key(campaign)
    assert all(read_code(one.code) not in text and one.code not in text for one in issued)
    assert repr(key)[2:-1] not in text
    assert key.hex() not in text


def test_a_stolen_database_can_not_vote_with_another_key(
    database: Database, keys: KeyDirectory, clock: FixedClock, campaign: str
) -> None:
    issued = issue_codes(database, keys, clock, campaign)
    with database.read() as connection:
        stored = {bytes(h) for h in connection.execute(select(tables.code.c.code_hash)).scalars()}
    assert stored == {hash_code(keys.campaign_key(campaign), read_code(one.code)) for one in issued}
    assert not stored & {hash_code(bytes(32), read_code(one.code)) for one in issued}


def test_units_are_shown_with_their_schools_and_small_neighbours_share_one(
    database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    rows = [(f"S{n}", f"学校{n}", "小学", "乡村", 3 if n < 5 else 500, 30) for n in range(1, 9)]
    path = write_campaign(tmp_path, rows, per_school=10)
    campaign = create_campaign(database, keys, clock, path)
    issue_codes(database, keys, clock, campaign)
    document = show_campaign(database, campaign)
    issued = {(one["group"], one["code"]): one["issued"] for one in document["schools"]}
    for unit in document["units"]:
        assert (
            sum(issued[unit["group"], school] for school in unit["schools"] if (unit["group"], school) in issued) >= 8
        )
        assert unit["schools"] == sorted(unit["schools"])
        assert (unit["unit"] == unit["schools"][0]) == (len(unit["schools"]) == 1)
        assert unit["valid"] == 0
    assert {unit["group"] for unit in document["units"]} == {"parent", "student", "teacher"}
    unit_of = {(unit["group"], school): unit["unit"] for unit in document["units"] for school in unit["schools"]}
    of_school: dict[str, set[str]] = {}
    for (_, school), unit in unit_of.items():
        of_school.setdefault(school, set()).add(unit)
    assert all(len(names) == 1 for names in of_school.values()), "a school is in one unit, for all groups"
    assert any(len(unit["schools"]) > 1 for unit in document["units"])


def test_a_group_that_has_no_units_tells_nobody_how_many_of_a_school_took_part(
    database: Database, keys: KeyDirectory, clock: FixedClock, campaign: str
) -> None:
    issue_codes(database, keys, clock, campaign)
    schools = show_campaign(database, campaign)["schools"]
    answered = {
        one["group"]: {other["answered"] for other in schools if other["group"] == one["group"]} for one in schools
    }
    assert answered["principal"] == {None}
    assert answered["parent"] == answered["teacher"] == {0}


def test_a_group_below_k_has_no_unit_even_where_others_have(
    database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    path = write_campaign(tmp_path, frames={"teacher": 4})
    campaign = create_campaign(database, keys, clock, path, may_be_small=True)
    issued = issue_codes(database, keys, clock, campaign)
    teachers = [one for one in issued if one.group == "teacher"]
    assert 0 < len(teachers) < 5
    assert set(labels_of(database, teachers, keys.campaign_key(campaign))) == {f"{campaign}/teacher/"}
    assert {unit["group"] for unit in show_campaign(database, campaign)["units"]} == {"parent", "student"}


def test_a_label_with_more_codes_than_a_pool_shall_hold_is_split_into_even_parts(
    database: Database, keys: KeyDirectory, clock: FixedClock, campaign: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "POOL_SIZE", 4)
    issued = issue_codes(database, keys, clock, campaign)
    key = keys.campaign_key(campaign)
    of_public = [one for one in issued if one.group == "public"]
    label = f"{campaign}/public/"
    assert Counter(labels_of(database, of_public, key)) == {label: 4, f"{label}~2": 3, f"{label}~3": 3}
    sizes = Counter(labels_of(database, issued, key))
    assert max(sizes.values()) <= 4
    with database.read() as connection:
        rows = connection.execute(select(tables.label.c.label, tables.label.c.unit, tables.label.c.text_label)).all()
        pools = set(connection.execute(select(tables.pool.c.label)).scalars())
    units = {row.label: row.unit for row in rows}
    assert units[label] == units[f"{label}~2"] == units[f"{label}~3"] == ""
    assert all(row.unit == row.label.rpartition("/")[2].partition("~")[0] for row in rows)
    text_labels = Counter({row.label: row.text_label for row in rows if row.text_label}.values())
    assert {name for name in text_labels if "/parent/" in name} >= {
        f"{campaign}/parent/!text",
        f"{campaign}/parent/!text~2",
    }
    assert set(text_labels) | set(sizes) == pools
    revoke_codes(database, keys, clock, campaign, [one.code for one in of_public[:2]])
    anew = issue_codes(database, keys, clock, campaign)
    assert set(labels_of(database, anew, key)) <= {label, f"{label}~2", f"{label}~3"}, "no pool is made for them"


def test_codes_of_a_split_label_are_taken_in_every_part_of_it_and_come_out_together(
    database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "POOL_SIZE", 3)
    campaign = create_campaign(database, keys, clock, write_campaign(tmp_path, grace_minutes=0, min_seconds=0))
    issued = issue_codes(database, keys, clock, campaign)
    open_campaign(database, keys, clock, campaign)
    codes = [one.code for one in issued if one.group == "public"][:8]
    for code in codes:
        questions = look_up(database, keys, clock, code).questionnaire.questions
        fields = {question.id: ["1"] for question in questions if question.required}
        fields |= {question.id: ["好"] for question in questions if question.type == "text"}
        submit(database, keys, clock, code, fields, "n", start_token(keys, clock, code))
    close_campaign(database, keys, clock, campaign)
    groups = show_campaign(database, campaign)["groups"]
    assert (groups["public"]["responses"], groups["public"]["withheld"]) == (8, 0)
    with database.read() as connection:
        assert set(connection.execute(select(tables.response.c.label)).scalars()) == {f"{campaign}/public/"}
        assert len(connection.execute(select(tables.comment)).all()) == 8


def test_codes_without_a_unit_bear_the_label_of_their_group(
    database: Database, keys: KeyDirectory, clock: FixedClock, campaign: str
) -> None:
    issued = issue_codes(database, keys, clock, campaign)
    labels = labels_of(database, issued, keys.campaign_key(campaign))
    for one, label in zip(issued, labels, strict=True):
        assert label.startswith(f"{campaign}/{one.group}/")
        assert (label == f"{campaign}/{one.group}/") == (one.group not in ("parent", "student", "teacher"))


def test_every_label_has_a_pool_whose_private_key_is_in_the_key_directory(
    database: Database, keys: KeyDirectory, clock: FixedClock, campaign: str
) -> None:
    issued = issue_codes(database, keys, clock, campaign)
    with database.read() as connection:
        pools = connection.execute(select(tables.pool.c.label, tables.pool.c.batch, tables.pool.c.pub_sha256)).all()
    labels = set(labels_of(database, issued, keys.campaign_key(campaign)))
    assert {row.label for row in pools} == labels | {
        f"{campaign}/{group}/!text" for group in GROUPS if group != "student"
    }
    # pupils are asked for no text
    for row in pools:
        public_key = X25519PrivateKey.from_private_bytes(keys.pool_key(row.label, row.batch)).public_key()  # type: ignore[arg-type]
        assert public_key.public_bytes_raw() == keys.public_key(row.label, row.batch)
        assert sha256(public_key.public_bytes_raw()).digest() == bytes(row.pub_sha256)
    assert keys.pool_batches() == sorted((row.label, row.batch) for row in pools)


def test_units_never_change_once_codes_are_out(
    database: Database, keys: KeyDirectory, clock: FixedClock, campaign: str
) -> None:
    first = issue_codes(database, keys, clock, campaign)
    before = show_campaign(database, campaign)["units"]
    school = next(one.school for one in first if one.group == "parent")
    revoke_codes(database, keys, clock, campaign, [one.code for one in first if one.school == school])
    issue_codes(database, keys, clock, campaign)
    assert show_campaign(database, campaign)["units"] == before


def test_a_new_school_of_a_later_issue_gets_a_unit_of_its_own(
    database: Database, keys: KeyDirectory, clock: FixedClock, campaign: str
) -> None:
    issue_codes(database, keys, clock, campaign)
    before = show_campaign(database, campaign)["units"]
    with database.write() as connection:
        values = {"campaign": campaign, "group": "parent", "school": "S999", "planned": 8}
        connection.execute(tables.allocation.insert(), values)
    assert len(issue_codes(database, keys, clock, campaign)) == 8
    new = [unit for unit in show_campaign(database, campaign)["units"] if unit not in before]
    assert [(unit["unit"], unit["schools"]) for unit in new] == [("S999", ["S999"])]


def test_a_failed_hand_over_issues_nothing(
    database: Database, keys: KeyDirectory, clock: FixedClock, campaign: str
) -> None:
    def fail(_issued: object) -> None:
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        issue_codes(database, keys, clock, campaign, hand_over=fail)
    assert sum(issued_in(database, keys, campaign).values()) == 0
    assert len(issue_codes(database, keys, clock, campaign)) == 127


def test_a_replaced_code_takes_the_cell_of_the_old_one_which_is_unknown_from_then_on(
    database: Database, keys: KeyDirectory, clock: FixedClock, campaign: str
) -> None:
    first = issue_codes(database, keys, clock, campaign)
    before = show_campaign(database, campaign)
    old = [first[0], first[70], first[-1]]
    new = reissue_codes(database, keys, clock, campaign, [one.code.lower() for one in old])
    assert [(one.group, one.school, one.school_name) for one in new] == [
        (one.group, one.school, one.school_name) for one in old
    ]
    key = keys.campaign_key(campaign)
    assert labels_of(database, new, key) == labels_of(database, old, key)
    assert show_campaign(database, campaign) == before
    with pytest.raises(InvalidInput) as caught:
        revoke_codes(database, keys, clock, campaign, [one.code for one in old])
    assert [problem.kind for problem in caught.value.problems] == ["code_cancelled"] * 3


@pytest.mark.parametrize("by_group", [True, False])
@pytest.mark.parametrize("by_school", [True, False])
def test_all_unused_codes_of_a_place_are_replaced_and_cancelled_and_used_ones_stay(
    database: Database, keys: KeyDirectory, clock: FixedClock, campaign: str, by_group: bool, by_school: bool
) -> None:
    issued = issue_codes(database, keys, clock, campaign)
    open_campaign(database, keys, clock, campaign)
    used = next(one for one in issued if one.group == "parent")
    answer(database, keys, clock, used.code)
    which = AllUnused(used.group if by_group else "", used.school if by_school else "")
    of_which = [one for one in issued if which.group in ("", one.group) and which.school in ("", one.school)]
    before = Counter((one.group, one.school) for one in of_which if one != used)
    new = reissue_codes(database, keys, clock, campaign, which)
    assert Counter((one.group, one.school) for one in new) == before
    assert len(new) == sum(before.values())
    assert revoke_codes(database, keys, clock, campaign, which) == len(new)
    with pytest.raises(InvalidInput) as caught:
        revoke_codes(database, keys, clock, campaign, which)
    assert [problem.kind for problem in caught.value.problems] == ["codes_none_unused"]
    with pytest.raises(InvalidInput, match="has been used"):
        revoke_codes(database, keys, clock, campaign, [used.code])


def test_a_code_used_while_its_successor_is_printed_keeps_all_of_them(
    database: Database, keys: KeyDirectory, clock: FixedClock, campaign: str
) -> None:
    issued = [one for one in issue_codes(database, keys, clock, campaign) if one.group == "public"]
    open_campaign(database, keys, clock, campaign)

    def use_one(_new: object) -> None:
        answer(database, keys, clock, issued[0].code)

    with pytest.raises(InvalidInput) as caught:
        reissue_codes(database, keys, clock, campaign, AllUnused("public"), hand_over=use_one)
    assert [problem.kind for problem in caught.value.problems] == ["codes_used_meanwhile"]
    assert revoke_codes(database, keys, clock, campaign, [one.code for one in issued[1:]]) == len(issued) - 1


def test_codes_that_can_not_be_cancelled_are_all_named_and_none_is(
    database: Database, keys: KeyDirectory, clock: FixedClock, campaign: str
) -> None:
    issued = issue_codes(database, keys, clock, campaign)
    good, used, gone = (one.code for one in issued[:3])
    revoke_codes(database, keys, clock, campaign, [gone])
    key = keys.campaign_key(campaign)
    with database.write() as connection:
        connection.execute(
            update(tables.code).where(tables.code.c.code_hash == hash_code(key, read_code(used))).values(used=True)
        )
    before = show_campaign(database, campaign)
    typed = [good, used, gone, "7K3M-9QXA", "2222-2222-222", good.lower()]
    for act in (revoke_codes, reissue_codes):
        with pytest.raises(InvalidInput) as caught:
            act(database, keys, clock, campaign, typed)
        assert {(problem.where, problem.kind) for problem in caught.value.problems} == {
            (used, "code_used"),
            (gone, "code_cancelled"),
            ("7K3M-9QXA", "code_wrong_copy"),
            ("2222-2222-222", "code_unknown"),
            (good.lower(), "code_twice"),
        }
    assert show_campaign(database, campaign) == before


def test_a_code_of_another_campaign_is_unknown(
    database: Database, keys: KeyDirectory, clock: FixedClock, campaign: str, tmp_path: Path
) -> None:
    other = create_campaign(database, keys, clock, tmp_path / "campaign.yaml")
    code = issue_codes(database, keys, clock, other)[0].code
    with pytest.raises(InvalidInput) as caught:
        revoke_codes(database, keys, clock, campaign, [code])
    assert [problem.kind for problem in caught.value.problems] == ["code_unknown"]


def test_codes_change_in_the_ledger_only_after_the_opening(
    database: Database, keys: KeyDirectory, clock: FixedClock, campaign: str
) -> None:
    issued = issue_codes(database, keys, clock, campaign)
    revoke_codes(database, keys, clock, campaign, [issued[0].code])
    open_campaign(database, keys, clock, campaign)
    missing = issue_codes(database, keys, clock, campaign)
    new = reissue_codes(database, keys, clock, campaign, [issued[1].code])
    revoke_codes(database, keys, clock, campaign, [new[0].code])
    with database.read() as connection:
        opened, *changes = map(json.loads, list_entries(connection, campaign))
    key = keys.campaign_key(campaign)

    def places(*codes: IssuedCode) -> list[dict[str, str]]:
        labels = labels_of(database, list(codes), key)
        return [
            {"g": one.group, "h": hash_code(key, read_code(one.code)).hex(), "l": label, "s": one.school}
            for one, label in zip(codes, labels, strict=True)
        ]

    assert opened["codes"]["n"] == 126
    assert changes == [
        {"kind": "codes", "cancelled": [], "added": places(missing[0])},
        {"kind": "codes", "cancelled": places(issued[1]), "added": places(new[0])},
        {"kind": "codes", "cancelled": places(new[0]), "added": []},
    ]


def test_no_codes_after_the_closing_moment(
    database: Database, keys: KeyDirectory, clock: FixedClock, campaign: str
) -> None:
    code = issue_codes(database, keys, clock, campaign)[0].code
    open_campaign(database, keys, clock, campaign)
    close_campaign(database, keys, clock, campaign)
    for act in (revoke_codes, reissue_codes):
        with pytest.raises(WrongState, match="closing"):
            act(database, keys, clock, campaign, [code])
    with pytest.raises(WrongState, match="closing"):
        issue_codes(database, keys, clock, campaign)


def test_ten_thousand_codes_are_issued_and_all_differ(
    database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    path = write_campaign(
        tmp_path,
        school_rows(200, pupils=2_000),
        county={"code": "430302", "name": "示范县", "population": 5_333_333},
        frames={"principal": 0},
    )
    campaign = create_campaign(database, keys, clock, path)
    issued = issue_codes(database, keys, clock, campaign)
    assert len(issued) >= 9_000
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(tables.code)).scalar_one() == len(issued)
