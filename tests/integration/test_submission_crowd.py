"""Many at once from four processes: caps are never passed and never left unfilled, and no form counts twice. On both engines."""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.services.submission.submitting import look_up
from survey_app.storage import tables
from survey_app.storage.session import Database
from tests.builders_survey import Crowd, Survey, open_survey
from tests.paths import REPOSITORY

PROCESSES = 4


def crowd_in(survey: Survey, url: str, codes: list[str], folder: Path) -> Counter[str]:
    """All codes handed in at once, shared out over four processes; how often each outcome came."""
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
    while len(list(folder.glob("*.ready"))) < PROCESSES and all(one.poll() is None for one in processes):
        time.sleep(0.01)
    start.touch()
    outcomes = Counter[str]()
    for process in processes:
        said, complaints = process.communicate(timeout=570)
        assert process.returncode == 0, complaints
        outcomes.update(json.loads(said))
    return outcomes


def sheets(survey: Survey) -> set[int]:
    """The numbers that must all be the same: used codes, envelopes, and what is counted."""
    counts = survey.counts()
    return {counts[name] for name in ("used", "envelopes", "texts", "answered", "taken", "cells")}


def test_of_two_hundred_at_a_cap_of_fifteen_exactly_fifteen_are_stored(
    database: Database, database_url: str, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    survey = open_survey(database, keys, clock, [Crowd("principal", "", 200)], caps={"principal": 15}, min_seconds=0)
    assert crowd_in(survey, database_url, survey.all_codes(), tmp_path) == {"stored": 15, "GroupFull": 185}
    assert sheets(survey) == {15}
    states = Counter(look_up(database, keys, clock, code).state for code in survey.all_codes())
    assert states == {"used": 15, "full": 185}
    survey.change_group("principal", cap=200)
    for code in survey.all_codes():
        if look_up(database, keys, clock, code).state == "usable":
            survey.submit(code)
    assert sheets(survey) == {200}, "those who were refused could come back"


def test_of_ten_thousand_at_caps_each_group_takes_exactly_as_many_as_it_may(
    database: Database, database_url: str, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    """Five thousand codes, each handed in twice, by different processes; some of their groups fill up at once, some late, one never."""
    caps = {"principal": 1, "npc_deputy": 15, "cppcc_member": 333, "teacher": 799}
    crowds = [Crowd("teacher", school, 200) for school in ("s1", "s2", "s3", "s4")]
    crowds += [Crowd("principal", "", 1_900), Crowd("npc_deputy", "", 1_000), Crowd("cppcc_member", "", 1_000)]
    crowds += [Crowd("parent", "s1", 300)]
    survey = open_survey(database, keys, clock, crowds, caps=caps, min_seconds=0)
    codes = survey.all_codes()
    Random(20261123).shuffle(codes)
    tries = [*codes, *codes[1:], codes[0]]
    assert len(tries) == 10_000
    outcomes = crowd_in(survey, database_url, tries, tmp_path)
    taken = dict(survey.stored(tables.quota, "group", "taken"))
    assert taken == caps | {"parent": 300}
    assert sheets(survey) == {sum(taken.values())}
    # who is second with a form that was stored gets its receipt
    assert outcomes == {"stored": 2 * sum(taken.values()), "GroupFull": 10_000 - 2 * sum(taken.values())}


def test_the_same_forms_from_four_processes_at_once_are_stored_once(
    database: Database, database_url: str, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    survey = open_survey(database, keys, clock, [Crowd("parent", "s1", 30), Crowd("public", "", 20)], min_seconds=0)
    four_times = [code for code in survey.all_codes() for _ in range(PROCESSES)]
    assert crowd_in(survey, database_url, four_times, tmp_path) == {"stored": 200}
    assert sheets(survey) == {50}
    assert len(set(survey.stored(tables.code, "receipt"))) == 50
