"""Who has the database, its log, every copy, counts, the service's log, or a copy of the keys must not get from codes to answers, nor tell
a sheet keyed in from a phone's (docs/anonymity.md, "Who learns what"). On both engines.

One survey with real requests is played for all of them (tests/attacks/evidence.py). Each attacker guesses from what that adversary has;
the guesses are to be at most chance and two standard errors. Of honest guesses one in forty is beyond that, so what is, is tried again on
surveys played anew: by chance four in a row are 1 in 2 million. That each attacker would find a leak is shown on evidence that has one.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import text

from survey_app.domain.codes import hash_code
from survey_app.domain.envelope import Destination, UnreadableEnvelope, open_envelope
from survey_app.domain.keys import KeyDirectory
from survey_app.storage import tables
from tests.attacks.evidence import CAMPAIGN, Evidence, Step, make_database, number_of, play
from tests.attacks.guessing import (
    Features,
    Guess,
    Score,
    combine,
    learn,
    match_by_label,
    name_likeliest,
    pick,
    score,
    total,
)
from tests.engines import BOTH, POSTGRESQL
from tests.sqlite_pages import read_commits, table_roots

pytestmark = pytest.mark.xdist_group("linking-attack")  # the survey is played once for all tests

PLAYS = 4
LEFT_OUT = {
    "code_hash",
    "id",
    "retry",
    "receipt",
    "school",
    "label",
    "xmin",
    "name",
}  # random, or known of the code anyway
ASKED = "request_count"  # what attackers write by asking with their tokens
TYPED_GROUPS = ("parent", "student", "teacher")
STORED = frozenset({"code", "envelope"})
POLLED = re.compile(r'route="(api|health)\.')  # what attackers count by asking


class Surveys:
    """The survey, played again where an attacker had luck."""

    def __init__(self, play_one: Callable[[int], Evidence]) -> None:
        self._play, self._played = play_one, [play_one(0)]

    @property
    def first(self) -> Evidence:
        """The survey that all tests look at."""
        return self._played[0]

    def __getitem__(self, number: int) -> Evidence:
        if number == len(self._played):
            self._played.append(self._play(number))
        return self._played[number]

    def close(self) -> None:
        """Closes the databases."""
        for evidence in self._played:
            evidence.survey.database.close()


@pytest.fixture(scope="module", params=BOTH)
def surveys(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surveys]:
    """The survey on each engine."""

    def play_one(number: int) -> Evidence:
        folder = tmp_path_factory.mktemp("attacked")
        return play(
            make_database(request, folder, request.param), KeyDirectory(folder / "keys"), seed=20261123 + number
        )

    found = Surveys(play_one)
    yield found
    found.close()


@pytest.fixture
def evidence(surveys: Surveys) -> Evidence:
    return surveys.first


def assert_chance(surveys: Surveys, attack: Callable[[Evidence], Score]) -> None:
    """The attack is no better than chance; luck does not come four times in a row."""
    scores: list[Score] = []
    for number in range(PLAYS):
        scores.append(attack(surveys[number]))
        if scores[-1].is_chance:
            return
    raise AssertionError(scores)


# --- what is seen of a code ----------------------------------------------------------------------------------------------------------


def changed(before: Step, after: Step) -> dict[Hashable, Hashable]:
    """What an act changed in the tables, by table and column, without what is random and what names the school."""
    found: dict[Hashable, list[Hashable]] = {}
    for table, rows in after.copy.items():
        old_rows = before.copy[table]
        if rows is old_rows or table == ASKED:
            continue
        found.setdefault((table, "rows"), []).append(len(rows) - len(old_rows))
        for key in rows.keys() - {key for key, row in old_rows.items() if rows.get(key) == row}:
            old = old_rows.get(key, {})
            for name, value in rows[key].items():
                if name not in LEFT_OUT and old.get(name) != value:
                    found.setdefault((table, name), []).append((bool(old), _step(old.get(name), value)))
    return {place: tuple(sorted(steps, key=repr)) for place, steps in found.items()}


def _step(old: Hashable, new: Hashable) -> Hashable:
    """A number's step, a moment's gap in classes, or the value."""
    if isinstance(new, bool | str | date) and not isinstance(new, datetime):
        return str(new)
    if isinstance(new, int):
        return new - (old if isinstance(old, int) else 0)
    if isinstance(new, datetime):
        return ("moment", _gap((new - old).total_seconds() if isinstance(old, datetime) else 0.0))
    return ("length", len(new)) if isinstance(new, bytes) else repr(new)


def _gap(seconds: float) -> int:
    return sum(seconds >= bound for bound in (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600))


def in_tables(evidence: Evidence) -> Features:
    """Copies of the database from before and after each use: backups, a replica, or credentials."""
    return {_code(after): changed(before, after) for before, after in evidence.uses}


def in_counts(evidence: Evidence) -> Features:
    """`/metrics` before and after each use, and the moments at which codes became used: of the day, and since the last one."""
    gaps = {
        _code(one): _gap((one.moment - last.moment).total_seconds()) for (_, last), (_, one) in pairwise(evidence.uses)
    }
    return {
        _code(after): {
            "counts": _moved(before.counts, after.counts),
            "gap": gaps.get(_code(after)),
            "at": after.moment.hour,
        }
        for before, after in evidence.uses
    }


def _moved(before: str, after: str) -> tuple[str, ...]:
    lines = [{line for line in text_.splitlines() if not POLLED.search(line)} for text_ in (before, after)]
    return tuple(sorted(lines[1] ^ lines[0]))


def in_program(evidence: Evidence) -> Features:
    """The document that a monitor's program polls (`campaign show --json` is the same): what each use moved, and by how much."""
    return {_code(after): {"told": _told(before.told, after.told)} for before, after in evidence.uses}


