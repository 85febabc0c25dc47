"""Issuing codes from the browser. The sheets exist for an hour, sealed, for the browser that had them made; then nowhere."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from flask import Response, abort, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from survey_app.domain.campaigns import Campaign
from survey_app.output.issued import SheetFacts
from survey_app.output.sheets import write_codes_csv, write_sheets_pdf
from survey_app.services.campaigns.file_shape import FORM_PATH
from survey_app.services.cockpit.reading import read_cockpit
from survey_app.services.codes.changes import IssuedCode
from survey_app.services.codes.issuing import issue_codes
from survey_app.services.parcels import ParcelKind, discard_parcel, leave_parcel, open_parcel
from survey_app.web.access import current_user, signed_in
from survey_app.web.campaigns.blueprint import DECIDING, blueprint
from survey_app.web.campaigns.cockpit_page import cockpit_page
from survey_app.web.campaigns.notes import campaign_notes
from survey_app.web.campaigns.wording import NOTHING_TO_ISSUE, SHEETS_REMOVED
from survey_app.web.counties import campaign_county
from survey_app.web.installation import installation
from survey_app.web.languages import current_language
from survey_app.web.staff_words import notify

CODES_FILE, SHEETS_FILE = "codes.csv", "sheets.pdf"
MEDIA_TYPES: Final[Mapping[str, str]] = {CODES_FILE: "text/csv; charset=utf-8", SHEETS_FILE: "application/pdf"}
_TOKENS: Final = "sheets"
"""Where the session cookie keeps the tokens of sheets, by campaign."""


@blueprint.get("/<campaign_id>/codes")
@signed_in(*DECIDING, county=campaign_county)
def codes(campaign_id: str) -> ResponseReturnValue:
    """What will be issued; or the sheets that wait to be downloaded."""
    at = installation()
    page = cockpit_page(read_cockpit(at.database, at.clock, campaign_id), current_language())
    files = _waiting(campaign_id)
    notes = campaign_notes(page.campaign)
    return render_template("campaigns/codes.html", page=page, files=files and sorted(files), notes=notes)


@blueprint.post("/<campaign_id>/codes")
@signed_in(*DECIDING, county=campaign_county)
def issue(campaign_id: str) -> ResponseReturnValue:
    """Issues what is missing; the sheets wait for this browser. They are made and kept before any code is stored."""
    at, owner = installation(), current_user()
    campaign = read_cockpit(at.database, at.clock, campaign_id).campaign
    left: list[str] = []

    def hand_over(issued: Sequence[IssuedCode]) -> None:
        if issued:
            files = _made(issued, sheet_facts(campaign))
            left.append(leave_parcel(at.database, at.clock, owner.name, ParcelKind.CODES, files, campaign_id))

    issued = issue_codes(at.database, at.keys, at.clock, campaign_id, hand_over=hand_over, actor=owner)
    for unused in left[:-1]:  # somebody else was issuing at the same time
        discard_parcel(at.database, owner.name, unused)
    if issued:
        session[_TOKENS] = {**session.get(_TOKENS, {}), campaign_id: left[-1]}
    else:
        notify(NOTHING_TO_ISSUE)
    return redirect(url_for("campaigns.codes", campaign_id=campaign_id), 303)


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


def sheet_facts(campaign: Campaign) -> SheetFacts:
    """What every slip says of its campaign."""
    return SheetFacts(
        campaign=campaign.name,
        county=campaign.county_name,
        closes=campaign.closes,
        entry_url=f"{campaign.base_url}{FORM_PATH.rstrip('/')}",
    )


def _waiting(campaign_id: str) -> dict[str, bytes] | None:
    """The files that wait for this browser."""
    token = session.get(_TOKENS, {}).get(campaign_id)
    if not token:
        return None
    at = installation()
    return open_parcel(at.database, at.clock, current_user().name, ParcelKind.CODES, token, campaign_id)


def _made(issued: Sequence[IssuedCode], facts: SheetFacts) -> dict[str, bytes]:
    """Both files. They lie in a folder of this process while they are written."""
    with tempfile.TemporaryDirectory(prefix="junheng-sheets-") as name:
        folder = Path(name)
        write_codes_csv(folder / CODES_FILE, issued)
        write_sheets_pdf(folder / SHEETS_FILE, issued, facts)
        return {file: (folder / file).read_bytes() for file in MEDIA_TYPES}
