"""The linking attack (integrity.md A.1, A.9): who has the database, its log, backups and the code list must not get from codes to answers.

500 submissions over hours, of all durations, mixed as they come in (what the counters tell: test_attack_counters.py). The attacker is given more than the files hold: the exact order in which the codes were used,
and which mix each answer came out of. Within a batch the answers must then lie as if shuffled. For each place where an order could
hide, answers are matched with codes by that order, and the score (correct matches, and rank correlation) is compared with the same
score over 400 shuffles of each batch: 6 standard deviations off would be a leak (by chance: about 1 in 10^8). A real leak scores
hundreds of matches; one test plants leaks, to show that the method finds them.
"""

import json
import logging
import shutil
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import fmean, pstdev

import pytest
from sqlalchemy import create_engine, event, text

from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.services.mixing import mix_due_pools, mix_remainders
from survey_app.storage import tables
from survey_app.storage.campaigns import find_campaign
from survey_app.storage.session import Database, open_database
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey
from tests.postgresql_log import log_position, tables_by_commit
from tests.sqlite_pages import read_commits, table_roots

pytestmark = pytest.mark.xdist_group("linking-attack")  # the campaign is played once for all tests

SUBMISSIONS = 500
K = 5
MIN_SECONDS = 13
CROWDS = [
    Crowd("parent", "s1", 90),
    Crowd("parent", "s2", 70),
    Crowd("parent", "s3", 40),
    Crowd("parent", "s4", 3, unit="U001"),
    Crowd("parent", "s5", 4, unit="U001"),
    Crowd("student", "s1", 80),
    Crowd("student", "s2", 60),
    Crowd("teacher", "s1", 43),
    Crowd("npc_deputy", "", 60),
    Crowd("public", "", 50),
]
DIGITS = 5  # an answer spells its number in base 4: 1,024 different ones
VALUES = ["1", "2", "3", "9"]

Rows = dict[str, list[tuple[object, ...]]]


@dataclass
class Attacked:
    """A finished campaign, and what the attacker holds of it."""

    survey: Survey
    backups: list[Rows]
    shared_transactions: dict[str, int]  # before the closing, PostgreSQL: rows of a table with the xmin of an answer
    log_lines: list[str]
    log_start: int

    def batches(self, ids: Sequence[bytes]) -> list[list[int]]:
        """The numbers of the answers, batch by batch, in the order of `ids`."""
        rows = self.survey.stored(tables.response, "id", "label", "batch", "answers")
        by_id = {bytes(id_): (label, batch, number_of(answers)) for id_, label, batch, answers in rows}
        found: dict[tuple[str, int], list[int]] = {}
        for id_ in ids:
            label, batch, number = by_id[id_]
            found.setdefault((label, batch), []).append(number)
        return list(found.values())


