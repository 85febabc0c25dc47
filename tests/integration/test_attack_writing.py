"""Who writes to the database, or once to the key directory, can destroy and can stop the survey, and is told; nothing can be linked by it
(docs/anonymity.md, "Who learns what"). On both engines.

The attacker goes for one respondent, whose code and whose envelope (as it came in) are known. Whatever is done, no key of the attacker's
opens anything, nobody votes twice, and an answer comes out, if at all, among k others at least that really were sent.
"""

import logging
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import delete, func, insert, select, update

from survey_app.domain import keys as key_files_of_process
from survey_app.domain.clock import FixedClock
from survey_app.domain.codes import hash_code
from survey_app.domain.envelope import (
    ANSWERS_LENGTH,
    Destination,
    UnreadableEnvelope,
    open_envelope,
    seal_envelope,
)
from survey_app.domain.errors import DatabaseMismatch, GroupFull, SurveyError, UnknownCode
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.sheet import AnswerSheet
from survey_app.services.campaigns.closing import close_campaign
from survey_app.services.mixing.settling import settle
from survey_app.services.mixing.turnover import Mixer, turn_over_all
from survey_app.services.starting_up import find_mismatches
from survey_app.storage import tables
from survey_app.storage.schema import metadata
from survey_app.storage.session import Database
from tests.attacks.evidence import number_of, spell
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey

K = 5
CROWDS = [Crowd("parent", "S1", 14), Crowd("parent", "S2", 12), Crowd("teacher", "S1", 12), Crowd("public", "", 12)]
S1, S2, TEACHERS = (f"{CAMPAIGN}/{part}" for part in ("parent/S1", "parent/S2", "teacher/S1"))
TEXTS = f"{CAMPAIGN}/parent/!text"
VICTIM = 8  # of the codes of parents of S1


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock, caplog: pytest.LogCaptureFixture) -> Survey:
    """Eight sheets of each school, turned over; then the victim's and one more."""
    caplog.set_level(logging.WARNING)
    caps = {"teacher": 11, "public": 12}
    survey = open_survey(database, keys, clock, CROWDS, k=K, caps=caps, min_seconds=0, extra_choices=4)
    for codes in survey.codes.values():
        hand_in(survey, codes[:8])
    work(survey)
    hand_in(survey, survey.codes["parent", "S1"][VICTIM : VICTIM + 2])
    caplog.clear()
    return survey


def hand_in(survey: Survey, codes: list[str]) -> int:
    """How many of the sheets were taken; each spells the number of its code."""
    numbers, taken = {code: number for number, code in enumerate(survey.all_codes())}, 0
    for code in codes:
        with suppress(SurveyError):
            survey.submit(code, nonce=code, q04=f"说{numbers[code]}。", **spell(numbers[code]))
            taken += 1
    return taken


def work(survey: Survey) -> None:
    Mixer(0).round(survey.database, survey.keys)


def write(survey: Survey, *statements: Any) -> None:
    with survey.database.write() as connection:
        for statement in statements:
            connection.execute(statement)


def h_of(survey: Survey, code: str) -> bytes:
    return hash_code(survey.keys.campaign_key(CAMPAIGN), code)


def victim_row(survey: Survey) -> Any:
    """The victim's envelope: one of two that came in since the turnover; which one the attacker saw."""
    with survey.database.read() as connection:
        rows = connection.execute(select(tables.envelope).where(tables.envelope.c.label == S1)).all()
        pool = connection.execute(select(tables.pool).where(tables.pool.c.label == S1)).one()
    key = survey.keys.pool_key(S1, pool.batch)
    assert key
    for row in rows:
        contents = open_envelope(bytes(row.ciphertext), key, Destination(CAMPAIGN, S1, row.batch), bytes(row.id))
        if number_of(AnswerSheet.from_bytes(contents).answers) == VICTIM:
            return row
    raise AssertionError


