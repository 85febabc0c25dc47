"""A survey of 200 sheets with everything that attackers hold of it (docs/anonymity.md, "Who learns what"): played once, attacked by many.

Real requests to the real application: phones open a form and send it when it has been read, two clerks key in sheets of paper, programs
ask with their tokens, the worker counts, turns over and closes. Only the clock is ours: it is moved on from one act to the next, so that
three hours take seconds. After every act the attackers copy what they can reach: all tables, the key directory, counts, the log.
Each sheet spells the number of its code, so that the truth is known; what else it says has nothing to do with when and how it came.
"""

import json
import logging
import shutil
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Table, event, insert, select, text

from survey_app import create_app
from survey_app.domain.campaigns import State
from survey_app.domain.clock import FixedClock
from survey_app.domain.errors import HastySheet
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.staff import Role
from survey_app.services.accounts.tokens import make_token
from survey_app.services.campaigns.closing import close_campaign
from survey_app.services.cockpit.readings import take_readings
from survey_app.services.codes.daily_audit import tell_code_acts
from survey_app.services.codes.keying import forget_typed_sheets
from survey_app.services.mixing.turnover import Mixer, count_sheets
from survey_app.settings import Settings
from survey_app.storage import tables
from survey_app.storage.campaigns.campaigns import find_campaign
from survey_app.storage.schema import metadata
from survey_app.storage.session import Database, open_database
from tests.attacks.guessing import Sheet
from tests.builders_cockpit import keep_documents, make_plan
from tests.builders_staff import StaffBrowser, make_account, open_session_for
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey
from tests.builders_web import Page
from tests.postgresql_log import log_position, tables_by_commit
from tests.sqlite_pages import read_commits, table_roots

SCHOOLS = ("S1", "S2", "S3", "S4", "S5", "S6")
CROWDS = [
    *(Crowd("parent", school, codes) for school, codes in zip(SCHOOLS, (20, 17, 14, 11, 8, 5), strict=True)),
    *(Crowd("student", school, codes) for school, codes in zip(SCHOOLS, (19, 16, 13, 10, 7), strict=False)),
    *(Crowd("teacher", school, codes) for school, codes in zip(SCHOOLS, (18, 6), strict=False)),
    *(Crowd("principal", school, 1, unit="") for school in SCHOOLS[:5]),
    *(Crowd(group, "", codes) for group, codes in (("npc_deputy", 9), ("cppcc_member", 7), ("public", 15))),
]
K = 5
MIN_SECONDS = 4
DIGITS = 4  # a sheet spells its number in base 4: 256 different ones
VALUES = ("1", "2", "3", "9")
KEYED_IN = 16
OPENED = "form opened"
WORKS_EVERY = timedelta(minutes=10)  # and turns over every other time
LASTS = timedelta(hours=3)
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
COUNTY = "430302"

Rows = Mapping[Hashable, Mapping[str, Hashable]]
Copy = dict[str, Rows]
"""Rows by table and primary key; a table that has not changed is the same object as in the copy before."""
Files = dict[str, bytes]


@dataclass(frozen=True)
class Step:
    """What the attackers have copied after an act. `code`: the number of the code that was used by it."""

    act: str
    code: int | None
    moment: datetime
    copy: Copy
    order: tuple[bytes, ...]  # ids of envelopes as the engine hands them out
    keys: Files
    counts: str
    told: str
    lines: tuple[str, ...]


@dataclass
class Evidence:
    """A finished survey, and all that attackers hold of it."""

    survey: Survey
    sheets: list[Sheet]  # by number, in the order of `codes`
    keyed_in: set[int]
    steps: list[Step]
    seals: dict[bytes, bytes]  # every ciphertext that ever stood in the table, by the envelope's id
    log_start: int
    log_end: int

    @cached_property
    def uses(self) -> list[tuple[Step, Step]]:
        """The copies before and after each use of a code, in order of use."""
        pairs = zip(self.steps, self.steps[1:], strict=False)
        return [(before, after) for before, after in pairs if after.code is not None]

    @cached_property
    def used(self) -> list[int]:
        """The codes' numbers in the order in which they were used."""
        return [after.code for _, after in self.uses if after.code is not None]

    @cached_property
    def answers(self) -> list[tuple[str, int]]:
        """Label and number of every answer as the engine hands them out."""
        return [
            (label, number_of(answers)) for label, answers in self.survey.stored(tables.response, "label", "answers")
        ]

    @cached_property
    def commits(self) -> list[set[str]] | None:
        """The tables that each transaction wrote, from the write-ahead log; None where it is out of reach."""
        database = self.survey.database
        if database.file is None:
            with database.read() as connection:
                return tables_by_commit(connection, self.log_start, self.log_end)
        roots = table_roots(database.file)
        images = [(commit.pages, commit.image.owners(roots)) for commit in read_commits(database.file)]
        return [{owners[page] for page in pages if page in owners} for pages, owners in images]


