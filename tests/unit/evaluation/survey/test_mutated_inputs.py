"""Files damaged in any way give a value or problems with an address, never a traceback."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluation.errors import InvalidInput
from evaluation.survey.questionnaire import load_questionnaires
from evaluation.survey.responses import read_responses
from tests.paths import REPOSITORY

VALID = REPOSITORY / "tests" / "files" / "questionnaires" / "valid"
QUESTIONNAIRES = load_questionnaires(VALID)
RESPONSES = (
    "group,school,submitted_at,duration_s,valid,q01,q02,comment\n"
    "parent,4303000056,2020-10-12T23:33:57,397,1,1,1;2,好\n"
    "parent,4303000005,2020-10-14T05:49:06,166,1,9,2,\n"
    "parent,,,,0,,,\n"
)
JUNK = [
    "",
    " ",
    "NaN",
    "-1",
    "1e999",
    "1;",
    ";",
    "=1+1",
    '"',
    ",",
    "\n",
    "\r",
    "\0",
    "１",
    "null",
    "[",
    "{",
    ":",
    "：",
    "&a",
    "*a",
    "- ",
]
edits = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 8), st.sampled_from(JUNK) | st.text(max_size=6)), min_size=1, max_size=4
)
one_file = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # the folder is shared by the examples, each of which writes its own file anew


def damaged(text: str, changes: list[tuple[float, int, str]]) -> bytes:
    """The text with some stretches replaced; what isn't a character (lone surrogates) is written as it is."""
    for share, length, junk in changes:
        start = int(share * len(text))
        text = text[:start] + junk + text[start + length :]
    return text.encode("utf-8", "surrogatepass")


def assert_addressed(name: str, error: InvalidInput) -> None:
    assert error.problems
    for problem in error.problems:
        assert problem.where.startswith(name)
        assert problem.text("en") != problem.text("zh")


@one_file
@given(edits)
def test_damaged_responses_file_is_read_or_refused(tmp_path: Path, changes: list[tuple[float, int, str]]) -> None:
    file = tmp_path / "responses.csv"
    file.write_bytes(damaged(RESPONSES, changes))
    try:
        found = read_responses(file, QUESTIONNAIRES)
    except InvalidInput as error:
        assert_addressed(file.name, error)
    else:
        assert found.answers["response"].isin(found.responses["response"]).all()


@one_file
@given(edits)
def test_damaged_questionnaire_is_read_or_refused(tmp_path: Path, changes: list[tuple[float, int, str]]) -> None:
    file = tmp_path / "parent.yaml"
    file.write_bytes(damaged((VALID / "parent.yaml").read_text(encoding="utf-8"), changes))
    try:
        (found,) = load_questionnaires(tmp_path)
    except InvalidInput as error:
        assert_addressed(file.name, error)
    else:
        assert all(question.options or question.type == "text" for question in found.questions)
