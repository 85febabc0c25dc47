"""The rounds of the background worker (jobs/background.py): counts and turns over what is due, closes campaigns at their time, forgets what has had its time.

Every job is safe to repeat, so the process may be killed and started at any moment, and several may run: they take turns.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from itertools import count
from random import SystemRandom

from survey_app.domain.clock import Clock
from survey_app.domain.keys import KeyDirectory
from survey_app.services.campaigns.closing import advance_campaigns
from survey_app.services.cockpit.readings import take_readings
from survey_app.services.codes.daily_audit import tell_code_acts
from survey_app.services.codes.keying import forget_typed_sheets
from survey_app.services.health import Heart
from survey_app.services.mixing.turnover import TURNED_OVER_EVERY_S, Mixer, clean_key_directory
from survey_app.services.parcels import sweep_parcels
from survey_app.services.submission.guessing import forget_old_guesses
from survey_app.services.transparency_log import LogKeeper
from survey_app.storage.session import Database

INTERVAL_S = 5.0
_JITTER = 0.2

log = logging.getLogger(__name__)


def run_worker(
    database: Database, keys: KeyDirectory, clock: Clock, stop: threading.Event, interval_s: float = INTERVAL_S
) -> None:
    """Works until `stop` is set; what fails is logged with its traceback and tried again in the next round."""
    mixer, logs, heart = Mixer(), LogKeeper(), Heart(database, clock)
    jobs: Mapping[str, Callable[[], object]] = {
        "advance campaigns": lambda: advance_campaigns(database, keys, clock),
        "read the counters": lambda: take_readings(database, clock),
        "clean the key directory": lambda: clean_key_directory(database, keys),
        "count and turn over": lambda: heart.beat_of_campaigns(mixer.round(database, keys)),
        "keep the logs": lambda: logs.round(database, keys),
        "forget old guesses": lambda: forget_old_guesses(database, clock),
        "remove old parcels": lambda: sweep_parcels(database, clock),
        "tell what was done with codes": lambda: tell_code_acts(database, keys, clock),
        "rotate secrets": lambda: keys.start_secrets.rotate(clock.now()),
    }
    now_and_then: Mapping[str, Callable[[], object]] = {
        "forget typed sheets": lambda: forget_typed_sheets(database, keys),
    }
    rounds_between = max(1, round(TURNED_OVER_EVERY_S / max(interval_s, 0.001)))
    for number in count():
        if stop.is_set():
            return
        for name, job in (jobs if number % rounds_between else {**jobs, **now_and_then}).items():
            _attempt("tell that it is there", heart.beat)
            _attempt(name, job)
        stop.wait(interval_s * SystemRandom().uniform(1 - _JITTER, 1 + _JITTER))


def _attempt(name: str, job: Callable[[], object]) -> None:
    try:
        job()
    except Exception:
        log.exception("the worker could not %s; it will try again", name)
