"""`junheng campaign`: surveys from their file to their closing."""

import time
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from survey_app.cli.installation import opened_installation
from survey_app.cli.reporting import language_of, print_json, print_problems
from survey_app.domain.campaigns import Campaign, State
from survey_app.domain.clock import told_moment, written_end
from survey_app.services.installation import Installation

_GROUP_COLUMNS = ("planned", "cap", "frame", "issued", "answered", "valid", "needs", "can_take")
_LONGEST_SLEEP_S = 10.0


@click.group()
def campaign() -> None:
    """Create, show, open and close surveys."""


@campaign.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--small-crowd",
    is_flag=True,
    help="Accept groups of which so few answers are planned that their people can't hide among each other.",
)
@click.pass_context
def create(ctx: click.Context, file: Path, small_crowd: bool) -> None:
    """Create a draft from the campaign FILE (.yaml), compute its sample plan, and print its id."""
    from survey_app.services.campaigns.lifecycle import create_campaign
    from survey_app.services.campaigns.planning import plan_shortfalls, small_crowds
    from survey_app.services.campaigns.warnings import warnings_of
    from survey_app.services.cockpit.monitoring import read_progress

    with opened_installation(ctx, may_begin=True) as at:
        campaign_id = create_campaign(at.database, at.keys, at.clock, file, may_be_small=small_crowd)
        progress = read_progress(at.database, campaign_id)
        warnings = warnings_of(at.database, at.clock, campaign_id)
    print_problems([*plan_shortfalls(progress.plan), *warnings], language_of(ctx), "warning: ")
    for group, number in small_crowds(progress.plan, progress.campaign.anonymity_k).items():
        click.echo(
            f"warning: not hidden: the {number} planned of {group}; their answers come out among as many", err=True
        )
    click.echo(campaign_id)