def spell(number: int) -> dict[str, str]:
    """The answers that say which code they are of."""
    return {f"x{digit + 1:02d}": VALUES[number // 4**digit % 4] for digit in range(DIGITS)}


def number_of(answers: str | Mapping[str, object]) -> int:
    """Of which code an answer is."""
    found = json.loads(answers) if isinstance(answers, str) else answers
    return sum(VALUES.index(str(found[f"x{digit + 1:02d}"])) * 4**digit for digit in range(DIGITS))


# --- the play ----------------------------------------------------------------------------------------------------------------------


@dataclass
class Play:
    """The survey in progress."""

    survey: Survey
    app: Flask
    clock: FixedClock
    randomness: Random
    lines: "LogLines"
    evidence: Evidence
    mixer: Mixer = field(default_factory=lambda: Mixer(0))

    def __post_init__(self) -> None:
        self.phone: FlaskClient = self.app.test_client()
        at, clock = self.survey.database, self.clock
        self.clerks = {name: make_account(self.app, name, Role.DESK, COUNTY) for name in ("li", "wang")}
        self.desk: dict[str, StaffBrowser] = {}
        make_account(self.app, "root", Role.ADMIN)
        make_account(self.app, "monitor", Role.MONITOR, COUNTY)
        self.tokens = {name: make_token(at, clock, "(junheng)", name) for name in ("root", "monitor")}
        self.codes = self.survey.all_codes()

    def do(self, moment: datetime, act: str, work: Callable[[], object], code: int | None = None) -> None:
        """Does something at a moment; then the attackers copy what they reach."""
        self.clock.moment = moment
        work()
        if act != OPENED:  # which writes nothing
            self.look(act, code)

    def look(self, act: str, code: int | None = None) -> None:
        """The attackers' copies of now."""
        lines = self.lines.take()
        last = self.evidence.steps[-1].copy if self.evidence.steps else {}
        copy, order = take_copy(self.survey.database, last, self.evidence.seals)
        keys = {
            str(file.relative_to(self.survey.keys.path)): file.read_bytes()
            for file in sorted(self.survey.keys.path.rglob("*"))
            if file.is_file()
        }
        counts, told = (
            self._ask(*asked) for asked in (("/metrics", "root"), (f"/api/v1/campaigns/{CAMPAIGN}", "monitor"))
        )
        self.lines.take()  # what the attackers' own requests leave
        self.evidence.steps.append(Step(act, code, self.clock.now(), copy, order, keys, counts, told, lines))

    def _ask(self, path: str, name: str) -> str:
        answer = self.phone.get(path, headers={"Authorization": f"Bearer {self.tokens[name]}"})
        assert answer.status_code == 200
        return answer.text

    # --- respondents

    def fill_in(self, number: int) -> dict[str, str | list[str]]:
        """What code `number` answers: its number, and something that goes with nothing else."""
        sheet = self.evidence.sheets[number]
        written = {"q04": f"说{number}。"} if sheet.has_text else {}
        return {**spell(number), "q01": sheet.first, "q03": list(sheet.ticked), **written}

    def open_form(self, number: int) -> dict[str, list[str]]:
        """The form's own fields, as the phone got them."""
        page = Page(self.phone.get(f"/s/{self.codes[number]}").text)
        return {name: page.values[name] for name in ("nonce", "started")}

    def send(self, number: int, form: dict[str, list[str]]) -> None:
        """The form comes back and is taken."""
        answer = self.phone.post(f"/s/{self.codes[number]}", data={**form, **self.fill_in(number)})
        assert Page(answer.text).receipt

    def send_too_soon(self, number: int, form: dict[str, list[str]]) -> None:
        """The form comes back too soon and is handed back."""
        fields = {name: value if isinstance(value, list) else [value] for name, value in self.fill_in(number).items()}
        with suppress(HastySheet):
            self.survey.submit(self.codes[number], nonce=form["nonce"][0], started=form["started"][0], **fields)
            raise AssertionError("it was taken")

    # --- the desk

    def sign_in(self, name: str) -> None:
        """A clerk begins to work."""
        self.desk[name] = open_session_for(self.app, self.clerks[name])

    def type_sheet(self, name: str, number: int, turn: str) -> None:
        """A clerk keys in a sheet of paper: its code, then what is ticked on it."""
        desk, code = self.desk[name], self.codes[number]
        page = Page(desk.post("/desk/paper", {"code": code}).text)
        started = page.values["started"][0]
        answer = desk.post(f"/desk/paper/{turn}", {"code": code, "started": started, **self.fill_in(number)})
        assert answer.status_code == 303
        desk.get("/desk/paper")

    # --- the worker

    def work(self, *, turns_over: bool) -> None:
        """A round of the worker, with turning over or without."""
        database, keys = self.survey.database, self.survey.keys
        take_readings(database, self.clock)
        if turns_over:
            assert self.mixer.round(database, keys) == [CAMPAIGN]
            forget_typed_sheets(database, keys)
        else:
            with database.read() as connection:
                campaign = find_campaign(connection, CAMPAIGN)
            assert count_sheets(database, keys, campaign) == set()
        tell_code_acts(database, keys, self.clock)
        keys.start_secrets.rotate(self.clock.now())

    def close(self) -> None:
        """The campaign's end has passed."""
        closed = close_campaign(self.survey.database, self.survey.keys, self.clock, CAMPAIGN)
        assert closed.state == State.CLOSED


def play(url: str, keys: KeyDirectory, seed: int) -> Evidence:
    """The survey from its first sheet to its closing."""
    database, clock, randomness = open_database(url), FixedClock(NOON), Random(seed)
    keep_the_log(database)
    survey = open_survey(database, keys, clock, CROWDS, k=K, extra_choices=DIGITS, min_seconds=MIN_SECONDS)
    keep_documents(database, make_plan())
    with database.write() as connection:
        schools = [{"campaign": CAMPAIGN, "code": code, "name": code, "location": "城区"} for code in SCHOOLS]
        connection.execute(insert(tables.school), schools)
    survey.freeze()
    sheets = list(make_sheets(survey, randomness))
    evidence = Evidence(survey, sheets, choose_keyed_in(sheets, randomness), [], {}, position(database), 0)
    app = create_app(Settings(database_url=url, keys_dir=keys.path), clock)
    app.testing = True
    keep_the_log(app.extensions["junheng"].database)
    with log_lines() as lines:
        logging.getLogger("survey_app").debug("the survey begins")
        going = Play(survey, app, clock, randomness, lines, evidence)
        for moment, act, work, code in sorted(plan(going), key=lambda one: one[0]):
            going.do(moment, act, work, code)
        going.do(NOON + timedelta(days=2), "close", going.close)
        going.do(NOON + timedelta(days=2), "forget", lambda: forget_typed_sheets(database, keys))
    app.extensions["junheng"].database.close()
    evidence.log_end = position(database)
    return evidence


def make_sheets(survey: Survey, randomness: Random) -> Iterator[Sheet]:
    """What each code will say."""
    labels = [crowd.label for crowd in CROWDS for _ in range(crowd.codes)]
    for number, label in enumerate(labels):
        ticked = tuple(value for value in VALUES if randomness.random() < 0.4)
        yield Sheet(number, label, randomness.choice(VALUES), ticked, has_text=randomness.random() < 0.2)


def choose_keyed_in(sheets: Sequence[Sheet], randomness: Random) -> set[int]:
    """Some sheets of the large groups come on paper."""
    of_schools = [one.number for one in sheets if one.label.split("/")[1] in ("parent", "student", "teacher")]
    return set(randomness.sample(of_schools, KEYED_IN))


Act = tuple[datetime, str, Callable[[], object], int | None]


def plan(going: Play) -> Iterator[Act]:
    """Everything that happens, with its moment. Two schools hand one tablet round; elsewhere people answer when they like."""
    keyed_in, randomness = going.evidence.keyed_in, going.randomness
    yield from plan_desk(going, sorted(keyed_in))
    free = {school: NOON + timedelta(minutes=randomness.uniform(10, 60)) for school in ("S1", "S4")}
    for sheet in going.evidence.sheets:
        if sheet.number in keyed_in:
            continue
        rushes, is_hasty = (randomness.random() < 0.06 for _ in range(2))
        seconds = randomness.uniform(MIN_SECONDS + 0.1, 11) if rushes else 12 + randomness.lognormvariate(4.4, 0.7)
        school = sheet.label.rpartition("/")[2]
        opened = NOON + LASTS * randomness.uniform(0.03, 0.95)
        if school in free:
            opened = free[school] + timedelta(seconds=randomness.uniform(5, 20))
            free[school] = opened + timedelta(seconds=seconds)
        yield from plan_form(going, sheet.number, opened, seconds, is_hasty=is_hasty)
    for number in range(1, LASTS // WORKS_EVERY + 2):
        act = "count" if number % 2 else "turn over"
        yield NOON + number * WORKS_EVERY, act, lambda act=act: going.work(turns_over=act != "count"), None  # type: ignore[misc]


def plan_form(going: Play, number: int, opened: datetime, seconds: float, *, is_hasty: bool) -> Iterator[Act]:
    form: dict[str, list[str]] = {}
    yield opened, OPENED, lambda: form.update(going.open_form(number)), None
    if is_hasty:
        yield opened + timedelta(seconds=2), "too soon", lambda: going.send_too_soon(number, form), None
    yield opened + timedelta(seconds=seconds), "send", lambda: going.send(number, form), number


def plan_desk(going: Play, numbers: list[int]) -> Iterator[Act]:
    """All sheets are typed once before the first phone comes; the second clerk types them through the afternoon."""
    yield NOON, "sign in", lambda: going.sign_in("li"), None
    for place, number in enumerate(numbers):
        typed = NOON + timedelta(seconds=20 * (place + 1))
        yield typed, "type", lambda number=number: going.type_sheet("li", number, "first"), None  # type: ignore[misc]
    begins = NOON + timedelta(minutes=9)
    yield begins, "sign in", lambda: going.sign_in("wang"), None
    every = LASTS * 0.9 / len(numbers)
    for place, number in enumerate(going.randomness.sample(numbers, len(numbers))):
        typed = begins + every * (place + going.randomness.random())
        second = lambda number=number: going.type_sheet("wang", number, "second")  # noqa: E731
        yield typed, "send", second, number


# --- what attackers copy -----------------------------------------------------------------------------------------------------------


def take_copy(database: Database, last: Copy, seals: dict[bytes, bytes]) -> tuple[Copy, tuple[bytes, ...]]:
    """Every row of every table; ciphertexts of envelopes are kept once each."""
    found: Copy = {}
    with database.read() as connection:
        for table in metadata.sorted_tables:
            rows = read_table(connection, table)
            found[table.name] = last[table.name] if last.get(table.name) == rows else rows
        order = tuple(bytes(one) for one in connection.execute(text("SELECT id FROM envelope")).scalars())
        new = [id_ for id_ in order if id_ not in seals]
        columns = (tables.envelope.c.id, tables.envelope.c.ciphertext)
        wanted = select(*columns).where(tables.envelope.c.id.in_(new))
        seals.update({bytes(id_): bytes(ciphertext) for id_, ciphertext in (connection.execute(wanted) if new else ())})
    return found, order


def read_table(connection: Connection, table: Table) -> Rows:
    """The rows by primary key; on PostgreSQL with the transaction that wrote each."""
    names = [column.name for column in table.columns if (table.name, column.name) != ("envelope", "ciphertext")]
    hidden = [("xmin", "xmin::text")] if connection.dialect.name == "postgresql" else []
    wanted = ", ".join([f'"{name}"' for name in names] + [how for _, how in hidden])
    names += [name for name, _ in hidden]
    places = [names.index(column.name) for column in table.primary_key]
    found: dict[Hashable, Mapping[str, Hashable]] = {}
    for row in connection.exec_driver_sql(f'SELECT {wanted} FROM "{table.name}"').cursor.fetchall():  # type: ignore[union-attr]
        found[tuple(row[place] for place in places)] = dict(zip(names, row, strict=True))
    return found


class LogLines(logging.Handler):
    """Keeps every line that is logged, at any level, until it is taken."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(f"{record.name} {record.levelname} {record.getMessage()}")

    def take(self) -> tuple[str, ...]:
        """What was said since the last time."""
        lines, self._lines = tuple(self._lines), []
        return lines


@contextmanager
def log_lines() -> Iterator[LogLines]:
    """Everything that is logged meanwhile, at level DEBUG."""
    lines, root = LogLines(), logging.getLogger()
    level = root.level
    root.addHandler(lines)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(lines)
        root.setLevel(level)


def keep_the_log(database: Database) -> None:
    """Keeps SQLite from reusing its log, so that the attacker has all of it."""
    if database.dialect == "sqlite":
        for engine in (database.engine, database.quick_engine):
            event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA wal_autocheckpoint = 0"))


def position(database: Database) -> int:
    """Where PostgreSQL's log is now."""
    if database.dialect == "sqlite":
        return 0
    with database.read() as connection:
        return log_position(connection)


# --- a database for a module of tests ----------------------------------------------------------------------------------------------


def make_database(request: pytest.FixtureRequest, folder: Path, engine_name: str) -> str:
    """The address of a migrated database of its own."""
    if engine_name == "sqlite":
        file = shutil.copy(request.getfixturevalue("sqlite_template"), folder / "attacked.sqlite3")
        return f"sqlite:///{file}"
    return str(request.getfixturevalue("postgresql_databases").make())
