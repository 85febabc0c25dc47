"""What is named in data has its function, and what has a function is named."""

from typing import get_args

from evaluation.criteria import CRITERIA
from evaluation.rulebook.tests import JudgedTest, ScoredTest
from survey_app.cli import COMMANDS, SUMMARIES, main


def test_every_test_of_the_closed_list_has_its_criterion() -> None:
    models = [*get_args(JudgedTest), *get_args(ScoredTest)]
    names = {get_args(model.model_fields["name"].annotation)[0] for model in models}
    assert set(CRITERIA) == names


def test_every_command_can_be_loaded_and_has_help() -> None:
    assert set(COMMANDS) == set(SUMMARIES)
    for name in COMMANDS:
        command = main.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        assert command.help, f"junheng {name} has no help"