def _told(before: str, after: str) -> Hashable:
    old, new = (dict(_leaves(json.loads(one))) for one in (before, after))
    moved = [(place[-1], _step(old.get(place), value)) for place, value in new.items() if value != old.get(place)]
    return tuple(sorted(moved, key=repr))


def _leaves(document: Any, *place: str) -> Iterator[tuple[tuple[str, ...], Hashable]]:
    if isinstance(document, dict | list):
        parts = document.items() if isinstance(document, dict) else enumerate(document)
        for name, part in parts:
            yield from _leaves(part, *place, str(name))
    else:
        yield place, document


def in_log(evidence: Evidence) -> Features:
    """What the service said at level DEBUG since the act before."""
    return {
        _code(after): {"lines": tuple(re.sub(r"\d", "0", line) for line in after.lines)} for _, after in evidence.uses
    }


def in_commits(evidence: Evidence) -> Features:
    """The tables of the transaction in which a code was used, of the one before it and of the one behind it."""
    written = commits_of(evidence)
    places = [place for place, names in enumerate(written) if names >= STORED]
    seen = (tuple(tuple(sorted(written[place + away])) for away in (-1, 0, 1)) for place in places)
    return {code: {"tables": one} for code, one in zip(evidence.used, seen, strict=True)}


def commits_of(evidence: Evidence) -> list[set[str]]:
    """What each transaction wrote, without those that the attackers' own requests made."""
    if evidence.commits is None:
        pytest.skip("the server's log is out of reach")
    return [names for names in evidence.commits if names - {ASKED}]


def _code(step: Step) -> int:
    assert step.code is not None
    return step.code


SOURCES: dict[str, Callable[[Evidence], Features]] = {
    "copies of the database": in_tables,
    "/metrics and moments": in_counts,
    "a program's token": in_program,
    "the service's log": in_log,
    "the write-ahead log": in_commits,
}


def everything(evidence: Evidence) -> Features:
    """All sources together."""
    found = [(name, source(evidence)) for name, source in SOURCES.items()]
    return {
        code: {(name, place): value for name, of in found for place, value in of[code].items()}
        for code in evidence.used
    }


def with_leak(evidence: Evidence, leak: Callable[[int], Hashable]) -> Features:
    """All sources, and one more column."""
    return {code: {**of, "leak": leak(code)} for code, of in everything(evidence).items()}


# --- what a code changed -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_seen_of_a_code_says_nothing_of_its_answer(surveys: Surveys, source: str) -> None:
    """A.10: metrics and moments; a monitor's token, polled; copies of the database; the log at DEBUG; the write-ahead log."""
    assert_chance(surveys, lambda evidence: score(learn(evidence.sheets, SOURCES[source](evidence))))


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_seen_of_a_code_does_not_tell_paper_from_a_phone(surveys: Surveys, source: str) -> None:
    """A.10: xmin of the audit row next to that of the code, and whatever else the desk leaves."""
    assert_chance(surveys, lambda evidence: pick(evidence.used, evidence.keyed_in, SOURCES[source](evidence)))


