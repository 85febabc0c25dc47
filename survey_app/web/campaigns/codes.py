"""Issuing codes from the browser. The sheets exist for an hour, sealed, for the browser that had them made; then nowhere."""

from collections.abc import Mapping
from typing import Final

from flask import Response, abort, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from survey_app.services.campaigns.jobs import CODES_FILE, SHEETS_FILE, ask_for_codes, codes_under_way
from survey_app.services.cockpit.reading import read_cockpit
from survey_app.services.parcels import ParcelAddress, ParcelKind, discard_parcel, new_token, open_parcel
from survey_app.web.access import current_user, signed_in
from survey_app.web.campaigns.blueprint import DECIDING, blueprint
from survey_app.web.campaigns.cockpit_page import cockpit_page
from survey_app.web.campaigns.notes import campaign_notes
from survey_app.web.campaigns.wording import NOTHING_TO_ISSUE, SHEETS_REMOVED
from survey_app.web.counties import campaign_county
from survey_app.web.installation import installation
from survey_app.web.jobs import lead_to_job
from survey_app.web.languages import current_language
from survey_app.web.staff_words import notify

MEDIA_TYPES: Final[Mapping[str, str]] = {CODES_FILE: "text/csv; charset=utf-8", SHEETS_FILE: "application/pdf"}
_TOKENS: Final = "sheets"
"""Where the session cookie keeps the tokens of sheets, by campaign."""


@blueprint.get("/<campaign_id>/codes")
@signed_in(*DECIDING, county=campaign_county)
def codes(campaign_id: str) -> ResponseReturnValue:
    """What will be issued; or the sheets that wait to be downloaded."""
    at = installation()
    if job := codes_under_way(at, current_user(), campaign_id):
        return lead_to_job(job.id)
    page = cockpit_page(read_cockpit(at.database, at.clock, campaign_id), current_language())
    files = _waiting(campaign_id)
    notes = campaign_notes(page.campaign)
    return render_template("campaigns/codes.html", page=page, files=files and sorted(files), notes=notes)


@blueprint.post("/<campaign_id>/codes")
@signed_in(*DECIDING, county=campaign_county)
def issue(campaign_id: str) -> ResponseReturnValue:
    """Has what is missing issued by a job; the sheets wait for this browser, which alone can open them."""
    at, token = installation(), new_token()
    page = cockpit_page(read_cockpit(at.database, at.clock, campaign_id), current_language())
    if _waiting(campaign_id) and not page.missing_codes:
        notify(NOTHING_TO_ISSUE)
        return redirect(url_for("campaigns.codes", campaign_id=campaign_id), 303)
    address = ParcelAddress.of(token)
    job = ask_for_codes(at, current_user(), campaign_id, address)
    if job.arguments["parcel"] == address.text:  # else a click before this one has begun it
        session[_TOKENS] = {**session.get(_TOKENS, {}), campaign_id: token}
    return lead_to_job(job.id)


@blueprint.get("/<campaign_id>/codes/<any('codes.csv','sheets.pdf'):code_file>")
@signed_in(*DECIDING, county=campaign_county)
def download_codes(campaign_id: str, code_file: str) -> ResponseReturnValue:
    """One of the two files, as often as it takes."""
    files = _waiting(campaign_id)
    if files is None:
        abort(404)
    response = Response(files[code_file], content_type=MEDIA_TYPES[code_file])
    response.headers.set("Content-Disposition", "attachment", filename=f"{campaign_id}-{code_file}")
    return response


@blueprint.post("/<campaign_id>/codes/done")
@signed_in(*DECIDING, county=campaign_county)
def remove_sheets(campaign_id: str) -> ResponseReturnValue:
    """The files are safe with whoever downloaded them: they go from the server."""
    tokens = dict(session.get(_TOKENS, {}))
    token = tokens.pop(campaign_id, None)
    if token:
        discard_parcel(installation().database, current_user().name, token)
        session[_TOKENS] = tokens
        notify(SHEETS_REMOVED)
    return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)


def _waiting(campaign_id: str) -> dict[str, bytes] | None:
    """The files that wait for this browser."""
    token = session.get(_TOKENS, {}).get(campaign_id)
    if not token:
        return None
    at = installation()
    return open_parcel(at.database, at.clock, current_user().name, ParcelKind.CODES, token, campaign_id)
