"""A phone's POST to a stored answer is read top to bottom (docs/architecture.md, "A POST"): which files it passes through, and how long they are."""

import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.storage.session import Database
from tests.builders_survey import Crowd, Survey, open_survey
from tests.paths import REPOSITORY

PRODUCT = str(REPOSITORY / "survey_app")
TOLD_IN = REPOSITORY / "docs" / "architecture.md"
MOST_FILES, MOST_LINES = 6, 700
SCHOOL = "s1"
# what has no decision of its own: connections and their line, the columns' types, a row as a value
BESIDE = {
    "storage/session.py",
    "storage/file_lock.py",
    "storage/tables.py",
    "storage/campaigns/campaigns.py",
    "storage/mixing/pools.py",
}


def traced(run: Callable[[], object]) -> set[CodeType]:
    """The functions of the service that `run` calls."""
    called: set[CodeType] = set()

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(PRODUCT):
            called.add(frame.f_code)

    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
    return called


def file_of(function: CodeType) -> str:
    return str(Path(function.co_filename).relative_to(PRODUCT))


@pytest.fixture
def path(database: Database, keys: KeyDirectory, clock: FixedClock) -> set[CodeType]:
    """Functions between a form that came in and its commit; rules (`domain`) are called from there, and are theirs to explain."""
    survey: Survey = open_survey(database, keys, clock, [Crowd("parent", SCHOOL, 10)], min_seconds=0)
    first, second, *_ = survey.codes["parent", SCHOOL]
    survey.submit(first)
    called = traced(lambda: survey.submit(second))
    return {one for one in called if not file_of(one).startswith("domain/") and file_of(one) not in BESIDE}


def test_a_post_passes_through_the_files_that_the_architecture_names(path: set[CodeType]) -> None:
    told = TOLD_IN.read_text(encoding="utf-8").partition("### A POST")[2].partition("### ")[0]
    named = set(re.findall(r"`((?:web|services|storage)/[a-z_/]+\.py)`", told))
    assert {file_of(one) for one in path} <= named
    assert len({file_of(one) for one in path}) <= MOST_FILES


def test_the_functions_that_a_post_calls_are_short_enough_to_read(path: set[CodeType]) -> None:
    outer = [one for one in path if not one.co_name.startswith("<")]
    lines = sum(len(inspect.getsourcelines(one)[0]) for one in outer)
    assert 50 < lines <= MOST_LINES
