"""Several that come to store something share a commit; each is told what became of its own."""

import sqlite3
import threading
import traceback
from collections.abc import Sequence
from typing import Any

import pytest

from survey_app.storage.submission.committing import MOST_AT_ONCE, Committer, Interrupted


class Killed(BaseException):
    """As a web server ends a request that takes too long."""


class Store:
    """Doubles numbers; notes which came together, and can be held up in its first commit."""

    def __init__(self, *, is_held_up: bool = False) -> None:
        self.commits: list[list[Any]] = []
        self.is_storing = threading.Event()
        self.may_go_on = threading.Event()
        if not is_held_up:
            self.may_go_on.set()

    def __call__(self, jobs: Sequence[Any]) -> Sequence[Any]:
        self.commits.append(list(jobs))
        self.is_storing.set()
        assert self.may_go_on.wait(60)
        if "disk" in jobs:
            raise sqlite3.OperationalError("disk is full")
        if "killed" in jobs:
            raise Killed
        return [ValueError(f"no {job}") if job == 0 else job * 2 for job in jobs]


class Requests:
    """Threads that each bring a job, and what each was told."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.committer: Committer[Any, Any] = Committer(store)
        self.threads: list[threading.Thread] = []
        self.told: list[tuple[Any, Any]] = []
        self.steps: list[int] = []

    def bring(self, job: Any) -> None:
        self.threads.append(threading.Thread(target=self._run, args=(job,), daemon=True))
        self.threads[-1].start()

    def _run(self, job: Any) -> None:
        try:
            self.told.append((job, self.committer.commit(job)))
        except BaseException as error:
            self.steps.append(len(list(traceback.walk_tb(error.__traceback__))))
            self.told.append((job, error))

    def bring_while_the_first_is_stored(self, jobs: Sequence[Any]) -> None:
        """All of `jobs` wait, in their order, when the commit of a first one, 1, is let go on."""
        self.bring(1)
        assert self.store.is_storing.wait(60)
        for number, job in enumerate(jobs, start=1):
            self.bring(job)
            self._wait_until_queue_holds(number)
        self.store.may_go_on.set()
        self.finish()

    def _wait_until_queue_holds(self, number: int) -> None:
        waiting = threading.Event()
        for _ in range(6_000):
            if len(self.committer._queue) == number:
                return
            waiting.wait(0.01)
        raise AssertionError

    def finish(self) -> None:
        for thread in self.threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in self.threads), "nobody waits for ever"

    def go_on(self) -> None:
        """Whoever comes later is served."""
        self.bring(5)
        self.finish()
        assert (5, 10) in self.told


@pytest.fixture
def requests() -> Requests:
    """Requests to a store that is held up in its first commit."""
    return Requests(Store(is_held_up=True))


def test_alone_a_job_is_stored_at_once() -> None:
    store = Store()
    committer: Committer[Any, Any] = Committer(store)
    assert committer.commit(4) == 8
    with pytest.raises(ValueError, match="no 0"):
        committer.commit(0)
    with pytest.raises(sqlite3.OperationalError):
        committer.commit("disk")
    assert committer.commit(5) == 10
    assert store.commits == [[4], [0], ["disk"], [5]]


def test_what_comes_while_a_commit_is_under_way_shares_the_next_one_in_order_of_coming(requests: Requests) -> None:
    requests.bring_while_the_first_is_stored([7, 3, 9, 2])
    assert requests.store.commits == [[1], [7, 3, 9, 2]]
    assert dict(requests.told) == {1: 2, 7: 14, 3: 6, 9: 18, 2: 4}


def test_an_error_of_one_job_is_told_to_it_alone(requests: Requests) -> None:
    requests.bring_while_the_first_is_stored([7, 0, 9])
    told = dict(requests.told)
    assert (told[1], told[7], told[9]) == (2, 14, 18)
    assert isinstance(told[0], ValueError)


def test_an_error_of_the_commit_is_told_to_all_who_share_it_and_to_nobody_else(requests: Requests) -> None:
    requests.bring_while_the_first_is_stored([7, "disk", 9])
    told = dict(requests.told)
    assert told[1] == 2
    assert {type(told[job]) for job in (7, "disk", 9)} == {sqlite3.OperationalError}
    requests.go_on()


def test_those_who_are_told_one_error_do_not_share_its_steps(requests: Requests) -> None:
    requests.bring_while_the_first_is_stored(["disk"] * MOST_AT_ONCE)
    assert len(requests.steps) == MOST_AT_ONCE
    assert max(requests.steps) < 10, "they would grow with the number of those who are told"


def test_no_more_than_a_few_share_a_commit_and_who_is_left_over_has_the_next(requests: Requests) -> None:
    jobs = list(range(2, MOST_AT_ONCE + 12))
    requests.bring_while_the_first_is_stored(jobs)
    assert requests.store.commits == [[1], jobs[:MOST_AT_ONCE], jobs[MOST_AT_ONCE:]]
    assert sorted(requests.told) == [(job, 2 * job) for job in [1, *jobs]]


def test_where_the_one_that_stores_is_killed_the_others_are_told_and_later_ones_go_on(requests: Requests) -> None:
    requests.bring_while_the_first_is_stored(["killed", 7, 9])
    told = dict(requests.told)
    assert told[1] == 2
    assert sorted(type(told[job]).__name__ for job in ("killed", 7, 9)) == ["Interrupted", "Interrupted", "Killed"]
    assert issubclass(Interrupted, Exception), "a page says that something went wrong"
    requests.go_on()


def test_many_threads_lose_nothing_and_each_gets_its_own_result() -> None:
    requests = Requests(Store())
    for job in range(1, 301):
        requests.bring(job)
    requests.finish()
    assert sorted(requests.told) == [(job, 2 * job) for job in range(1, 301)]
    assert sorted(job for jobs in requests.store.commits for job in jobs) == list(range(1, 301))
    assert max(map(len, requests.store.commits)) <= MOST_AT_ONCE
