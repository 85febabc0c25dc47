"""Two hundred at once at a cap of fifteen, from four processes: exactly fifteen are stored. On both engines."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.services.submission import look_up
from survey_app.storage import tables
from survey_app.storage.session import Database
from tests.builders_survey import Crowd, Survey, open_survey
from tests.paths import REPOSITORY

PROCESSES = 4


def crowd_in(survey: Survey, url: str, codes: list[str], folder: Path) -> list[str]:
    """All codes handed in at once, shared out over four processes; the outcomes."""
    start = folder / "start"
    processes = []
    for number in range(PROCESSES):
        plan = folder / f"plan{number}.json"
        plan.write_text(json.dumps(codes[number::PROCESSES]))
        arguments = [url, str(survey.keys.path), str(plan), str(start)]
        command = [sys.executable, "-m", "tests.crowding", *arguments]
        processes.append(
            subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        )
    start.touch()
    outcomes: list[str] = []
    for process in processes:
        said, complaints = process.communicate(timeout=300)
        assert process.returncode == 0, complaints
        outcomes += json.loads(said)
    return outcomes


def test_of_two_hundred_at_a_cap_of_fifteen_exactly_fifteen_are_stored(
    database: Database, database_url: str, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    survey = open_survey(database, keys, clock, [Crowd("principal", "", 200)], caps={"principal": 15}, min_seconds=0)
    outcomes = crowd_in(survey, database_url, survey.all_codes(), tmp_path)
    assert Counter(outcomes) == {"stored": 15, "GroupFull": 185}
    counts = survey.counts()
    assert counts["used"] == counts["envelopes"] == counts["answered"] == counts["valid"] == counts["cells"] == 15
    states = Counter(look_up(database, keys, clock, code).state for code in survey.all_codes())
    assert states == {"used": 15, "full": 185}
    survey.change_group("principal", cap=200)
    for code in survey.all_codes():
        if look_up(database, keys, clock, code).state == "usable":
            survey.submit(code)
    assert survey.counts()["used"] == 200, "those who were refused could come back"


def test_the_same_forms_from_four_processes_at_once_are_stored_once(
    database: Database, database_url: str, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    survey = open_survey(database, keys, clock, [Crowd("parent", "s1", 30), Crowd("public", "", 20)], min_seconds=0)
    four_times = [code for code in survey.all_codes() for _ in range(PROCESSES)]
    assert Counter(crowd_in(survey, database_url, four_times, tmp_path)) == {"stored": 200}
    counts = survey.counts()
    assert counts["used"] == counts["envelopes"] == counts["answered"] == counts["valid"] == counts["labels"] == 50
    assert len(set(survey.stored(tables.code, "receipt"))) == 50
