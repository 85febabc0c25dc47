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
from survey_app.domain.concealment import seal_mark
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
PENDING = 9
"""The most envelopes that wait in a pool with k = 5: the tenth has it mixed."""

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
    """A survey of 60 schools as it stands after so many answers: most are mixed, and each pool holds what still waits."""
    survey = open_survey(database, keys, clock, CROWDS)
    keep_documents(database, make_plan())
    opened = clock.now() - timedelta(days=3)
    survey.change_campaign(opens=opened, opened_at=opened, closes=clock.now() + timedelta(days=2))
    with database.write() as connection:
        labels = list(connection.execute(select(tables.pool.c.label)).scalars())
        schools = [{"campaign": CAMPAIGN, "code": one, "name": f"第{one}学校", "location": "城区"} for one in SCHOOLS]
        connection.execute(insert(tables.school), schools)
    of_labels = Counter(islice(cycle(labels), answers))
    for label, number in of_labels.items():
        _answer(survey, label, number)
    note_pace(survey, {"parent": answers // 6})


def _answer(survey: Survey, label: str, number: int) -> None:
    """So many answers of a label: codes used, counters moved, the last few still waiting."""
    _, group, unit = label.split("/")
    waiting = min(number, PENDING)
    key = survey.keys.mark_key(label, 1)
    envelopes = []
    for id_ in (secrets.token_bytes(16) for _ in range(waiting)):
        mark = seal_mark(key, label, 1, id_, is_valid=True)
        envelopes.append({"id": id_, "label": label, "batch": 1, "ct": secrets.token_bytes(1_072), "mark": mark})
    mixed = [
        {"id": secrets.token_bytes(16), "label": label, **_MIXED, "questionnaire": f"{group}/1"}
        for _ in range(number - waiting)
    ]
    place = {
        "campaign": CAMPAIGN,
        "group": group,
        "school": unit,
        "label": label,
        "used": True,
        "receipt": "0000-0000-0000",
    }
    with survey.database.write() as connection:
        connection.execute(insert(tables.envelope), envelopes)
        if mixed:
            connection.execute(insert(tables.response), mixed)
        connection.execute(insert(tables.code), [{"h": secrets.token_bytes(32), **place} for _ in range(number)])
        more = {"answered": tables.quota.c.answered + number, "issued": tables.quota.c.issued + number}
        moved = {"taken": tables.quota.c.taken + number, "valid": tables.quota.c.valid + number - waiting}
        connection.execute(update(tables.quota).where(tables.quota.c.group == group).values(more | moved))
        of_cell = (tables.cell.c.group == group) & (tables.cell.c.school == unit)
        connection.execute(
            update(tables.cell).where(of_cell).values(answered=number, issued=tables.cell.c.issued + number)
        )
        connection.execute(update(tables.label).where(tables.label.c.label == label).values(valid=number - waiting))


_MIXED = {"batch": 1, "duration_bucket": 60, "valid": True, "answers": '{"q01":1}'}
