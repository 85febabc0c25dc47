"""Requests worked on at once by one process, as the web server does with forms that come in together."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from survey_app.storage.together import MOST_AT_ONCE, Gathering

Result = TypeVar("Result")


def at_once(requests: Iterable[Callable[[], Result]]) -> list[Result]:
    """What the requests gave, a few of them at a time, in their order. Raises what the first of them raised, when all have ended."""
    waiting = list(requests)
    outcomes: dict[int, Result] = {}
    errors: dict[int, Exception] = {}

    def begin(place: int) -> Callable[[], None]:
        def run() -> None:
            try:
                outcomes[place] = waiting[place]()
            except Exception as error:
                errors[place] = error

        return run

    for start in range(0, len(waiting), MOST_AT_ONCE):
        gathering = Gathering()
        for place in range(start, min(start + MOST_AT_ONCE, len(waiting))):
            gathering.add(begin(place))
        gathering.finish()
    for place in sorted(errors):
        raise errors[place]
    return [outcomes[place] for place in range(len(waiting))]
