"""What an administrator decides about a campaign: to open it, to close it. Each with a page that says what will happen."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey_app.domain.campaigns import State
from survey_app.services.campaigns.closing import close_campaign
from survey_app.services.campaigns.lifecycle import open_campaign
from survey_app.services.cockpit.reading import read_cockpit
from survey_app.web.access import current_user, signed_in
from survey_app.web.campaigns.blueprint import DECIDING, blueprint
from survey_app.web.campaigns.cockpit_page import CockpitPage, cockpit_page
from survey_app.web.campaigns.notes import campaign_notes
from survey_app.web.campaigns.wording import CLOSING, OPENED
from survey_app.web.counties import campaign_county
from survey_app.web.installation import installation
from survey_app.web.languages import current_language, end_text, moment_text
from survey_app.web.staff_words import notify


@blueprint.get("/<campaign_id>/open")
@signed_in(*DECIDING, county=campaign_county)
def ask_to_open(campaign_id: str) -> ResponseReturnValue:
    """What opening means, and the button for it."""
    return _confirmation(campaign_id, "campaigns/open.html", State.DRAFT)


@blueprint.post("/<campaign_id>/open")
@signed_in(*DECIDING, county=campaign_county)
def open_now(campaign_id: str) -> ResponseReturnValue:
    """Opens a draft. A second click changes nothing more."""
    at, page = installation(), _page(campaign_id)
    if page.campaign.state == State.DRAFT:
        open_campaign(at.database, at.keys, at.clock, campaign_id, current_user())
        notify(OPENED, opens=moment_text(page.campaign.opens))
    return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)


@blueprint.get("/<campaign_id>/close")
@signed_in(*DECIDING, county=campaign_county)
def ask_to_close(campaign_id: str) -> ResponseReturnValue:
    """What closing means, whether the sample is valid as it stands, and the button for it."""
    return _confirmation(campaign_id, "campaigns/close.html", State.OPEN)


@blueprint.post("/<campaign_id>/close")
@signed_in(*DECIDING, county=campaign_county)
def close_now(campaign_id: str) -> ResponseReturnValue:
    """Begins to close an open campaign; the worker finishes after the grace."""
    at = installation()
    closing = close_campaign(at.database, at.keys, at.clock, campaign_id, current_user())
    if closing.state == State.CLOSING:
        notify(CLOSING, until=end_text(closing.grace_end))
    return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)


def _confirmation(campaign_id: str, template: str, state: State) -> ResponseReturnValue:
    """The page of a step; who comes when it is done already sees the campaign."""
    page = _page(campaign_id)
    if page.campaign.state != state:
        return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)
    return render_template(template, page=page, notes=campaign_notes(page.campaign))


def _page(campaign_id: str) -> CockpitPage:
    at = installation()
    return cockpit_page(read_cockpit(at.database, at.clock, campaign_id), current_language())
