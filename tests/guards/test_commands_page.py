"""docs/commands.md says what the commands say."""

import importlib.util

from tests.paths import REPOSITORY


def test_the_page_of_commands_is_their_own_help() -> None:
    spec = importlib.util.spec_from_file_location("commands_page", REPOSITORY / "scripts" / "commands.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = (REPOSITORY / "docs" / "commands.md").read_text(encoding="utf-8")
    assert page == module.commands_document(), "run `make docs`"
