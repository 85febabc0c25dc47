"""The campaigns, and the cockpit of one: quotas, where they are heading, schools. Never a rate, an answer or a comment."""

import hashlib
from typing import Any, Final

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from evaluation.survey.groups import SCHOOL_GROUPS
from survey_app.domain.campaigns import State
from survey_app.services.cockpit.overview import list_with_validity
from survey_app.services.cockpit.reading import Cockpit, read_cockpit
from survey_app.services.cockpit.sentences import group_name
from survey_app.web.access import current_user, signed_in
from survey_app.web.campaigns.blueprint import WATCHING, blueprint
from survey_app.web.campaigns.cockpit_page import (
    cockpit_page,
    filter_values,
    school_filter_of_request,
    school_rows,
    unit_tables,
)
from survey_app.web.campaigns.notes import campaign_notes
from survey_app.web.campaigns.wording import ALL_GROUPS, SORT_NAMES
from survey_app.web.counties import campaign_county
from survey_app.web.installation import installation
from survey_app.web.languages import current_language
from survey_app.web.staff_words import words

TAG_LENGTH: Final = 20


@blueprint.get("")
@signed_in(*WATCHING, county=None)
def campaigns() -> ResponseReturnValue:
    """The campaigns that the account may see, the latest first."""
    at = installation()
    return render_template("campaigns/list.html", campaigns=list_with_validity(at.database, at.clock, current_user()))


@blueprint.get("/<campaign_id>")
@signed_in(*WATCHING, county=campaign_county)
def show(campaign_id: str) -> ResponseReturnValue:
    """The cockpit of a campaign."""
    cockpit, language = _read(campaign_id), current_language()
    return render_template(
        "campaigns/show.html",
        units=unit_tables(cockpit, language),
        group_choices=[("", words(ALL_GROUPS)), *((group, group_name(group, language)) for group in SCHOOL_GROUPS)],
        sort_choices=[(sort, words(name)) for sort, name in SORT_NAMES.items()],
        wanted=school_filter_of_request(),
        notes=campaign_notes(cockpit.campaign) if cockpit.campaign.state == State.DRAFT else [],
        **_live_parts(cockpit),
    )


@blueprint.get("/<campaign_id>/live")
@signed_in(*WATCHING, county=campaign_county)
def live(campaign_id: str) -> ResponseReturnValue:
    """The part of the cockpit that changes, for the page that asks for it from time to time; 304 where nothing has changed."""
    parts = _live_parts(_read(campaign_id), is_swapped=True)
    is_known = parts["tag"] in request.if_none_match
    response = (
        make_response("", 304) if is_known else make_response(render_template("campaigns/live_swap.html", **parts))
    )
    response.set_etag(parts["tag"])
    return response


def _read(campaign_id: str) -> Cockpit:
    at = installation()
    return read_cockpit(at.database, at.clock, campaign_id)


def _live_parts(cockpit: Cockpit, *, is_swapped: bool = False) -> dict[str, Any]:
    """The two parts that change, in HTML, and their tag, which stays while the numbers do; and the facts they are made from."""
    language, wanted, campaign = current_language(), school_filter_of_request(), cockpit.campaign.id
    page = cockpit_page(cockpit, language)
    rows = school_rows(cockpit, wanted, language) if cockpit.progress.schools else []
    facts = {"campaign_id": campaign, "wanted": wanted, "values": filter_values(wanted), "is_swapped": is_swapped}
    live = render_template("campaigns/live.html", page=page)
    schools = render_template("campaigns/schools.html", schools=rows, **facts) if cockpit.progress.schools else ""
    tag = hashlib.sha256(f"{live}{page.is_running}{rows}".encode()).hexdigest()[:TAG_LENGTH]
    is_running = page.is_running
    return {
        "page": page,
        "live": live,
        "school_list": schools,
        "tag": tag,
        "is_running": is_running,
        "campaign_id": campaign,
    }
