"""The cockpit with 100 answers and with 100,000: the ratio of its times, and the queries it asks."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import event
from tests.builders_campaign_at_scale import open_survey_with_answers

from survey_app import create_app
from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.staff import Role
from survey_app.settings import Settings
from survey_app.storage.migrating import upgrade_database
from survey_app.storage.session import open_database
from tests.builders_staff import OWN_COUNTY, installation_of, sign_in_as
from tests.builders_survey import CAMPAIGN

ROUNDS = 15
SIZES = (100, 100_000)


def run() -> Iterator[str]:
    """Lines to print."""
    times, queries = zip(*(_measure(size) for size in SIZES), strict=True)
    yield f"monitor: page with 100,000 answers / page with 100: {times[1] / times[0]:.2f} (at most 3)"
    yield f"monitor: queries with 100 and with 100,000 answers: {queries[0]}, {queries[1]} (at most 15)"


def _measure(answers: int) -> tuple[float, int]:
    """Seconds of the page (the median of some), and queries it asks."""
    with tempfile.TemporaryDirectory(prefix="junheng-bench-") as name:
        url = f"sqlite:///{Path(name)}/survey.sqlite3"
        upgrade_database(url)
        database, keys = open_database(url), KeyDirectory(Path(name) / "keys")
        clock = FixedClock(datetime(2026, 11, 23, 4, 0, tzinfo=UTC))
        open_survey_with_answers(database, keys, clock, answers)
        app = create_app(Settings(database_url=url, keys_dir=keys.path), FixedClock(clock.now() + timedelta(hours=1)))
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
