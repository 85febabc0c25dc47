"""What is named in data has its function, and what has a function is named."""

import re

from evaluation.rulebook.loading import list_rulebooks, load_rulebook
from evaluation.rulebook.tests import TESTS
from survey_app.cli import COMMANDS, SUMMARIES, main
from tests.paths import REPOSITORY


def test_every_test_of_the_closed_list_is_judged_by_a_rulebook_that_comes_along() -> None:
    """That each has its criterion is the type checker's to say: `judge_clause` matches them all."""
    used = {clause.test.name for name in list_rulebooks() for clause in load_rulebook(name).clauses()}
    assert used == set(TESTS)


def test_nobody_asks_a_test_what_it_is_called() -> None:
    """Readers, pages and reports ask it what it says of itself (`ClauseTest`)."""
    asked = re.compile(r"\.test(\.name)? (==|!=|in|not in) |hasattr\([a-z.]*test\b")
    sources = [*(REPOSITORY / "evaluation").rglob("*.py"), *(REPOSITORY / "survey_app").rglob("*.py")]
    assert [file.name for file in sources if asked.search(file.read_text(encoding="utf-8"))] == []


def test_every_command_can_be_loaded_and_has_help() -> None:
    assert set(COMMANDS) == set(SUMMARIES)
    for name in COMMANDS:
        command = main.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        assert command.help, f"junheng {name} has no help"