def envelopes(survey: Survey) -> list[tuple[bytes, str, int, bytes]]:
    return [
        (bytes(a), b, c, bytes(d))
        for a, b, c, d in survey.stored(tables.envelope, "id", "label", "batch", "ciphertext")
    ]


def close(survey: Survey) -> None:
    """The office settles what does not agree, and closes."""
    settle(survey.database, survey.keys, survey.clock, CAMPAIGN)
    assert isinstance(survey.clock, FixedClock)
    survey.clock.move(timedelta(days=2))
    close_campaign(survey.database, survey.keys, survey.clock, CAMPAIGN)


def crowds(survey: Survey) -> dict[str, list[int]]:
    """The numbers of the answers that came out, by label."""
    found: dict[str, list[int]] = {}
    for label, answers in survey.stored(tables.response, "label", "answers"):
        found.setdefault(label, []).append(number_of(answers))
    return found


def assert_nothing_linked(survey: Survey) -> None:
    """Every answer comes out once and was sent, in a crowd of at least k; and all that were used are accounted for."""
    out = [number for numbers in crowds(survey).values() for number in numbers]
    assert max(Counter(out).values(), default=1) == 1
    assert all(len(numbers) >= K for numbers in crowds(survey).values())
    counts = survey.counts()
    assert counts["used"] == counts["envelopes"] + counts["responses"] + counts["withheld"] + counts["lost"]
    unused = {bytes(h) for h, is_used in survey.stored(tables.code, "code_hash", "used") if not is_used}
    assert not {h_of(survey, survey.all_codes()[number]) for number in out} & unused


def told(survey: Survey, caplog: pytest.LogCaptureFixture) -> str:
    """What the worker and the check at the start say."""
    return "\n".join([*caplog.messages, *find_mismatches(survey.database, survey.keys)])


# --- one's own public key ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_next_batch", [False, True])
def test_a_public_key_of_one_s_own_gets_nothing_and_is_told(
    survey: Survey, caplog: pytest.LogCaptureFixture, is_next_batch: bool
) -> None:
    """A.10: own public key put into `pool`, envelopes read and re-sealed: 10 of 10, unnoticed, on the first build."""
    mine = X25519PrivateKey.generate()
    public = mine.public_key().public_bytes_raw()
    batch = tables.pool.c.batch + int(is_next_batch)
    write(survey, update(tables.pool).values(pub_sha256=sha256(public).digest(), batch=batch))
    before = {id_ for id_, *_ in envelopes(survey)}
    with pytest.raises(DatabaseMismatch):
        survey.submit(survey.codes["parent", "S1"][VICTIM + 2])
    assert {id_ for id_, *_ in envelopes(survey)} == before
    assert "keys of 7 pools are gone" in told(survey, caplog)
    work(survey)
    assert "is lost or another" in told(survey, caplog)
    assert hand_in(survey, survey.codes["parent", "S1"][VICTIM + 2 :]) == 4, "it goes on under a key of the server's"
    for id_, label, number, ciphertext in envelopes(survey):
        with pytest.raises(UnreadableEnvelope):
            open_envelope(ciphertext, mine.private_bytes_raw(), Destination(CAMPAIGN, label, number), id_)
    close(survey)
    assert_nothing_linked(survey)
    assert len(crowds(survey)[S1]) == 14, "and nothing is lost"


