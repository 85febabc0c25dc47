"""kill −9 anywhere (integrity.md A.6, A.9): nothing acknowledged is lost, nothing is there twice, every counter agrees. On both engines.

At random moments under load, and at every single step of a submission, a mix and a closing.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.services.closing import close_campaign
from survey_app.services.mixing import clean_key_directory, mix_due_pools
from survey_app.storage import tables
from survey_app.storage.session import Database
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey
from tests.crashing import DIGITS, KILLS, VALUES, Stage
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

    used = {bytes(h) for h, is_used in survey.stored(tables.code, "h", "used") if is_used}
    key = keys.campaign_key(CAMPAIGN)
    return {number for number, code in enumerate(survey.all_codes()) if hash_code(key, code) in used}


def close(survey: Survey, clock: FixedClock) -> None:
    clock.move(timedelta(days=3))
    assert close_campaign(survey.database, survey.keys, clock, CAMPAIGN).state == "closed"


def check_everything_is_there_once(survey: Survey, keys: KeyDirectory) -> None:
    used = used_numbers(survey, keys)
    assert numbers_of_answers(survey) == Counter(used)
    comments = Counter(survey.stored(tables.comment, "text"))
    assert comments == Counter(f"说{number}" for number in used if number % 3 == 0)
    assert survey.stored(tables.envelope, "id") == survey.stored(tables.sealed_comment, "id") == []
    assert survey.keys.pool_batches() == []
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
    assert sum(played["kills"].values()) == KILLS >= 60
    assert min(played["kills"].values()) >= 10, "each kind of process was killed"
    assert played["imbalances"] == []
    acknowledged = dict(line.split(" ", 1) for line in stage.acknowledged.read_text().splitlines())
    assert len(acknowledged) > 100, "there was load"
    for number, code in enumerate(survey.all_codes()):
        if code in acknowledged:
            assert stage.submit(database, keys, code, number) == acknowledged[code]
    assert len(set(acknowledged.values())) == len(acknowledged)
    check_one_key_for_each_pool(survey)
    close(survey, clock)
    check_everything_is_there_once(survey, keys)


def check_one_key_for_each_pool(survey: Survey) -> None:
    """After the start that follows a crash, the key of each open batch is there and no older one."""
    clean_key_directory(survey.database, survey.keys)
    open_batches = dict(survey.stored(tables.pool, "label", "batch"))
    batches: dict[str, list[int]] = {}
    for label, batch in survey.keys.pool_batches():
        batches.setdefault(label, []).append(batch)
    # a key one batch ahead was made for a mix that did not happen, and will be used for it
    assert all(found[0] == open_batches[label] for label, found in batches.items())
    assert all(set(found) <= {open_batches[label], open_batches[label] + 1} for label, found in batches.items())
    assert batches.keys() == open_batches.keys()
    mix_due_pools(survey.database, survey.keys)


def test_killed_at_every_step_of_a_submission_a_mix_and_a_closing_each_gets_through_in_the_end(
    database: Database, database_url: str, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    crowds = [Crowd("parent", "s1", 900), Crowd("parent", "s2", 3), Crowd("public", "", 3)]
    survey = open_survey(database, keys, clock, crowds, min_seconds=0, extra_choices=DIGITS)
    for code in survey.codes["parent", "s2"] + survey.codes["public", ""]:
        Stage(database_url, str(keys.path), str(tmp_path)).submit(database, keys, code, survey.all_codes().index(code))
    _, played = play("steps", survey, database_url, tmp_path)
    assert played["imbalances"] == []
    steps: Mapping[str, int] = played["steps"]
    assert steps["submission"] > (15 if database.dialect == "sqlite" else 3)  # PostgreSQL gets it all in one statement
    assert 2 * steps["submissions at once"] > 3 * steps["submission"], "three of them"
    assert steps["mix"] > 30
    assert steps["closing"] > 60
    assert survey.stored(tables.campaign, "state") == ["closed"]
    check_everything_is_there_once(survey, keys)