def test_first_typings_that_go_do_not_tell_which_codes_were_keyed_in(surveys: Surveys) -> None:
    """Their rows bear the group: of codes used since some were there for the last time, as many came from the desk as are gone."""

    def attack(evidence: Evidence) -> Score:
        return total(
            name_likeliest(likely, evidence.keyed_in & likely.keys())
            for likely in _likely_from_paper(evidence).values()
        )

    assert_chance(surveys, attack)


def test_first_typings_go_when_the_desk_s_acts_are_told(evidence: Evidence) -> None:
    *before, at_the_end = [len(step.copy["typed_sheet"]) for step in evidence.steps]
    assert (before[-1], at_the_end) == (len(evidence.keyed_in), 0)


def _likely_from_paper(evidence: Evidence) -> dict[str, dict[int, float]]:
    """By group, how likely each code was keyed in."""
    likely = {group: {code: 0.0 for code in evidence.used if _group(evidence, code) == group} for group in TYPED_GROUPS}
    since: list[int] = []
    for before, after in pairwise(evidence.steps):
        since += [after.code] if after.code is not None else []
        gone = before.copy["typed_sheet"].keys() - after.copy["typed_sheet"].keys()
        if gone:
            groups = Counter(str(before.copy["typed_sheet"][key]["group"]) for key in gone)
            for group, of_group in likely.items():
                used = [code for code in since if code in of_group]
                of_group.update({code: groups[group] / len(used) for code in used})
            since = []
    return likely


def test_all_sources_together_say_no_more(surveys: Surveys) -> None:
    def attack(evidence: Evidence) -> Score:
        answers = [number for _, number in evidence.answers]
        return score(
            combine(
                learn(evidence.sheets, everything(evidence)), match_by_label(evidence.sheets, evidence.used, answers)
            )
        )

    assert_chance(surveys, attack)
    assert_chance(surveys, lambda evidence: pick(evidence.used, evidence.keyed_in, everything(evidence)))


def test_the_attackers_find_a_leak_where_there_is_one(evidence: Evidence) -> None:
    """Did the code's side hold the first answer, how many were ticked, or who comes from the desk, they would know."""
    sheets = evidence.sheets
    assert score(learn(sheets, with_leak(evidence, lambda code: sheets[code].traits[:2]))).is_competent
    assert pick(
        evidence.used, evidence.keyed_in, with_leak(evidence, lambda code: code in evidence.keyed_in)
    ).is_competent
    told = {code: {"told": sheets[code].first == "1"} for code in evidence.used}
    assert score(learn(sheets, told)).right > 1.5 * score(learn(sheets, told)).chance


def test_all_uses_of_codes_change_the_same(evidence: Evidence) -> None:
    """But for the counter of fast sheets, which an answer knows nothing of; a sheet sent too soon changes nothing at all."""
    known = {("envelope", "batch"), ("pace", "rows"), ("pace", "fast")}
    seen = {
        tuple(sorted((place, steps) for place, steps in of.items() if place not in known))
        for of in in_tables(evidence).values()
    }  # type: ignore[type-var]
    assert len(seen) == 1
    assert {table for (table, _), _ in seen.pop()} == {"code", "envelope", "quota", "allocation"}  # type: ignore[misc]
    too_soon = [(before, after) for before, after in pairwise(evidence.steps) if after.act == "too soon"]
    assert len(too_soon) > 3
    for before, after in too_soon:
        assert changed(before, after) == {}
        assert before.keys == after.keys


# --- orders --------------------------------------------------------------------------------------------------------------------------


def orders(evidence: Evidence) -> dict[str, list[int]]:
    """Every order in which the files hold the answers, by number."""
    database = evidence.survey.database
    with database.read() as connection:
        number = {bytes(row.id): number_of(row.answers) for row in connection.execute(tables.response.select())}
    found = {"as handed out": list(number.values()), "by id": [number[id_] for id_ in sorted(number)]}
    if database.file is not None:
        found["cells in pages"] = [number[id_] for id_ in cells_in_pages(database.file, "response")]
        return found
    for order in ("ctid", "xmin::text::bigint, ctid", "ctid DESC"):
        with database.read() as connection:
            rows = connection.execute(text(f"SELECT id FROM response ORDER BY {order}"))
            found[order] = [number[bytes(row.id)] for row in rows]
    return found