def test_an_envelope_sealed_by_others_is_nobody_s(survey: Survey, caplog: pytest.LogCaptureFixture) -> None:
    """Put beside the others it is deleted; in the place of another it stops the group."""
    mine, sheet = (
        X25519PrivateKey.generate().public_key().public_bytes_raw(),
        AnswerSheet("parent/1", {"q01": 1, **{f"x0{one}": 1 for one in range(1, 5)}}),
    )
    victim = victim_row(survey)
    ciphertext = seal_envelope(
        sheet.to_bytes(), mine, Destination(CAMPAIGN, S1, victim.batch), b"m" * 16, ANSWERS_LENGTH
    )
    write(survey, insert(tables.envelope).values(id=b"m" * 16, label=S1, batch=victim.batch, ciphertext=ciphertext))
    work(survey)
    assert "are nobody's and are deleted" in told(survey, caplog)
    caplog.clear()
    (id_, _, batch, _), *_ = [one for one in envelopes(survey) if one[1] == S1]
    ciphertext = seal_envelope(sheet.to_bytes(), mine, Destination(CAMPAIGN, S1, batch), b"n" * 16, ANSWERS_LENGTH)
    new = {"id": b"n" * 16, "label": S1, "batch": batch, "ciphertext": ciphertext}
    write(survey, delete(tables.envelope).where(tables.envelope.c.id == id_), insert(tables.envelope).values(new))
    hand_in(survey, survey.codes["parent", "S1"][VICTIM + 2 : VICTIM + 3])
    work(survey)
    assert "nothing more is taken of this group until" in told(survey, caplog)
    assert hand_in(survey, survey.codes["parent", "S2"][8:]) == 0
    close(survey)
    assert_nothing_linked(survey)
    assert (len(crowds(survey)[S1]), survey.counts()["lost"]) == (10, 1)


# --- copying, moving, repeating, resetting --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Deed:
    """What a writer does, and how it is told."""

    do: Callable[[Survey], None]
    said: str
    stops: bool = False
    """Whether parents are stopped until the office settles it."""
    spares_others: bool = True
    mend: Callable[[Survey], None] | None = None
    """What the office puts right by hand before it can close."""


def copy_envelope(survey: Survey) -> None:
    row = victim_row(survey)
    write(survey, insert(tables.envelope).values(id=b"x" * 16, label=S1, batch=row.batch, ciphertext=row.ciphertext))


def move_envelope(survey: Survey) -> None:
    write(survey, update(tables.envelope).where(tables.envelope.c.id == victim_row(survey).id).values(label=S2))


def swap_envelopes(survey: Survey) -> None:
    """Of two schools, their numbers unchanged."""
    row = victim_row(survey)
    other = next(id_ for id_, label, *_ in envelopes(survey) if label == S2)
    write(
        survey,
        update(tables.envelope).where(tables.envelope.c.id == row.id).values(label=S2),
        update(tables.envelope).where(tables.envelope.c.id == other).values(label=S1),
    )


def leave_alone(survey: Survey) -> None:
    """The victim's envelope stays alone; the others are put back after the turnover."""
    row = victim_row(survey)
    others = [one for one in envelopes(survey) if one[1] == S1 and one[0] != bytes(row.id)]
    write(survey, delete(tables.envelope).where(tables.envelope.c.id.in_([id_ for id_, *_ in others])))
    turn_over_all(survey.database, survey.keys)
    rows = [
        {"id": id_, "label": label, "batch": batch, "ciphertext": ciphertext}
        for id_, label, batch, ciphertext in others
    ]
    write(survey, insert(tables.envelope).values(rows))


def reset_code(survey: Survey) -> None:
    """That the victim may vote again, and the attacker sees what differs."""
    h = h_of(survey, survey.codes["parent", "S1"][0])
    write(survey, update(tables.code).where(tables.code.c.code_hash == h).values(used=False, retry=None, receipt=None))


def reset_code_and_sheet(survey: Survey) -> None:
    reset_code(survey)
    (id_, *_), *_ = [one for one in envelopes(survey) if one[1] == S1 and one[0] != bytes(victim_row(survey).id)]
    numbers = {"answered": tables.quota.c.answered - 1, "taken": tables.quota.c.taken - 1}
    write(
        survey,
        delete(tables.envelope).where(tables.envelope.c.id == id_),
        update(tables.quota).where(tables.quota.c.group == "parent").values(numbers),
    )


