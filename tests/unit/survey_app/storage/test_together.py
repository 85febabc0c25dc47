"""Requests that give way to each other where they ask for something, so that it can be done together."""

import traceback
from collections.abc import Callable, Sequence

import pytest

from survey_app.storage.together import MOST_AT_ONCE, Gathering, Stage, ask, give_way

done: list[tuple[str, list[int]]] = []


@pytest.fixture(autouse=True)
def _nothing_done() -> None:
    done.clear()


def double(on: str, jobs: Sequence[int]) -> list[int | Exception]:
    """Twice each number; a job of 0 can't be done, and with a job of 13 none can."""
    done.append((on, list(jobs)))
    if 13 in jobs:
        raise RuntimeError("nothing was done")
    return [2 * job if job else ValueError("zero") for job in jobs]


def negate(on: str, jobs: Sequence[int]) -> list[int | Exception]:
    done.append((on, list(jobs)))
    return [-job for job in jobs]


def gather(*requests: Callable[[], None]) -> None:
    gathering = Gathering()
    for request in requests:
        gathering.add(request)
    gathering.finish()


def test_alone_a_request_asks_alone() -> None:
    assert ask(double, "a", 4) == 8
    with pytest.raises(ValueError, match="zero"):
        ask(double, "a", 0)
    with pytest.raises(RuntimeError):
        ask(double, "a", 13)
    assert done == [("a", [4]), ("a", [0]), ("a", [13])]


def test_what_is_asked_at_once_is_done_together_in_the_order_of_asking() -> None:
    told: list[object] = []

    def request(number: int) -> Callable[[], None]:
        return lambda: told.append((number, ask(double, "a", number), ask(negate, "a", number)))

    gather(*map(request, [3, 1, 2]))
    assert done == [("a", [3, 1, 2]), ("a", [3, 1, 2])]
    assert told == [(3, 6, -3), (1, 2, -1), (2, 4, -2)]


def test_a_request_runs_as_far_as_it_can_as_soon_as_it_comes() -> None:
    steps: list[str] = []
    gathering = Gathering()
    gathering.add(lambda: steps.append("asks nothing"))
    assert steps == ["asks nothing"]
    assert not gathering.takes_more, "nobody waits, so nothing would be shared"

    def request() -> None:
        steps.append("before")
        ask(double, "a", 1)
        steps.append("after")

    gathering.add(request)
    assert steps[1:] == ["before"]
    assert gathering.takes_more
    gathering.finish()
    assert steps[1:] == ["before", "after"]


def test_no_more_than_a_few_wait_for_each_other() -> None:
    gathering = Gathering()
    for number in range(MOST_AT_ONCE):
        assert gathering.takes_more or number == 0
        gathering.add(lambda: [ask(double, "a", 1)].clear())
    assert not gathering.takes_more
    gathering.finish()
    assert [jobs for _, jobs in done] == [[1] * MOST_AT_ONCE]


def test_only_the_same_work_on_the_same_thing_is_done_together() -> None:
    told: dict[str, int] = {}

    def request(
        name: str, perform: Callable[[str, Sequence[int]], list[int | Exception]], on: str
    ) -> Callable[[], None]:
        def run() -> None:
            told[name] = ask(perform, on, len(told) + 1)

        return run

    gather(request("v", double, "a"), request("w", double, "b"), request("x", negate, "a"), request("y", double, "a"))
    assert sorted(len(jobs) for _, jobs in done) == [1, 1, 2]
    assert told == {"v": 2, "w": 2, "x": -1, "y": 2}


def test_each_is_told_its_own_error_and_the_others_go_on() -> None:
    told: list[object] = []

    def request(number: int) -> Callable[[], None]:
        def run() -> None:
            try:
                told.append(ask(double, "a", number))
            except (ValueError, RuntimeError) as error:
                told.append(str(error))
                told.append(ask(negate, "a", 5))

        return run

    gather(request(1), request(0), request(2))
    assert told == [2, "zero", 4, -5]
    told.clear()
    gather(request(1), request(13))
    assert told == ["nothing was done", "nothing was done", -5, -5], "nobody waits for ever where the work fails"


def test_how_often_one_asks_holds_up_nobody() -> None:
    finished: list[int] = []

    def request(times: int) -> Callable[[], None]:
        def run() -> None:
            for _ in range(times):
                ask(double, "a", times)
            finished.append(times)

        return run

    gather(*map(request, [3, 1, 2]))
    assert [jobs for _, jobs in done] == [[3, 1, 2], [3, 2], [3]]
    assert finished == [1, 2, 3]


def test_nobody_answers_before_all_have_what_they_asked_and_the_slow_ones_answer_last() -> None:
    steps: list[str] = []

    def request(name: str, asks: int, *, is_slow: bool) -> Callable[[], None]:
        def run() -> None:
            for _ in range(asks):
                ask(double, "a", 1)
            assert give_way(Stage.ANSWERING)
            steps.append(f"{name} answers")
            if is_slow:
                assert give_way(Stage.ANSWERING_SLOWLY)
                steps.append(f"{name} goes on answering")

        return run

    gather(request("first", 0, is_slow=True), request("second", 2, is_slow=False), request("third", 1, is_slow=False))
    assert [jobs for _, jobs in done] == [[1, 1], [1]]
    assert steps == ["first answers", "third answers", "second answers", "first goes on answering"]


def test_alone_there_is_nobody_to_give_way_to() -> None:
    assert not give_way(Stage.ANSWERING)
    assert not give_way(Stage.ANSWERING_SLOWLY)


def test_several_that_are_told_one_error_do_not_share_its_steps() -> None:
    steps: list[list[object]] = []

    def run() -> None:
        try:
            ask(double, "a", 13)
        except RuntimeError as error:
            steps.append([frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)])

    gather(*[run] * MOST_AT_ONCE)
    assert steps == [steps[0]] * MOST_AT_ONCE
    assert double.__code__ in steps[0], "where it came from"
