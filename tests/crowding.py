"""Hands in forms as fast as it can, in many threads, once the starting file is there; prints how often each outcome came as JSON.

`python -m tests.crowding URL KEYS PLAN START`: PLAN is a JSON list of codes, START the file to wait for;
a file PLAN with the suffix `.ready` says that it waits.
"""

import json
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from survey_app.domain.clock import FixedClock
from survey_app.domain.errors import SurveyError
from survey_app.domain.keys import KeyDirectory
from survey_app.services.submission.submitting import start_token, submit
from survey_app.storage.session import open_database

THREADS = 16


def main(url: str, keys_path: str, plan: str, start: str) -> None:
    database, keys = open_database(url), KeyDirectory(Path(keys_path))
    clock = FixedClock(datetime(2026, 11, 23, 4, 0, tzinfo=UTC))

    def hand_in(code: str) -> str:
        try:
            submit(database, keys, clock, code, {"q01": ["1"]}, "nonce", start_token(keys, clock, code))
        except SurveyError as refused:
            return type(refused).__name__
        return "stored"

    codes = json.loads(Path(plan).read_text())
    Path(plan).with_suffix(".ready").touch()
    while not Path(start).exists():
        time.sleep(0.001)
    with ThreadPoolExecutor(THREADS) as pool:
        sys.stdout.write(json.dumps(Counter(pool.map(hand_in, codes))))


if __name__ == "__main__":
    main(*sys.argv[1:])
