"""The cockpit with 100 answers and with 100,000: the ratio of its times, and the queries it asks."""

import secrets
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

from sqlalchemy import event, insert, select, update

from survey_app import create_app
from survey_app.domain.clock import FixedClock
from survey_app.domain.envelope import ANSWERS_LENGTH
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.staff import Role
from survey_app.settings import Settings
from survey_app.storage import tables
from survey_app.storage.migrating import upgrade_database
from survey_app.storage.session import Database, open_database
from tests.builders_cockpit import keep_documents, make_plan, note_pace
from tests.builders_staff import OWN_COUNTY, installation_of, sign_in_as
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey

ROUNDS = 15
SIZES = (100, 100_000)
SCHOOLS = [f"S{number:03d}" for number in range(60)]
SEALED_BYTES = ANSWERS_LENGTH + 48
"""What an envelope with answers takes."""

CROWDS = [
    *(Crowd(group, school, 10) for group in ("parent", "student", "teacher") for school in SCHOOLS),
    *(Crowd("principal", school, 1, unit="") for school in SCHOOLS),
    *(Crowd(group, "", 60) for group in ("npc_deputy", "cppcc_member", "public")),
]


def run() -> Iterator[str]:
    """Lines to print."""
    few, many = (_measure(size) for size in SIZES)
    yield f"monitor: page with 100,000 answers / page with 100: {many[0] / few[0]:.2f} (at most 3; {1000 * many[0]:.0f} ms)"
    yield f"monitor: queries with 100 and with 100,000 answers: {few[1]}, {many[1]} (at most 15)"


def _measure(answers: int) -> tuple[float, int]:
    """Seconds of the page (the median of some), and queries it asks."""
    with tempfile.TemporaryDirectory(prefix="junheng-bench-") as name:
        url = f"sqlite:///{Path(name)}/survey.sqlite3"
        upgrade_database(url)
        database, keys = open_database(url), KeyDirectory(Path(name) / "keys")
        clock = FixedClock(datetime(2026, 11, 23, 4, 0, tzinfo=UTC))
        _fill(database, keys, clock, answers)
        app = create_app(Settings(database_url=url, keys_dir=keys.path), clock)
        asked: list[str] = []
        event.listen(installation_of(app).database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        browser = sign_in_as(app, Role.MONITOR, OWN_COUNTY)
        seconds = []
        for _ in range(ROUNDS):
            asked.clear()
            begun = time.perf_counter()
            assert browser.get(f"/campaigns/{CAMPAIGN}").status_code == 200
            seconds.append(time.perf_counter() - begun)
        database.close()
        return statistics.median(seconds), len(asked)


def _fill(database: Database, keys: KeyDirectory, clock: FixedClock, answers: int) -> None:
    """A survey of 60 schools as it stands after so many answers: each waits in its pool for the closing."""
    survey = open_survey(database, keys, clock, CROWDS, with_comment=False)
    keep_documents(database, make_plan())
    opened = clock.now() - timedelta(days=3)
    survey.change_campaign(opens=opened, opened_at=opened, closes=clock.now() + timedelta(days=2))
    with database.write() as connection:
        labels = list(connection.execute(select(tables.pool.c.label)).scalars())
        schools = [{"campaign": CAMPAIGN, "code": one, "name": f"第{one}学校", "location": "城区"} for one in SCHOOLS]
        connection.execute(insert(tables.school), schools)
    for label, number in Counter(islice(cycle(labels), answers)).items():
        _answer(survey, label, number)
    note_pace(survey, {"parent": answers // 6})


def _answer(survey: Survey, label: str, number: int) -> None:
    """So many answers of a label: codes used, counters moved, envelopes waiting."""
    _, group, unit = label.split("/")
    envelopes = [
        {"id": secrets.token_bytes(16), "label": label, "batch": 1, "ciphertext": secrets.token_bytes(SEALED_BYTES)}
        for _ in range(number)
    ]
    place = {"campaign": CAMPAIGN, "group": group, "school": unit, "label": label}
    used = {**place, "tag": bytes(32), "used": True, "receipt": "0000-0000-0000"}
    with survey.database.write() as connection:
        connection.execute(insert(tables.envelope), envelopes)
        connection.execute(insert(tables.code), [{"code_hash": secrets.token_bytes(32), **used} for _ in range(number)])
        quota, cell = tables.quota.c, tables.allocation.c
        moved = {name: quota[name] + number for name in ("answered", "issued", "taken")}
        connection.execute(update(tables.quota).where(quota.group == group).values(moved))
        of_cell = (cell.group == group) & (cell.school == unit)
        connection.execute(
            update(tables.allocation).where(of_cell).values(answered=number, issued=cell.issued + number)
        )
