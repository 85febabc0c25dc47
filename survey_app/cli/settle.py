"""`junheng settle`: what to do where sheets and used codes do not agree."""

import click

from survey_app.cli.installation import opened_installation


@click.command()
@click.argument("campaign_id", metavar="ID")
@click.pass_context
def settle(ctx: click.Context, campaign_id: str) -> None:
    """Print how used codes and sheets of campaign ID differ, write the difference off as lost in its log, and go on.

    They differ when somebody has changed the database, or when an older one was put back. Codes that were used before stay used.
    """
    from survey_app.services.mixing.settling import settle as settle_campaign

    with opened_installation(ctx) as at:
        differences = settle_campaign(at.database, at.keys, at.clock, campaign_id)
    if not differences:
        click.echo("used codes and sheets agree; nothing was written")
    for one in differences:
        numbers = one.balance
        click.echo(
            f"{one.group}: {numbers.used} used codes ({one.forgotten} of them known from the book only), {numbers.envelopes} envelopes,"
            f" {numbers.responses} answers, {numbers.withheld} withheld, {numbers.lost - one.without_key} lost before; written off: {numbers.missing + one.without_key}"
            + (
                f"; {one.repeated} codes were used more than once: look into it before you judge by this group"
                if one.repeated
                else ""
            )
        )