def spell(number: int) -> dict[str, object]:
    return {f"x{digit + 1:02d}": VALUES[number // 4**digit % 4] for digit in range(DIGITS)}


def number_of(answers: str) -> int:
    """Which submission an answer belongs to, counted in the order in which the codes were used."""
    found = json.loads(answers)
    return sum(VALUES.index(str(found[f"x{digit + 1:02d}"])) * 4**digit for digit in range(DIGITS))


# --- the campaign ------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def attacked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """500 submissions in a fixed order with a mix after every 17th and two backups, then the closing."""
    folder = tmp_path_factory.mktemp("attacked")
    database = open_database(make_database(request, folder))
    keep_the_log(database)
    lines = keep_log_lines()
    attacked = play(database, KeyDirectory(folder / "keys"), lines)
    logging.getLogger().removeHandler(lines)
    yield attacked
    database.close()


def make_database(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_template'), folder / 'attacked.sqlite3')}"
    server = request.getfixturevalue("postgresql_server")
    name, template = f"attacked_{uuid.uuid4().hex[:8]}", request.getfixturevalue("postgresql_template")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()
    return str(server.set(database=name).render_as_string(hide_password=False))


def keep_the_log(database: Database) -> None:
    """Keeps SQLite from reusing its log, so that the attacker has all of it."""
    if database.dialect == "sqlite":
        for engine in (database.engine, database.direct_engine):
            event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA wal_autocheckpoint = 0"))


class LogLines(logging.Handler):
    """Keeps every line that is logged, at any level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def keep_log_lines() -> LogLines:
    lines = LogLines()
    logging.getLogger().addHandler(lines)
    return lines


def play(database: Database, keys: KeyDirectory, lines: LogLines) -> Attacked:
    clock = FixedClock(datetime(2026, 11, 23, 4, 0, tzinfo=UTC))
    survey = open_survey(database, keys, clock, CROWDS, k=K, extra_choices=DIGITS, min_seconds=MIN_SECONDS)
    log_start = position(database)
    order = survey.all_codes()
    randomness = Random(20261123)
    randomness.shuffle(order)
    backups = []
    for number, code in enumerate(order):
        clock.move(timedelta(seconds=randomness.uniform(1, 40)))
        comment = {"q04": f"说{number}。"} if number % 5 == 0 else {}
        form = survey.form(code, seconds_taken(randomness))
        survey.submit(code, nonce=code, started=form, **spell(number), **comment)
        if number % 17 == 16:
            mix_due_pools(database, keys, randomness)
        if number in (SUBMISSIONS // 2, SUBMISSIONS // 2 + 60):
            backups.append(dump(database))
    shared = shared_transactions(database)
    survey.change_campaign(admission=3)
    with database.read() as connection:
        campaign = find_campaign(connection, CAMPAIGN)
    mix_remainders(database, keys, campaign, randomness)
    return Attacked(survey, backups, shared, lines.lines, log_start)


def seconds_taken(randomness: Random) -> float:
    """How long a form is out: about a minute and a half, and one in twenty rushes through."""
    return (
        randomness.uniform(1, MIN_SECONDS - 1) if randomness.random() < 0.05 else randomness.lognormvariate(4.55, 0.7)
    )


def position(database: Database) -> int:
    if database.dialect == "sqlite":
        return 0
    with database.read() as connection:
        return log_position(connection)


def dump(database: Database) -> Rows:
    """A backup: every table, in the order in which the engine hands the rows out."""
    with database.read() as connection:
        survey_tables = (tables.code, tables.pool, tables.envelope, tables.response, tables.sealed_comment)
        return {table.name: [tuple(row) for row in connection.execute(table.select())] for table in survey_tables}


def shared_transactions(database: Database) -> dict[str, int]:
    if database.dialect == "sqlite":
        return {}
    with database.read() as connection:
        return {
            other: connection.execute(
                text(f'SELECT count(*) FROM response r JOIN "{other}" o ON r.xmin = o.xmin')
            ).scalar_one()
            for other in ("code", "envelope", "run", "cell", "entry")
        }


# --- the measure -------------------------------------------------------------------------------------------------------------------


def score(batches: Sequence[Sequence[int]]) -> tuple[float, float]:
    """Correct matches of the n-th answer with the n-th code among the batch's own, and the sum of products of their ranks."""
    matches = correlation = 0.0
    for numbers in batches:
        as_used = {number: rank for rank, number in enumerate(sorted(numbers))}
        middle = (len(numbers) - 1) / 2
        matches += sum(as_used[number] == place for place, number in enumerate(numbers))
        correlation += sum((place - middle) * (as_used[number] - middle) for place, number in enumerate(numbers))
    return matches, correlation


def deviations(batches: Sequence[Sequence[int]]) -> list[float]:
    """How many standard deviations both scores are from those of shuffled batches."""
    randomness = Random(1)
    shuffled = [score([randomness.sample(list(batch), len(batch)) for batch in batches]) for _ in range(400)]
    return [
        (observed - fmean(chance)) / pstdev(chance)
        for observed, chance in zip(score(batches), zip(*shuffled, strict=True), strict=True)
    ]


def orders(attacked: Attacked) -> dict[str, list[bytes]]:
    """Every order in which the files hold the answers."""
    survey = attacked.survey
    found = {"as handed out": [bytes(id_) for id_ in survey.stored(tables.response, "id")]}
    found["by id"] = sorted(found["as handed out"])
    if survey.database.dialect == "sqlite":
        found["cells in pages"] = cells_in_pages(survey, "response")
    else:
        for order in ("ctid", "xmin::text::bigint, ctid", "ctid DESC"):
            with survey.database.read() as connection:
                rows = connection.execute(text(f"SELECT id FROM response ORDER BY {order}"))
                found[order] = [bytes(row.id) for row in rows]
    return found


def cells_in_pages(survey: Survey, table: str) -> list[bytes]:
    """The rows' ids in the order in which the cells were laid down in the pages."""
    file = Path(str(survey.database.engine.url.database))
    roots = [root for root, name in table_roots(file).items() if name == table]
    return read_commits(file)[-1].image.first_columns(min(roots))


# --- the tests ---------------------------------------------------------------------------------------------------------------------


def test_no_order_in_the_files_leads_from_codes_to_answers(attacked: Attacked) -> None:
    for name, ids in orders(attacked).items():
        batches = attacked.batches(ids)
        assert sorted(number for batch in batches for number in batch) == list(range(SUBMISSIONS)), name
        assert all(abs(deviation) < 6 for deviation in deviations(batches)), (name, deviations(batches))


def test_the_method_finds_a_leak_where_there_is_one(attacked: Attacked) -> None:
    """Answers in the order of their codes' use; ones with every tenth pair swapped; ones of which only a third is in order."""
    rows = sorted(attacked.survey.stored(tables.response, "id", "answers"), key=lambda row: number_of(row[1]))
    as_used = [bytes(id_) for id_, _ in rows]
    nearly = as_used[:]
    for place in range(0, SUBMISSIONS - 1, 10):
        nearly[place], nearly[place + 1] = nearly[place + 1], nearly[place]
    a_third = Random(3).sample(as_used[: SUBMISSIONS * 2 // 3], SUBMISSIONS * 2 // 3) + as_used[SUBMISSIONS * 2 // 3 :]
    for leak in (as_used, nearly, a_third):
        assert max(deviations(attacked.batches(leak))) > 10


def test_every_answer_is_one_of_a_crowd(attacked: Attacked) -> None:
    """At least k come out at once; the seven parents of the small unit among them."""
    batches = attacked.batches(orders(attacked)["by id"])
    assert min(len(batch) for batch in batches) >= K
    assert len(batches) > 20


def test_comments_are_apart_from_batches_and_answers(attacked: Attacked) -> None:
    """Comments lie in an order that has nothing to do with the order of use, nor with that of the answers they came with."""
    survey = attacked.survey
    if survey.database.dialect == "sqlite":
        text_of = {bytes(id_): found for id_, found in survey.stored(tables.comment, "id", "text")}
        in_order = [text_of[id_] for id_ in cells_in_pages(survey, "comment")]
    else:
        with survey.database.read() as connection:
            in_order = list(connection.execute(text("SELECT text FROM comment ORDER BY ctid")).scalars())
    numbers = [int(found[1:-1]) for found in in_order]
    assert sorted(numbers) == list(range(0, SUBMISSIONS, 5))
    for ids in orders(attacked).values():
        with_comment = [number for batch in attacked.batches(ids) for number in batch if number % 5 == 0]
        place_of_answer = {number: place for place, number in enumerate(with_comment)}
        assert all(abs(deviation) < 6 for deviation in deviations([[place_of_answer[number] for number in numbers]]))
    assert all(abs(deviation) < 6 for deviation in deviations([numbers]))


def test_backups_share_no_id_and_no_ciphertext_across_a_mix(attacked: Attacked) -> None:
    """What waited in a backup and stayed in its pool has a new id and a new seal; what came out has a new id."""
    first, second = attacked.backups
    mixed = {label for label, *_ in set(second["pool"]) - set(first["pool"])}
    before = [row for row in first["envelope"] if row[1] in mixed]
    after = [row for row in second["envelope"] if row[1] in mixed]
    assert len(before) > K
    assert len(after) >= K
    assert not {row[0] for row in before} & {row[0] for row in after}
    assert not {row[3] for row in before} & {row[3] for row in after}
    answers = {bytes(id_) for id_ in attacked.survey.stored(tables.response, "id")}
    comments = {bytes(id_) for id_ in attacked.survey.stored(tables.comment, "id")}
    assert not answers & {bytes(row[0]) for row in first["envelope"] + second["envelope"]}
    assert not comments & (answers | {bytes(row[0]) for row in first["sealed_comment"] + second["sealed_comment"]})


def test_between_two_backups_answers_appear_in_crowds_only(attacked: Attacked) -> None:
    first, second = attacked.backups
    old = {row[0] for row in first["response"]}
    appeared = Counter(row[1] for row in second["response"] if row[0] not in old)
    assert appeared
    assert min(appeared.values()) >= K


def test_no_log_line_names_a_code_an_answer_a_receipt_or_a_nonce(attacked: Attacked) -> None:
    logged = "\n".join(attacked.log_lines)
    secrets = [*attacked.survey.all_codes(), *attacked.survey.stored(tables.code, "receipt"), "说", "x01"]
    assert not [secret for secret in secrets if secret in logged]


def test_answers_share_a_transaction_with_their_ledger_entry_and_with_nothing_of_a_code(attacked: Attacked) -> None:
    """PostgreSQL, integrity.md A.9, test 1: `xmin` joined, while envelopes that stayed in their pools were there."""
    if attacked.survey.database.dialect == "sqlite":
        pytest.skip("xmin is PostgreSQL's")
    entries = attacked.shared_transactions.pop("entry")
    assert entries > 100, "the join would find something"
    assert attacked.shared_transactions == dict.fromkeys(("code", "envelope", "run", "cell"), 0)
    with attacked.survey.database.read() as connection:
        joined = "SELECT count(*) FROM response r JOIN comment c ON r.xmin = c.xmin"
        assert connection.execute(text(joined)).scalar_one() == 0


def test_no_commit_in_the_log_holds_both_a_code_and_an_answer(attacked: Attacked) -> None:
    """Integrity.md A.9, test 2, on both engines: the tables that each transaction wrote, read from the write-ahead log."""
    written = commits(attacked)
    if written is None:
        pytest.skip("the server's log is out of reach")
    assert sum({"code", "envelope"} <= names for names in written) >= SUBMISSIONS, "the log holds every submission"
    assert sum("response" in names for names in written) > 20, "and every mix"
    assert sum("comment" in names for names in written) == 1, "and the comments"
    for one, other in [("code", "response"), ("code", "comment"), ("response", "comment"), ("code", "sealed_comment")]:
        assert not any({one, other} <= names for names in written)


def commits(attacked: Attacked) -> list[set[str]] | None:
    database = attacked.survey.database
    if database.dialect == "postgresql":
        with database.read() as connection:
            return tables_by_commit(connection, attacked.log_start, log_position(connection))
    file = Path(str(database.engine.url.database))
    roots = table_roots(file)
    written = []
    for commit in read_commits(file):
        owners = commit.image.owners(roots)
        written.append({owners[page] for page in commit.pages if page in owners})
    return written