def cells_in_pages(file: Path, table: str) -> list[bytes]:
    """The rows' ids in the order in which the cells were laid down in the pages."""
    roots = [root for root, name in table_roots(file).items() if name == table]
    return read_commits(file)[-1].image.first_columns(min(roots))


def test_no_order_in_the_files_leads_from_codes_to_answers(surveys: Surveys) -> None:
    for name in orders(surveys.first):
        assert_chance(
            surveys,
            lambda evidence, name=name: score(match_by_label(evidence.sheets, evidence.used, orders(evidence)[name])),  # type: ignore[misc]
        )
    assert score(match_by_label(surveys.first.sheets, surveys.first.used, surveys.first.used)).is_competent


def test_no_order_leads_from_codes_to_what_was_written(surveys: Surveys) -> None:
    """Comments keep no unit: the crowd is all of a group that wrote."""

    def attack(evidence: Evidence) -> Score:
        with evidence.survey.database.read() as connection:
            rows = connection.execute(text('SELECT "group", text FROM comment')).all()
        written = [int(row.text[1:-1]) for row in rows]
        assert sorted(written) == [sheet.number for sheet in evidence.sheets if sheet.has_text]
        guesses = []
        for group in {row.group for row in rows}:
            of_group = [one for one in written if _group(evidence, one) == group]
            order = [code for code in evidence.used if code in of_group]
            guesses.append(score(_matched(order, of_group)))
        return total(guesses)

    assert_chance(surveys, attack)


def _group(evidence: Evidence, number: int) -> str:
    return evidence.sheets[number].label.split("/")[1]


def _matched(codes: Sequence[int], answers: Sequence[int]) -> Guess:
    return {code: {answer: float(at == place) for at, answer in enumerate(answers)} for place, code in enumerate(codes)}


def test_every_sheet_comes_out_once_in_the_crowd_of_its_label(evidence: Evidence) -> None:
    """Chance is what it is said to be: 1/n in each label."""
    assert sorted(evidence.answers) == sorted((sheet.label, sheet.number) for sheet in evidence.sheets)
    crowds = Counter(label for label, _ in evidence.answers)
    assert (min(crowds.values()), max(crowds.values())) == (5, 20)


# --- the write-ahead log ---------------------------------------------------------------------------------------------------------------


def test_no_commit_holds_both_a_code_and_an_answer(evidence: Evidence) -> None:
    """A.9, test 2, on both engines; and sheets keyed in are stored as a phone's are, with nothing of the desk."""
    written = commits_of(evidence)
    uses = [names for names in written if names >= STORED]
    assert len(uses) == len(evidence.used), "the log holds every use, each in a commit of its own"
    assert {frozenset(names) - {"pace"} for names in uses} == {STORED | {"quota", "allocation"}}
    assert sum("response" in names for names in written) > 10, "and every crowd"
    assert sum("typed_sheet" in names for names in written) >= len(evidence.keyed_in), "and every typing"
    for one, other in [
        ("code", "response"),
        ("code", "comment"),
        ("response", "comment"),
        ("code", "typed_sheet"),
        ("code", "audit"),
    ]:
        assert not any({one, other} <= names for names in written)


@pytest.mark.parametrize("surveys", [POSTGRESQL], indirect=True)
def test_an_answer_shares_its_transaction_with_its_crowd_only(evidence: Evidence) -> None:
    """A.9, test 1: `xmin` of answers joined with that of everything else, at the closing."""
    copy = evidence.steps[-1].copy
    of_answers = {row["xmin"] for row in copy["response"].values()}
    shared = {name for name, rows in copy.items() if {row["xmin"] for row in rows.values()} & of_answers}
    assert shared == {"response", "entry", "quota"}, "the crowd's entry in the log, and its number"
    assert len(of_answers) == len({sheet.label for sheet in evidence.sheets})


# --- copies of the database ------------------------------------------------------------------------------------------------------------