@campaign.command()
@click.argument("campaign_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def show(ctx: click.Context, campaign_id: str, as_json: bool) -> None:
    """Show state, quotas and counts of campaign ID, and what each group still needs and can take."""
    from survey_app.services.cockpit.monitoring import show_campaign

    with opened_installation(ctx) as at:
        document = show_campaign(at.database, campaign_id)
    if as_json:
        print_json(document)
    else:
        click.echo("\n".join(_lines(document)))


@campaign.command("open")
@click.argument("campaign_id", metavar="ID")
@click.pass_context
def open_command(ctx: click.Context, campaign_id: str) -> None:
    """Open campaign ID: freeze questionnaires, plan and rules; answers are taken from its opening time on."""
    from survey_app.services.campaigns.lifecycle import open_campaign
    from survey_app.services.cockpit.monitoring import show_campaign

    with opened_installation(ctx) as at:
        open_campaign(at.database, at.keys, at.clock, campaign_id)
        document = show_campaign(at.database, campaign_id)
    click.echo(f"{campaign_id} is open; answers are taken {_time(document)}")


@campaign.command()
@click.argument("campaign_id", metavar="ID")
@click.option("--no-wait", is_flag=True, help="Return at once; the server (or a second call) finishes after the grace.")
@click.pass_context
def close(ctx: click.Context, campaign_id: str, no_wait: bool) -> None:
    """Close campaign ID now: no new forms; wait out the grace for forms that are out, let answers out in crowds, and seal."""
    from survey_app.services.campaigns.closing import close_campaign

    with opened_installation(ctx) as at:
        closed = close_campaign(at.database, at.keys, at.clock, campaign_id)
        if closed.state != State.CLOSED and not no_wait:
            closed = _wait_and_close(at, closed)
    click.echo(_closing_sentence(closed))


@campaign.command()
@click.argument("campaign_id", metavar="ID")
@click.option("--closes", required=True, metavar="TIME", help="The new end, as in the campaign file; later than now.")
@click.pass_context
def term(ctx: click.Context, campaign_id: str, closes: str) -> None:
    """Move the end of open campaign ID; old and new end stand in its log."""
    from survey_app.services.campaigns.closing import move_closing

    with opened_installation(ctx) as at:
        moved = move_closing(at.database, at.clock, campaign_id, closes)
    click.echo(f"{campaign_id} closes at {written_end(moved.closes)}")


@campaign.command("forget-codes")
@click.argument("campaign_id", metavar="ID")
@click.confirmation_option("--yes", prompt="Delete all codes and receipts? Nobody can look a receipt up any more")
@click.pass_context
def forget_codes(ctx: click.Context, campaign_id: str) -> None:
    """Delete the codes and receipts of closed campaign ID: who took part is forgotten; answers, log and result stay provable."""
    from survey_app.services.campaigns.closing import forget_campaign_codes

    with opened_installation(ctx) as at:
        number = forget_campaign_codes(at.database, at.keys, at.clock, campaign_id)
    click.echo(f"{number} codes and their receipts are deleted")


@campaign.command()
@click.argument("campaign_id", metavar="ID")
@click.option("--unit", required=True, help="The unit, as `campaign show` names it.")
@click.option("--group", help="Only this group; all groups of the unit unless stated.")
@click.option(
    "--reason", required=True, metavar="TEXT", help="Why; it stands in the log, and in the report beside both rates."
)
@click.pass_context
def void(ctx: click.Context, campaign_id: str, unit: str, group: str | None, reason: str) -> None:
    """Declare the answers of a unit of open campaign ID void: unused codes are cancelled, sheets count no more, codes can be issued anew."""
    from survey_app.services.campaigns.voiding import void_unit

    with opened_installation(ctx) as at:
        number = void_unit(at.database, at.clock, campaign_id, unit, reason, group)
    click.echo(
        f"{unit} is void: {number} sheets count no more; for new codes: junheng codes issue {campaign_id} --out DIR"
    )


def _wait_and_close(at: Installation, closing: Campaign) -> Campaign:
    """Calls again when the grace is over; forms that are out are taken until then."""
    from survey_app.services.campaigns.closing import close_campaign

    click.echo(f"{closing.id}: forms that are out are taken until {written_end(closing.grace_end)}", err=True)
    while closing.state != State.CLOSED:
        left = (closing.grace_end - at.clock.now()).total_seconds()
        time.sleep(min(max(left, 0.0), _LONGEST_SLEEP_S))
        closing = close_campaign(at.database, at.keys, at.clock, closing.id)
    return closing


def _closing_sentence(campaign: Campaign) -> str:
    if campaign.state == State.CLOSED:
        return f"{campaign.id} is closed"
    return f"{campaign.id} is closing; forms that are out are taken until {written_end(campaign.grace_end)}"


def _time(document: dict[str, Any]) -> str:
    """From when to when, in the county's time."""
    opens, closes = (datetime.fromisoformat(document[name]) for name in ("opens", "closes"))
    return "from {} {} to {}".format(*told_moment(opens), written_end(closes))


def _lines(document: dict[str, Any]) -> list[str]:
    county, sample = document["county"], document["sample"]
    verdict = "valid" if sample["is_valid"] else f"not valid: {', '.join(sample['reasons'])}"
    return [
        f"{document['id']}  {document['name']}  ({document['state']})",
        f"{county['name']} {county['code']}, {county['population']:,} residents; rulebook {document['rulebook']}",
        _time(document),
        f"sample: {sample['valid']} of {sample['required']} valid answers; {verdict}",
        "",
        _row("group", _GROUP_COLUMNS),
        *(_row(group, [counts[name] for name in _GROUP_COLUMNS]) for group, counts in document["groups"].items()),
        "",
        *_school_lines(document),
    ]


def _school_lines(document: dict[str, Any]) -> list[str]:
    """Answered of issued, by school and group."""
    schools: dict[str, dict[str, str]] = {}
    for one in document["schools"]:
        schools.setdefault(one["code"], {})[one["group"]] = f"{_shown(one['answered'])}/{one['issued']}"
    groups = [group for group in document["groups"] if any(group in counts for counts in schools.values())]
    width = max([len("school"), *map(len, schools)])
    rows = [
        [code.ljust(width), *(counts.get(group, "").rjust(10) for group in groups)] for code, counts in schools.items()
    ]
    return ["  ".join(row).rstrip() for row in [["school".ljust(width), *(group.rjust(10) for group in groups)], *rows]]


def _row(name: str, values: Any) -> str:
    return f"{name:<13}" + "".join(f"{_shown(value):>9}" for value in values)


def _shown(value: object) -> str:
    """A number, or a dash for one that is not told: how many principals of a school have answered would name them."""
    return "–" if value is None else str(value)
