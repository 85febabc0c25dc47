"""Exports are streamed: what they hold in memory does not grow with the number of responses."""

import tracemalloc

import pytest

from survey_app.output.exports import write_export
from tests.integration.output.surveys import OUR_QUESTIONNAIRES, Comment, Survey, demo_responses

RESPONSES = demo_responses()


def peak_bytes(path, count):
    responses = (RESPONSES[place % len(RESPONSES)] for place in range(count))
    comments = (Comment("parent", f"第 {place} 条意见") for place in range(count))
    tracemalloc.start()
    write_export(path, Survey("调查", OUR_QUESTIONNAIRES, responses, comments, ()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


# a group of rows of .parquet is 10,000 responses
@pytest.mark.parametrize(
    ("ending", "few", "many"), [(".csv", 500, 10_000), (".xlsx", 500, 5_000), (".parquet", 11_000, 33_000)]
)
def test_memory_does_not_grow_with_the_responses(tmp_path, ending, few, many):
    write_export(
        tmp_path / f"first{ending}", Survey("调查", OUR_QUESTIONNAIRES, iter(RESPONSES), iter(()), ())
    )  # imports
    small = peak_bytes(tmp_path / f"small{ending}", few)
    large = peak_bytes(tmp_path / f"large{ending}", many)
    assert large < 1.5 * small + 1_000_000


def test_sav_holds_its_table_in_compact_columns(tmp_path):
    """The format can't be written in pieces; 10,000 responses to sixteen questions take less than 20 MB."""
    write_export(tmp_path / "first.sav", Survey("调查", OUR_QUESTIONNAIRES, iter(RESPONSES), iter(()), ()))
    assert peak_bytes(tmp_path / "large.sav", 10_000) < 20_000_000