def batches(evidence: Evidence) -> dict[tuple[str, int], tuple[list[bytes], dict[bytes, int]]]:
    """By pool and batch: what it began with, as the engine hands it out, and what came in by which code."""
    found: dict[tuple[str, int], tuple[list[bytes], dict[bytes, int]]] = {}
    known: set[bytes] = set()
    for step in evidence.steps:
        rows = step.copy["envelope"]
        for id_ in (one for one in step.order if one not in known):
            row = rows[id_,]
            began, came = found.setdefault((str(row["label"]), int(str(row["batch"]))), ([], {}))
            if step.code is None:
                began.append(id_)
            else:
                came[id_] = step.code
        known.update(step.order)
    return found


def test_no_envelope_outlives_a_turnover(evidence: Evidence) -> None:
    """Backups diffed: what stayed in its pool has a new id and a new seal, and answers and comments have ids of their own."""
    every = batches(evidence)
    ids = [id_ for began, came in every.values() for id_ in (*began, *came)]
    assert len(every) > 60
    assert len(ids) == len(set(ids)) == len({seal[:32] for seal in evidence.seals.values()})
    for name in ("response", "comment"):
        assert not {key[0] for key in evidence.steps[-1].copy[name]} & set(ids)  # type: ignore[index]
    for before, after in pairwise(evidence.steps):
        if after.act == "turn over":
            moved = {label for (label, _), (_, came) in every.items() if came and set(came) <= set(before.order)}
            kept = {str(after.copy["envelope"][id_,]["label"]) for id_ in set(before.order) & set(after.order)}
            assert moved
            assert not moved & kept


def test_all_envelopes_of_a_kind_have_one_length(evidence: Evidence) -> None:
    every = batches(evidence)
    is_text = {id_: "!text" in label for (label, _), (began, came) in every.items() for id_ in (*began, *came)}
    lengths = {(is_text[id_], len(seal)) for id_, seal in evidence.seals.items()}
    assert len(lengths) == 2
    assert {kind for kind, _ in lengths} == {False, True}


# --- copies of the key directory ---------------------------------------------------------------------------------------------------------


def key_of(files: dict[str, bytes], label: str, batch: int) -> bytes | None:
    return files.get(f"pools/{label.replace('/', '%2F').replace('!', '%21')}.{batch}.key")


def opened(evidence: Evidence, key: bytes, label: str, batch: int, ids: Sequence[bytes]) -> dict[bytes, bytes]:
    """What a key opens of some envelopes."""
    found = {}
    for id_ in ids:
        try:
            found[id_] = open_envelope(evidence.seals[id_], key, Destination(CAMPAIGN, label, batch), id_)
        except UnreadableEnvelope:
            continue
    return found


def number_in(contents: bytes) -> int:
    return number_of(json.loads(contents)["a"])


def held_keys(evidence: Evidence) -> dict[tuple[str, int], bytes]:
    """Every key of answers that stood in the directory after any act."""
    found: dict[tuple[str, int], bytes] = {}
    for step in evidence.steps:
        for label, batch in ((str(row["label"]), int(str(row["batch"]))) for row in step.copy["pool"].values()):
            key = key_of(step.keys, label, batch)
            if "!text" not in label and key:
                found[label, batch] = key
    return found


def test_a_copy_of_the_keys_opens_its_batch_and_no_other(evidence: Evidence) -> None:
    """A.7, at any moment: what came in between the turnover before and the one after is linked, and what was there is read as a set."""
    every, linked = batches(evidence), 0
    for (label, batch), key in held_keys(evidence).items():
        began, came = every.get((label, batch), ([], {}))
        read = opened(evidence, key, label, batch, [*began, *came])
        assert len(read) == len(began) + len(came)
        assert {number_in(read[id_]): code for id_, code in came.items()} == {code: code for code in came.values()}
        linked += len(came)
        for other in (batch - 1, batch + 1):
            ids = [id_ for part in every.get((label, other), ([], {})) for id_ in part]
            assert not opened(evidence, key, label, other, ids)
            assert not opened(evidence, key, label, batch, ids)
    assert linked == len(evidence.used), "the attacker who copies all the time knows all: that is the live server"


def test_at_one_moment_only_the_open_batch_has_keys(evidence: Evidence) -> None:
    """The copy holds one pair a pool, whenever it is taken, and no key of an old batch, of codes in the clear, or of an answer."""
    for step in evidence.steps[:-1]:
        pools = {(str(row["label"]), int(str(row["batch"]))) for row in step.copy["pool"].values()}
        files = {name for name in step.keys if name.startswith("pools/") and name.endswith(".key")}
        assert len(files) == len(pools)
        assert all(key_of(step.keys, *pool) for pool in pools)
    assert not [name for name in evidence.steps[-1].keys if name.startswith("pools/")]
    in_clear = [code.encode() for code in evidence.survey.all_codes()]
    assert not [name for name, content in evidence.steps[100].keys.items() if any(one in content for one in in_clear)]


