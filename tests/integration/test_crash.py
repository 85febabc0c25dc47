"""kill −9 anywhere (docs/anonymity.md, "The count"): nothing acknowledged is lost, nothing is there twice, every counter agrees. On both engines.

At random moments under load, and at every single step of a submission, of some at once, of a turnover, of a sheet that is keyed in, of
issuing more codes, and of a closing.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Set
from datetime import timedelta
from pathlib import Path
from typing import Any

from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.services.campaigns.closing import close_campaign
from survey_app.storage import tables
from survey_app.storage.session import Database
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey
from tests.crashing import ACKNOWLEDGED, DIGITS, KILLS, VALUES, Stage, start_and_mix
from tests.paths import REPOSITORY


def play(mode: str, survey: Survey, url: str, folder: Path) -> tuple[Stage, dict[str, Any]]:
    """Plays the survey in other processes, which are killed; what they did."""
    plan = folder / "plan.json"
    plan.write_text(json.dumps([[code, number] for number, code in enumerate(survey.all_codes())]))
    survey.database.close()
    arguments = [mode, url, str(survey.keys.path), str(plan)]
    played = subprocess.run(
        [sys.executable, "-m", "tests.crashing", *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert played.returncode == 0, played.stderr
    assert "Traceback" not in played.stderr, played.stderr
    return Stage(url, str(survey.keys.path), str(plan)), json.loads(played.stdout)


def numbers_of_answers(survey: Survey) -> Counter[int]:
    """How often each submission's answers are stored."""
    found = [json.loads(answers) for answers in survey.stored(tables.response, "answers")]
    return Counter(
        sum(VALUES.index(str(one[f"x{digit + 1:02d}"])) * 4**digit for digit in range(DIGITS)) for one in found
    )


def used_numbers(survey: Survey, keys: KeyDirectory) -> set[int]:
    """The submissions whose codes are used."""
    from survey_app.domain.codes import hash_code

    used = {bytes(h) for h, is_used in survey.stored(tables.code, "code_hash", "used") if is_used}
    key = keys.campaign_key(CAMPAIGN)
    return {number for number, code in enumerate(survey.all_codes()) if hash_code(key, code) in used}


def check_everything_is_there_once(survey: Survey, keys: KeyDirectory, withheld: Set[int] = frozenset()) -> None:
    """Every used code's answers came out once, or were withheld; what was written came out; no key is left, and nothing was lost."""
    used = used_numbers(survey, keys)
    assert numbers_of_answers(survey) == Counter(used - withheld)
    comments = Counter(survey.stored(tables.comment, "text"))
    assert comments == Counter(f"说{number}" for number in used - withheld if number % 3 == 0)
    assert survey.counts()["withheld"] == len(withheld)
    assert survey.stored(tables.envelope, "id") == []
    assert keys.pool_batches() == []
    kinds = Counter(survey.stored(tables.entry, "kind"))
    assert kinds["close"] == 1
    assert kinds["lost"] == 0


def test_killed_at_random_under_load_nothing_is_lost_and_nothing_doubled(
    database: Database, database_url: str, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    crowds = [
        Crowd("parent", "s1", 500),
        Crowd("parent", "s2", 300),
        Crowd("teacher", "s1", 200),
        Crowd("public", "", 200),
    ]
    survey = open_survey(database, keys, clock, crowds, min_seconds=0, extra_choices=DIGITS)
    stage, played = play("random", survey, database_url, tmp_path)
    assert played["imbalances"] == []
    assert sum(played["kills"].values()) >= KILLS
    acknowledged = dict(line.split(" ", 1) for line in stage.acknowledged.read_text().splitlines())
    assert len(acknowledged) > ACKNOWLEDGED, "there was load"
    for number, code in enumerate(survey.all_codes()):
        if code in acknowledged:
            assert stage.submit(database, keys, code, number) == acknowledged[code]
    assert len(set(acknowledged.values())) == len(acknowledged)
    start_and_mix(database, keys)
    check_one_key_for_each_pool(survey)
    clock.move(timedelta(days=3))
    assert close_campaign(survey.database, survey.keys, clock, CAMPAIGN).state == "closed"
    check_everything_is_there_once(survey, keys)


def check_one_key_for_each_pool(survey: Survey) -> None:
    """After the start that follows a crash, the key of each open batch is there and no other one that could open anything."""
    open_batches = set(survey.stored(tables.pool, "label", "batch"))
    batches = set(survey.keys.pool_batches())
    # a key one batch ahead was made for a turnover that did not happen, and nothing was ever sealed for it
    assert open_batches <= batches <= open_batches | {(label, batch + 1) for label, batch in open_batches}
    assert set(survey.stored(tables.envelope, "label", "batch")) <= open_batches


def test_killed_at_every_step_each_kind_of_work_gets_through_in_the_end(
    database: Database, database_url: str, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    crowds = [Crowd("parent", "s1", 20), Crowd("parent", "s2", 3), Crowd("parent", "s3", 6), Crowd("public", "", 3)]
    survey = open_survey(database, keys, clock, crowds, min_seconds=0, extra_choices=DIGITS)
    _, played = play("steps", survey, database_url, tmp_path)
    assert played["imbalances"] == []
    steps: Mapping[str, int] = played["steps"]
    assert steps["submission"] >= 8
    assert steps["submissions at once"] >= steps["submission"], (
        "they share a query and a transaction, and so have the same steps"
    )
    assert min(steps["turnover"], steps["closing"]) >= 50
    assert min(steps["keying in"], steps["issuing"]) >= 20
    assert survey.stored(tables.campaign, "state") == ["closed"]
    check_more_codes_were_issued_once(survey)
    labels = Counter(survey.stored(tables.response, "label"))
    assert labels == {f"{CAMPAIGN}/parent/s1": 11, f"{CAMPAIGN}/parent/": 9}
    check_everything_is_there_once(survey, keys, withheld={29, 30, 31})


def check_more_codes_were_issued_once(survey: Survey) -> None:
    cells = survey.stored(tables.allocation, "group", "school", "planned", "issued")
    assert {(group, school): issued for group, school, _, issued in cells} == {
        ("parent", "s1"): 23,
        ("parent", "s2"): 5,
        ("parent", "s3"): 8,
        ("public", ""): 5,
    }
    assert all(planned == issued for _, _, planned, issued in cells)
    assert len(survey.stored(tables.code, "code_hash")) == 41
    assert Counter(survey.stored(tables.entry, "kind"))["codes"] == 1
