"""The `junheng` command. Commands are loaded when they are called, so that `junheng check` never loads Flask.

A module a command or group: `workbook` (template, check), `rulebook`, `evaluate` (with `evaluate_campaign`, `evaluate_summary`), `report`,
`recognition`, `campaign`, `codes` (with `issued_files`), `export`, `settle`, `user`, `backup`, `db`, `demo`, `serve`, `work`. What
`serve` runs: `processes`, `web_server`, `metrics_socket`. What all share: `installation`, `reporting`.
"""

import gc
import importlib
from typing import Final

import click

_OBJECTS_BETWEEN_COLLECTIONS: Final = 50_000
"""A command loads a hundred modules and leaves little garbage: looking for it as often as Python does takes a twentieth of `evaluate`."""

# name → module and the click object in it
COMMANDS = {
    "backup": "survey_app.cli.backup:backup",
    "campaign": "survey_app.cli.campaign:campaign",
    "check": "survey_app.cli.workbook:check",
    "codes": "survey_app.cli.codes:codes",
    "db": "survey_app.cli.db:db",
    "demo": "survey_app.cli.demo:demo",
    "evaluate": "survey_app.cli.evaluate:evaluate",
    "export": "survey_app.cli.export:export",
    "keys": "survey_app.cli.backup:keys",
    "recognition": "survey_app.cli.recognition:recognition",
    "report": "survey_app.cli.report:report",
    "restore": "survey_app.cli.backup:restore",
    "rulebook": "survey_app.cli.rulebook:rulebook",
    "serve": "survey_app.cli.serve:serve",
    "settle": "survey_app.cli.settle:settle",
    "template": "survey_app.cli.workbook:template",
    "user": "survey_app.cli.user:user",
    "work": "survey_app.cli.work:work",
}

SUMMARIES = {
    "backup": "Copy the database, and the keys encrypted to the recovery key.",
    "campaign": "Create, show, open and close surveys.",
    "check": "Check a statistics workbook and say what is wrong or odd in it.",
    "codes": "Issue, revoke and reissue the codes of a survey.",
    "db": "Bring the database to the newest migration.",
    "demo": "Serve a believable county on a fresh database.",
    "evaluate": "Judge a county by a rulebook and write the reports.",
    "export": "Write the answers of a closed survey to a file.",
    "keys": "Make the recovery key that copies of the keys are encrypted to.",
    "report": "Write the reports of a stored result.",
    "recognition": "Compute the recognition rate of a survey.",
    "restore": "Put a backup back into an empty database.",
    "rulebook": "List, show and check rulebooks.",
    "serve": "Serve the survey and the staff pages.",
    "settle": "Write off what does not agree between used codes and sheets.",
    "template": "Write an empty statistics workbook.",
    "user": "Add and delete staff accounts and tokens.",
    "work": "Do the service's background work alone, beside another web server.",
}


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is called; its help needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, its module imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands from the summaries here, without importing their modules."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, SUMMARIES[name]) for name in self.list_commands(ctx)])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--lang",
    type=click.Choice(["en", "zh"]),
    default="en",
    envvar="JUNHENG_LANG",
    help="Language of messages about the input (names of sheets and columns stay as they are).",
)
@click.version_option(package_name="junheng")
@click.pass_context
def main(ctx: click.Context, lang: str) -> None:
    """Find out whether a county's schools are of high quality and balanced, and prove it.

    Exit status: 0 done; 2 wrong usage; 3 the input is wrong or the state forbids it (nothing is written).
    """
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    ctx.obj = lang
