"""`junheng user`: staff accounts, and tokens for programs. Passwords come on standard input, never as an argument."""

import sys

import click

from evaluation.errors import InputProblem, InvalidInput
from survey_app.cli.installation import opened_installation
from survey_app.cli.reporting import print_json
from survey_app.domain.staff import Account, Role
from survey_app.services import wording


@click.group()
def user() -> None:
    """Add and delete staff accounts and tokens."""


@user.command()
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([str(role) for role in Role]), help="What the account may do.")
@click.option("--county", metavar="CODE", help="Bind the account to the county of this code (six digits).")
@click.pass_context
def add(ctx: click.Context, name: str, role: str, county: str | None) -> None:
    """Add the account NAME; its password is the first line of standard input."""
    from survey_app.services.accounts.users import COMMAND_LINE, NewUser, add_user

    with opened_installation(ctx, may_begin=True) as at:
        new = NewUser(name, Role(role), county)
        account = add_user(at.database, at.clock, COMMAND_LINE, new, _read_password())
    click.echo(_line(account))


@user.command()
@click.argument("name")
@click.pass_context
def password(ctx: click.Context, name: str) -> None:
    """Give the account NAME the password in the first line of standard input; its sessions end."""
    from survey_app.services.accounts.users import COMMAND_LINE, set_password

    with opened_installation(ctx) as at:
        set_password(at.database, at.clock, COMMAND_LINE, name, _read_password())


@user.command()
@click.argument("name")
@click.option("--label", default="", help="What the token is for; shown in the list of tokens.")
@click.pass_context
def token(ctx: click.Context, name: str, label: str) -> None:
    """Print a new token that acts as the account NAME; it can't be shown again."""
    from survey_app.services.accounts.tokens import make_token
    from survey_app.services.accounts.users import COMMAND_LINE

    with opened_installation(ctx) as at:
        made = make_token(at.database, at.clock, COMMAND_LINE, name, label)
    click.echo(made)


@user.command("reset-factor")
@click.argument("name")
@click.pass_context
def reset_factor(ctx: click.Context, name: str) -> None:
    """Remove the second factor of the account NAME, for somebody whose phone is lost; its sessions end."""
    from survey_app.services.accounts import second_factor
    from survey_app.services.accounts.users import COMMAND_LINE

    with opened_installation(ctx) as at:
        second_factor.reset_factor(at.database, at.clock, COMMAND_LINE, name)


@user.command()
@click.argument("name")
@click.pass_context
def delete(ctx: click.Context, name: str) -> None:
    """Delete the disabled account NAME with its tokens, known browsers and second factor; the log goes on naming it."""
    from survey_app.services.accounts.users import COMMAND_LINE, delete_user

    with opened_installation(ctx) as at:
        delete_user(at.database, at.clock, COMMAND_LINE, name)


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List the accounts."""
    from survey_app.services.accounts.users import all_users

    with opened_installation(ctx) as at:
        accounts = all_users(at.database, None)
    if as_json:
        print_json([_document(account) for account in accounts])
    else:
        for account in accounts:
            click.echo(_line(account))


def _read_password() -> str:
    """The first line of standard input; on a terminal it is asked for twice and not shown."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise InvalidInput([InputProblem("password", wording.PASSWORD_MISSING)])
    return line


def _document(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "role": str(account.role),
        "county": account.county,
        "disabled": account.is_disabled,
        "last_sign_in": account.last_sign_in.isoformat() if account.last_sign_in else None,
    }


def _line(account: Account) -> str:
    parts = (
        account.name,
        str(account.role),
        account.county or "all counties",
        "disabled" if account.is_disabled else "",
    )
    return "\t".join(part for part in parts if part)
