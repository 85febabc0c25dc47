"""A bug in the log without what a respondent sent: the message of an error may quote it."""

import traceback
from collections.abc import Iterator


def steps_of(error: BaseException) -> str:
    """Where an error and those that led to it were raised, and their kinds; none of their messages."""
    return "".join(_lines(error)).rstrip("\n")


def _lines(error: BaseException) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _lines(before)
        yield "which led to:\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__module__}.{type(error).__qualname__}\n"
