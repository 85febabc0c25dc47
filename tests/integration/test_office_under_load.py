"""The office cancels, replaces and issues codes while people answer and the mixer works: nobody waits in a circle, all adds up."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

from evaluation.errors import InvalidInput
from survey_app.domain.clock import FixedClock
from survey_app.domain.errors import GroupFull, UnknownCode
from survey_app.domain.keys import KeyDirectory
from survey_app.services.campaigns.closing import close_campaign
from survey_app.services.campaigns.lifecycle import create_campaign, open_campaign
from survey_app.services.cockpit.monitoring import show_campaign
from survey_app.services.codes.issuing import issue_codes, reissue_codes, revoke_codes
from survey_app.services.mixing.turnover import Mixer
from survey_app.services.starting_up import find_mismatches
from survey_app.services.submission.submitting import look_up, start_token, submit
from survey_app.storage import tables
from survey_app.storage.session import Database
from tests.builders_campaign import write_campaign


class BusyDay:
    """An open campaign, and everybody who works on it; `failures` holds what went wrong in any thread."""

    def __init__(self, database: Database, keys: KeyDirectory, clock: FixedClock, folder: Path) -> None:
        self.database, self.keys, self.clock = database, keys, clock
        self.campaign = create_campaign(database, keys, clock, write_campaign(folder, grace_minutes=0, min_seconds=0))
        self.codes = [one.code for one in issue_codes(database, keys, clock, self.campaign)]
        open_campaign(database, keys, clock, self.campaign)
        self.answered: list[str] = []
        self.failures: list[BaseException] = []
        self.is_over = threading.Event()
        self.rounds = 0

    def answer(self, codes: Sequence[str]) -> None:
        for code in codes:
            try:
                self.answered.append(self._submit(code))
            except (UnknownCode, GroupFull):
                continue  # cancelled by the office, or the group's cap is reached

    def _submit(self, code: str) -> str:
        questions = look_up(self.database, self.keys, self.clock, code).questionnaire.questions
        fields = {question.id: ["1"] for question in questions if question.required}
        token = start_token(self.keys, self.clock, code)
        return submit(self.database, self.keys, self.clock, code, fields, "nonce", token).text

    def cancel_and_replace(self) -> None:
        for code in self.codes[::3]:
            act = revoke_codes if Random(code).random() < 0.5 else reissue_codes
            try:
                act(self.database, self.keys, self.clock, self.campaign, [code])
            except InvalidInput:
                continue  # used before the office came to it

    def issue(self) -> None:
        while not self.is_over.is_set():
            issue_codes(self.database, self.keys, self.clock, self.campaign)

    def mix(self) -> None:
        mixer = Mixer(turned_over_every_s=0)
        while not self.is_over.is_set():
            assert mixer.round(self.database, self.keys) == [self.campaign]
            self.rounds += 1

    def start(self, work: Callable[..., None], *arguments: object) -> threading.Thread:
        def run() -> None:
            try:
                work(*arguments)
            except BaseException as failure:
                self.failures.append(failure)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def count(self, *conditions: object) -> int:
        with self.database.read() as connection:
            return connection.execute(select(func.count()).where(*conditions)).scalar_one()  # type: ignore[arg-type]

    def rows_of_answers(self) -> int:
        return self.count(~tables.envelope.c.label.contains("!text"))

    def rows(self, table: object) -> int:
        with self.database.read() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]


@pytest.fixture
def day(database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path) -> BusyDay:
    return BusyDay(database, keys, clock, tmp_path)


def test_answers_cancellations_issues_and_mixes_at_once(day: BusyDay) -> None:
    Random(1).shuffle(day.codes)
    ending = [*(day.start(day.answer, day.codes[part::3]) for part in range(3)), day.start(day.cancel_and_replace)]
    endless = [day.start(day.issue), day.start(day.mix)]
    for thread in ending:
        thread.join()
    day.is_over.set()
    for thread in endless:
        thread.join()

    assert day.failures == []
    assert len(day.answered) == len(set(day.answered)) > 20
    document = show_campaign(day.database, day.campaign)
    groups, schools = document["groups"].values(), document["schools"]
    assert day.count(tables.code.c.used) == len(day.answered) == sum(counts["answered"] for counts in groups)
    assert day.rounds > 0
    assert day.rows_of_answers() == len(day.answered)
    assert day.count(~tables.quota.c.stopped) == 7, "no group was taken for one that does not agree"
    assert day.count(~tables.code.c.cancelled) == sum(counts["issued"] for counts in groups)
    for group, counts in document["groups"].items():
        of_group = [one for one in schools if one["group"] == group]
        if of_group:
            assert sum(one["issued"] for one in of_group) == counts["issued"]
            if group in ("parent", "student", "teacher"):
                assert sum(one["answered"] for one in of_group) == counts["answered"]
    close_campaign(day.database, day.keys, day.clock, day.campaign)
    closed = show_campaign(day.database, day.campaign)["groups"].values()
    assert day.rows(tables.response) + sum(counts["withheld"] for counts in closed) == len(day.answered)
    assert sum(counts["lost"] for counts in closed) == 0
    assert find_mismatches(day.database, day.keys) == []
