"""The attack through what a submission writes beside its code (decision 13): times, runs, counters, marks of validity.

The attacker has a copy of the database from before and after every submission, and so each code's own changes: every step of a number,
every moment and the gap to the one it replaced, the length of every sealed text. Answers keep a class of duration and whether they
count: if changes and answers go together within a label more often than when shuffled, codes lead to answers. Half of the schools hand
one tablet round, half answer at home through an evening; one sheet in twenty is rushed through. On both engines.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import combinations
from random import Random
from statistics import fmean, pstdev

import pytest

from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.start_token import TimeTaken
from survey_app.services.mixing import mix_due_pools
from survey_app.services.monitoring import read_progress
from survey_app.storage.schema import metadata
from survey_app.storage.session import Database
from tests.builders_cockpit import open_planned_survey
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey

SCHOOLS = 16
PARENTS = 10
MIN_SECONDS = 13
SECONDS_CLASSES = (0, 5, 10, 15, 20, 25, 30, 45, 60, 90, 120, 180, 300, 600)
LEFT_OUT = {"h", "id", "ct", "retry", "receipt", "school", "label"}  # random, or known of the code anyway

Copy = dict[tuple[Hashable, ...], dict[str, object]]


@dataclass(frozen=True)
class Seen:
    """A submission as the attacker sees it, and what its answer says."""

    label: str
    changes: tuple[tuple[Hashable, ...], ...]
    is_valid: bool
    bucket_s: int


def plan(survey: Survey, randomness: Random) -> list[tuple[datetime, float, str]]:
    """When each code is used, and how long its form was out."""
    evening = survey.clock.now()
    planned = []
    for number, codes in enumerate(survey.codes.values()):
        free = evening + timedelta(seconds=randomness.uniform(0, 1_800))
        for code in codes:
            rushes = randomness.random() < 0.05
            seconds = randomness.uniform(1, MIN_SECONDS - 1) if rushes else randomness.lognormvariate(4.55, 0.7)
            if number % 2:
                free += timedelta(seconds=randomness.uniform(5, 20) + seconds)
                planned.append((free, seconds, code))
            else:
                planned.append((evening + timedelta(seconds=randomness.uniform(700, 10_800)), seconds, code))
    return sorted(planned)


def copy(database: Database) -> Copy:
    """Every row of every table, by table and primary key."""
    found: Copy = {}
    with database.read() as connection:
        for table in metadata.sorted_tables:
            names = [column.name for column in table.primary_key]
            for row in connection.execute(table.select()).mappings():
                found[table.name, *(_plain(row[name]) for name in names)] = dict(row)
    return found


def _plain(value: object) -> Hashable:
    return bytes(value) if isinstance(value, memoryview) else value  # type: ignore[return-value]


def changes(before: Copy, after: Copy) -> tuple[tuple[Hashable, ...], ...]:
    """What one submission changed, without what is random and without what names the school."""
    found: list[tuple[Hashable, ...]] = []
    for key in after.keys() - {key for key in before if before[key] == after.get(key)}:
        old, new = before.get(key, {}), after[key]
        for name, value in new.items():
            if name not in LEFT_OUT and old.get(name) != value:
                found.append((key[0], name, bool(old), _step(old.get(name), value)))
    return tuple(sorted(found, key=repr))


def _step(old: object, new: object) -> Hashable:
    """A number's step, a moment's gap in classes of duration, the length of bytes, or the value."""
    if isinstance(new, bool | date) and not isinstance(new, datetime):
        return str(new)
    if isinstance(new, int):
        return new - (old if isinstance(old, int) else 0)
    if isinstance(new, datetime):
        gap = (new - old).total_seconds() if isinstance(old, datetime) else 0.0
        return ("moment", sum(gap >= bound for bound in SECONDS_CLASSES))
    if isinstance(new, bytes | memoryview):
        return ("length", len(new))
    return str(new)


def play(survey: Survey, randomness: Random) -> list[Seen]:
    """Everybody answers; a mix after every seventh."""
    seen = []
    labels = {code: crowd for crowd, codes in survey.codes.items() for code in codes}
    assert isinstance(survey.clock, FixedClock)
    for number, (moment, seconds, code) in enumerate(plan(survey, randomness)):
        survey.clock.moment = moment
        before = copy(survey.database)
        survey.submit(code, nonce=str(number), started=survey.form(code, seconds))
        bucket_s = TimeTaken(moment - timedelta(seconds=seconds), moment).bucket_s
        wrote = changes(before, copy(survey.database))
        seen.append(Seen("/".join(labels[code]), wrote, seconds >= MIN_SECONDS, bucket_s))
        if number % 7 == 6:
            mix_due_pools(survey.database, survey.keys, randomness)
    return seen


# --- the measure -------------------------------------------------------------------------------------------------------------------


def agreement(seen: Sequence[Seen], truths: Sequence[Hashable]) -> int:
    """Pairs of one label that agree both in what they changed and in what their answers say."""
    by_label = defaultdict(list)
    for one, truth in zip(seen, truths, strict=True):
        by_label[one.label].append((one.changes, truth))
    return sum(one == other for of_label in by_label.values() for one, other in combinations(of_label, 2))


def by_column(seen: Sequence[Seen]) -> dict[object, list[Seen]]:
    """The submissions seen through one column at a time, and through all at once."""
    columns = {step[:2] for one in seen for step in one.changes}
    through = {
        column: [replace(one, changes=tuple(step for step in one.changes if step[:2] == column)) for one in seen]
        for column in columns
    }
    return {**through, "all": list(seen)}


def deviation(seen: Sequence[Seen], truth: Callable[[Seen], Hashable]) -> float:
    """How many standard deviations the agreement is from that of answers shuffled within their labels; 0 where nothing can differ."""
    randomness = Random(1)
    chance = [agreement(seen, _shuffled(seen, truth, randomness)) for _ in range(400)]
    spread = pstdev(chance)
    return (agreement(seen, [truth(one) for one in seen]) - fmean(chance)) / spread if spread else 0.0


def _shuffled(seen: Sequence[Seen], truth: Callable[[Seen], Hashable], randomness: Random) -> list[Hashable]:
    by_label = defaultdict(list)
    for one in seen:
        by_label[one.label].append(truth(one))
    for of_label in by_label.values():
        randomness.shuffle(of_label)
    return [by_label[one.label].pop() for one in seen]


# --- the tests ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    crowds = [Crowd("parent", f"s{number:02d}", PARENTS) for number in range(SCHOOLS)]
    return open_survey(database, keys, clock, crowds, min_seconds=MIN_SECONDS)


def test_what_a_code_changed_says_nothing_of_its_answer(survey: Survey) -> None:
    seen = play(survey, Random(20261123))
    assert 3 <= sum(not one.is_valid for one in seen) <= 20
    assert len({one.bucket_s for one in seen}) > 8
    for column, through in by_column(seen).items():
        assert abs(deviation(through, lambda one: one.is_valid)) < 4, column
        assert abs(deviation(through, lambda one: one.bucket_s)) < 4, column
    written = {step for one in seen for step in one.changes}
    assert not [step for step in written if "moment" in repr(step)], "no time finer than the day"
    # all submissions change the same, but for the first of a school, which makes the row of its run
    assert len({one.changes for one in seen}) <= 2


def test_the_method_finds_validity_and_durations_where_they_are_written(survey: Survey) -> None:
    """The counters that there were once: a step of the valid ones, and the gap to the last submission of the school."""
    seen = play(survey, Random(20261123))
    stepping = [replace(one, changes=(("label", "valid", int(one.is_valid)),)) for one in seen]
    assert deviation(stepping, lambda one: one.is_valid) > 4
    at_the_tablet = [one for one in seen if int(one.label[-2:]) % 2]
    timed = [replace(one, changes=(("run", "last_submit", one.bucket_s >= 90),)) for one in at_the_tablet]
    assert deviation(timed, lambda one: one.bucket_s) > 4


def test_valid_answers_are_shown_exactly_at_once_all_the_same(
    database: Database, keys: KeyDirectory, clock: FixedClock
) -> None:
    """By group and unit, after each form, too fast or not, while some wait and some are mixed."""
    survey = open_planned_survey(database, keys, clock)
    valid = 0
    for number, code in enumerate(survey.codes["parent", "S1"]):
        is_valid = number % 3 != 0
        survey.submit(code, started=survey.form(code, 60 if is_valid else 0.5))
        valid += is_valid
        progress = read_progress(database, keys, CAMPAIGN)
        of_unit = {one.unit: one.valid for one in progress.units if one.group == "parent"}
        assert (progress.valid["parent"], progress.groups["parent"].answered) == (valid, number + 1)
        assert of_unit["S1"] == valid
        mix_due_pools(database, keys, survey.randomness)
        assert read_progress(database, keys, CAMPAIGN).valid["parent"] == valid
    assert survey.counts()["responses"] > 0
    assert survey.counts()["envelopes"] > 0
