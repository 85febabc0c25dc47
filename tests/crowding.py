"""Hands in forms as fast as it can, in several threads and in each a few at once, once the starting file is there; prints the outcome of each as JSON.

`python -m tests.crowding URL KEYS PLAN START`: PLAN is a JSON list of codes, START the file to wait for.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from survey_app.domain.clock import FixedClock
from survey_app.domain.errors import SurveyError
from survey_app.domain.keys import KeyDirectory
from survey_app.services.submission import start_token, submit
from survey_app.storage.session import open_database
from survey_app.storage.together import MOST_AT_ONCE
from tests.gathering import at_once

AT_A_TIME = 6


def main(url: str, keys_path: str, plan: str, start: str) -> None:
    database, keys = open_database(url), KeyDirectory(Path(keys_path))
    clock = FixedClock(datetime(2026, 11, 23, 4, 0, tzinfo=UTC))

    def hand_in(code: str) -> str:
        started = start_token(keys.session_secret(), clock, code)
        try:
            submit(database, keys, clock, code, {"q01": ["1"]}, "nonce", started)
        except SurveyError as refused:
            return type(refused).__name__
        return "stored"

    def hand_in_together(few: list[str]) -> list[str]:
        return at_once([partial(hand_in, code) for code in few])

    codes = json.loads(Path(plan).read_text())
    fews = [codes[start : start + MOST_AT_ONCE] for start in range(0, len(codes), MOST_AT_ONCE)]
    while not Path(start).exists():
        time.sleep(0.001)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        sys.stdout.write(json.dumps([outcome for few in pool.map(hand_in_together, fews) for outcome in few]))


if __name__ == "__main__":
    main(*sys.argv[1:])
