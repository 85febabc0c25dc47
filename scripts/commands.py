"""Writes docs/commands.md from the commands' own help. Run by `make docs`; a guard test holds the page to the code."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from survey_app.cli import main

PAGE = Path(__file__).resolve().parent.parent / "docs" / "commands.md"
INTRODUCTION = """# Commands

`junheng` is one command with subcommands. Exit status: 0 done; 2 wrong usage; 3 the input is wrong or the state forbids it: every problem on its own line of standard
error, and nothing written. `--json` prints one JSON document on standard output and nothing else there. Long work shows a progress bar on a terminal, and none in a pipe.
`junheng --lang zh …` says what is wrong in Chinese. This page is generated from the commands' help (`make docs`).
"""


def commands_document() -> str:
    """The whole page."""
    context = click.Context(main, info_name="junheng", **main.context_settings)  # what each command inherits
    names = main.list_commands(context)
    lines = [line for name in names for line in _sections(main.get_command(context, name), context, name)]
    return "\n".join([INTRODUCTION, *lines]).rstrip() + "\n"


def _sections(command: click.Command | None, parent: click.Context, name: str) -> Iterator[str]:
    if command is None:
        return
    context = click.Context(command, info_name=name, parent=parent, terminal_width=100, max_content_width=100)
    if not isinstance(command, click.Group):
        yield from (f"## {context.command_path}", "", "```", command.get_help(context), "```", "")
        return
    for part in command.list_commands(context):
        yield from _sections(command.get_command(context, part), context, part)


if __name__ == "__main__":
    PAGE.write_text(commands_document(), encoding="utf-8")
    sys.stdout.write(f"written: {PAGE}\n")