def test_what_was_in_a_batch_at_its_beginning_is_read_as_a_set(surveys: Surveys) -> None:
    """The crowd of those who came before the turnover before the copy: no order of the table tells them apart."""

    def attack(evidence: Evidence) -> Score:
        every, used = batches(evidence), {code: place for place, code in enumerate(evidence.used)}
        scores = []
        for (label, batch), key in held_keys(evidence).items():
            began = every.get((label, batch), ([], {}))[0]
            numbers = [number_in(content) for content in opened(evidence, key, label, batch, began).values()]
            if len(numbers) > 1:
                scores.append(score(_matched(sorted(numbers, key=used.__getitem__), numbers)))
        assert len(scores) > 50
        return total(scores)

    assert_chance(surveys, attack)


def test_what_comes_after_the_batch_is_hidden_among_the_later_ones(surveys: Surveys) -> None:
    """What was read and linked is taken out of the label's answers; the rest is matched with the later codes in every order."""

    def attack(evidence: Evidence) -> Score:
        moment = evidence.steps[len(evidence.steps) // 2]
        every, answers = batches(evidence), [number for _, number in evidence.answers]
        scores = []
        for pool in moment.copy["pool"].values():
            label, batch = str(pool["label"]), int(str(pool["batch"]))
            key = key_of(moment.keys, label, batch)
            if "!text" in label or key is None:
                continue
            ids = [id_ for part in every.get((label, batch), ([], {})) for id_ in part]
            known = {number_in(content) for content in opened(evidence, key, label, batch, ids).values()}
            later = [code for code in evidence.used if evidence.sheets[code].label == label and code not in known]
            if later:
                scores.append(score(_matched(later, [one for one in answers if one in later])))
        assert sum(one.chance for one in scores) > 5
        return total(scores)

    assert_chance(surveys, attack)


def test_a_copy_of_the_keys_tells_nothing_of_sheets_that_were_keyed_in(evidence: Evidence) -> None:
    """Once such a sheet is handed in, its key, which was kept with the hash of its code, is gone; notes of acts bear no code."""
    key, codes = evidence.survey.keys.campaign_key(CAMPAIGN), evidence.survey.all_codes()
    waiting = {hash_code(key, codes[number]) for number in evidence.keyed_in}
    assert kept_hashes(evidence.uses[0][0]) >= waiting - {hash_code(key, codes[evidence.used[0]])}, (
        "the copy holds them before"
    )
    for _, after in evidence.uses:
        h = hash_code(key, codes[_code(after)])
        assert h not in kept_hashes(after)
        assert not [
            name for name, content in after.keys.items() if name.startswith("acts/") and h.hex() in content.decode()
        ]


def kept_hashes(step: Step) -> set[bytes]:
    """Of the codes of sheets that were typed once."""
    return {content[32:] for name, content in step.keys.items() if name.startswith("sheets/")}


def test_secrets_leave_no_public_half_in_the_database(evidence: Evidence) -> None:
    """Nothing in the database says to whom is sealed, so that nobody can seal without the key directory."""
    for (label, batch), key in held_keys(evidence).items():
        public = X25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()
        for step in (evidence.steps[len(evidence.steps) // 2], evidence.steps[-1]):
            assert not [
                table for table, rows in step.copy.items() if any(public in row.values() for row in rows.values())
            ], (label, batch)


# --- the service's log ---------------------------------------------------------------------------------------------------------------


def test_no_line_is_logged_of_a_respondent_and_none_names_a_secret(evidence: Evidence) -> None:
    assert evidence.steps[0].lines, "the level is DEBUG"
    of_respondents = [line for step in evidence.steps if step.act in ("send", "too soon") for line in step.lines]
    assert of_respondents == []
    logged = "\n".join(line for step in evidence.steps for line in step.lines)
    secrets = [*evidence.survey.all_codes(), *evidence.survey.stored(tables.code, "receipt"), "说", "x01"]
    assert not [secret for secret in secrets if secret in logged]