def use_code(survey: Survey) -> None:
    """A code that nobody used is marked as used."""
    h = h_of(survey, survey.codes["parent", "S1"][-1])
    write(survey, update(tables.code).where(tables.code.c.code_hash == h).values(used=True, receipt="0000-0000-0000"))


def delete_codes(survey: Survey) -> None:
    codes = [h_of(survey, code) for code in survey.codes["parent", "S1"][:3]]
    write(survey, delete(tables.code).where(tables.code.c.code_hash.in_(codes)))


def add_code(survey: Survey) -> None:
    """A row like that of the victim, under another hash."""
    code = survey.codes["parent", "S1"][-1]
    with survey.database.read() as connection:
        row = (
            connection.execute(select(tables.code).where(tables.code.c.code_hash == h_of(survey, code)))
            .mappings()
            .one()
        )
    write(survey, insert(tables.code).values({**row, "code_hash": b"code_hash" * 32}))


def put_back_all(survey: Survey) -> None:
    """The database as it was before the last two sheets."""
    at_first = survey.earlier  # type: ignore[attr-defined]
    with survey.database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name in at_first:
                connection.execute(delete(table))
        for table in metadata.sorted_tables:
            if at_first.get(table.name):
                connection.execute(insert(table), at_first[table.name])


def of_group(group: str = "parent", **values: Any) -> Callable[[Survey], None]:
    return lambda survey: write(survey, update(tables.quota).where(tables.quota.c.group == group).values(values))


def of_label(label: str, **values: Any) -> Callable[[Survey], None]:
    return lambda survey: write(survey, update(tables.label).where(tables.label.c.label == label).values(values))


CHANGED, STOPS = "is not where it belongs", "nothing more is taken of this group until"
DEEDS = {
    "an envelope copied": Deed(copy_envelope, "are nobody's and are deleted"),
    "an envelope moved": Deed(move_envelope, STOPS, stops=True),
    "envelopes swapped": Deed(swap_envelopes, STOPS, stops=True),
    "all others taken away for a turnover": Deed(leave_alone, STOPS, stops=True),
    "a code made unused": Deed(reset_code, "were used and are not any more", stops=True),
    "a code made unused, with a sheet": Deed(reset_code_and_sheet, "were used and are not any more", stops=True),
    "a code made used": Deed(use_code, STOPS, stops=True),
    "codes deleted": Deed(delete_codes, "were used and are not any more", stops=True, spares_others=False),
    "a code added": Deed(add_code, "its codes are not those that it was opened with"),
    "sheets said to be lost": Deed(of_group(lost=3), STOPS, stops=True),
    "a counter reset": Deed(of_group(taken=0, answered=0), "counters of parent in campaign c1 were changed"),
    "a label in another unit": Deed(of_label(S1, unit="S2"), CHANGED, mend=of_label(S1, unit="S1")),
    "a label exported as another": Deed(of_label(S1, base_unit="S2"), CHANGED, mend=of_label(S1, base_unit="S1")),
    "a label void": Deed(of_label(S1, void=True), CHANGED, mend=of_label(S1, void=False)),
    "texts to another group": Deed(
        of_label(S1, text_label=TEXTS.replace("parent", "teacher")), CHANGED, mend=of_label(S1, text_label=TEXTS)
    ),
    "texts among answers": Deed(of_label(S1, text_label=S2), CHANGED, mend=of_label(S1, text_label=TEXTS)),
    "a smaller crowd": Deed(of_group(least_crowd=1), "is not what it was opened as", mend=of_group(least_crowd=K)),
    "another cap": Deed(of_group(cap=3), "is not what it was opened as", mend=of_group(cap=None)),
}


@pytest.mark.parametrize("name", DEEDS)
def test_what_a_writer_changes_is_told_and_links_nothing(
    survey: Survey, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    deed = DEEDS[name]
    deed.do(survey)
    work(survey)
    work(survey)
    assert deed.said in told(survey, caplog)
    if deed.stops:
        assert hand_in(survey, survey.codes["parent", "S2"][8:]) == 0, "nothing more is taken"
        assert hand_in(survey, survey.codes["public", ""][8:9]) == deed.spares_others
    if deed.mend:
        with pytest.raises(DatabaseMismatch):
            close(survey)
        assert not crowds(survey), "nothing comes out in a crowd that is not the one it was sent for"
        deed.mend(survey)
    close(survey)
    assert_nothing_linked(survey)


def test_an_older_database_put_back_is_told_and_nobody_votes_twice(
    survey: Survey, caplog: pytest.LogCaptureFixture
) -> None:
    with survey.database.read() as connection:
        earlier = {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in (tables.quota, tables.allocation, tables.code, tables.pool, tables.envelope, tables.pace)
        }
    survey.earlier = earlier  # type: ignore[attr-defined]
    more = survey.codes["parent", "S1"][VICTIM + 2 : VICTIM + 4]
    hand_in(survey, more)
    work(survey)
    put_back_all(survey)
    assert "2 codes were used and are not in this database" in told(survey, caplog)
    work(survey)
    assert "the database and the key directory are of different times" in told(survey, caplog)
    assert hand_in(survey, more) == 0
    close(survey)
    assert_nothing_linked(survey)
    assert survey.counts()["used"] == 36


def test_a_moved_code_is_unknown_and_told(survey: Survey, caplog: pytest.LogCaptureFixture) -> None:
    """A.3: its tag binds it to group, school and label, so that nobody can be put into a crowd of one."""
    code = survey.codes["parent", "S1"][-1]
    of_code = update(tables.code).where(tables.code.c.code_hash == h_of(survey, code))
    for place in (
        {"label": S2},
        {"group": "teacher", "label": TEACHERS},
        {"school": "S2"},
        {"label": f"{CAMPAIGN}/parent/"},
    ):
        caplog.clear()
        write(survey, of_code.values(place))
        with pytest.raises(UnknownCode):
            survey.submit(code)
        assert "is not where it was issued to: the database was changed" in caplog.text
        assert "its codes are not those that it was opened with" in told(survey, caplog)
        write(survey, of_code.values(group="parent", school="S1", label=S1))
    survey.submit(code)


def test_a_cap_is_that_of_the_terms_whatever_the_table_says(survey: Survey, caplog: pytest.LogCaptureFixture) -> None:
    teachers = survey.codes["teacher", "S1"]
    of_teachers = update(tables.quota).where(tables.quota.c.group == "teacher")
    write(survey, of_teachers.values(cap=100))
    with pytest.raises(DatabaseMismatch):
        survey.submit(teachers[8])
    write(survey, of_teachers.values(cap=11, taken=0))
    work(survey)
    assert "counters of teacher in campaign c1 were changed" in told(survey, caplog)
    assert hand_in(survey, teachers[8:]) == 3
    with pytest.raises(GroupFull):
        survey.submit(teachers[11])


# --- the key directory ------------------------------------------------------------------------------------------------------------------


def key_files(survey: Survey, label: str, batch: int) -> tuple[Path, Path]:
    name = label.replace("/", "%2F").replace("!", "%21")
    return tuple(survey.keys.path / "pools" / f"{name}.{batch}.{half}" for half in ("key", "pub"))  # type: ignore[return-value]


def test_keys_laid_under_the_names_of_later_batches_open_nothing(
    survey: Survey, caplog: pytest.LogCaptureFixture
) -> None:
    """A.10: batch keys written into the key directory once: 5 of 5 pending, on the first build. Old keys, and one's own."""
    mine = X25519PrivateKey.generate()
    halves = (mine.private_bytes_raw(), mine.public_key().public_bytes_raw())
    old = tuple(file.read_bytes() for file in key_files(survey, S1, 2))
    for label in (S1, S2, TEXTS):
        for batch in range(3, 9):
            for file, content in zip(key_files(survey, label, batch), old if label == S1 else halves, strict=True):
                file.write_bytes(content)
                file.chmod(0o600)
    read = 0
    for number in range(3):
        hand_in(survey, [survey.codes["parent", school][number - 4] for school in ("S1", "S2")])
        work(survey)
        for id_, label, batch, ciphertext in envelopes(survey):
            for key in (old[0], halves[0]):
                with suppress(UnreadableEnvelope):
                    open_envelope(ciphertext, key, Destination(CAMPAIGN, label, batch), id_)
                    read += 1
    assert read == 0
    assert "lay there before it was made; it is not used" in caplog.text
    close(survey)
    assert_nothing_linked(survey)


def test_a_pair_laid_over_the_open_one_takes_nothing(survey: Survey, caplog: pytest.LogCaptureFixture) -> None:
    """The pool names the hash of the key that the server made."""
    mine = X25519PrivateKey.generate()
    for file, content in zip(
        key_files(survey, S1, 2), (mine.private_bytes_raw(), mine.public_key().public_bytes_raw()), strict=True
    ):
        file.unlink()
        file.write_bytes(content)
        file.chmod(0o600)
    key_files_of_process._public_key.cache_clear()  # as another process of the web server would read it
    with pytest.raises(DatabaseMismatch):
        survey.submit(survey.codes["parent", "S1"][-1])
    assert "keys of 1 pools are gone" in told(survey, caplog)
    work(survey)
    assert "is lost or another" in told(survey, caplog)
    close(survey)
    assert_nothing_linked(survey)
    assert survey.counts()["lost"] == 10, "what its key would have opened"


def test_terms_written_anew_let_nobody_out_alone(survey: Survey, caplog: pytest.LogCaptureFixture) -> None:
    file = survey.keys.path / "campaigns" / f"{CAMPAIGN}.terms"
    honest = file.read_bytes()
    file.write_bytes(honest.replace(b'"parent":5', b'"parent":1'))
    assert file.read_bytes() != honest
    assert "group parent of campaign c1 is not what it was opened as" in told(survey, caplog)
    with pytest.raises(DatabaseMismatch):
        survey.submit(survey.codes["parent", "S1"][-1])
    with pytest.raises(DatabaseMismatch):
        close(survey)
    assert not crowds(survey)
    file.write_bytes(honest)
    close(survey)
    assert_nothing_linked(survey)


@pytest.mark.parametrize("label", [S1, TEACHERS, TEXTS])
def test_one_who_deletes_a_key_file_finds_no_answer_alone(
    survey: Survey, caplog: pytest.LogCaptureFixture, label: str
) -> None:
    """A.10: one key file deleted, then one more answer, then closing: that one alone in its batch, on the first build."""
    with survey.database.read() as connection:
        batch = connection.execute(select(tables.pool.c.batch).where(tables.pool.c.label == label)).scalar_one()
        waiting = select(func.count()).select_from(tables.envelope).where(tables.envelope.c.label == label)
        number = connection.execute(waiting).scalar_one()
    key_files(survey, label, batch)[0].unlink()
    if label != TEXTS:
        assert f"{number} envelopes in them can't be opened" in told(survey, caplog)
    work(survey)
    assert "is lost or another" in told(survey, caplog)
    group, school = ("teacher", "S1") if label == TEACHERS else ("parent", "S1")
    assert hand_in(survey, survey.codes[group, school][10:11]) == 1
    close(survey)
    assert_nothing_linked(survey)
    out = crowds(survey)
    if label == S1:
        assert S1 not in out
        assert len(out[f"{CAMPAIGN}/parent/"]) == 9, "with the eight of the other school"
    elif label == TEACHERS:
        assert TEACHERS not in out
        assert survey.counts()["withheld"] == 1, "nobody is left to come out with"
    else:
        written = [text for text, of in survey.stored(tables.comment, "text", "group") if of == "parent"]
        assert written == [], "fewer than k sheets are there whose texts can be read"
