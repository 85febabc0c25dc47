"""The daily bulletin to download."""

import io
from collections.abc import Callable, Mapping
from typing import BinaryIO, Final

from flask import Response
from flask.typing import ResponseReturnValue

from survey_app.domain.clock import LOCAL_ZONE
from survey_app.output.bulletin.contents import Bulletin, BulletinRow
from survey_app.output.bulletin.docx import write_bulletin_docx
from survey_app.output.bulletin.pdf import write_bulletin_pdf
from survey_app.services.cockpit.daily import DailyTexts
from survey_app.services.cockpit.ledger_line import ledger_head
from survey_app.services.cockpit.reading import Cockpit, read_cockpit
from survey_app.services.cockpit.wording import BULLETIN_SEAL
from survey_app.web.access import current_user, signed_in
from survey_app.web.campaigns.blueprint import WATCHING, blueprint
from survey_app.web.counties import campaign_county
from survey_app.web.installation import installation

FORMATS: Final[Mapping[str, tuple[Callable[[BinaryIO, Bulletin], None], str]]] = {
    "pdf": (write_bulletin_pdf, "application/pdf"),
    "docx": (write_bulletin_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}


@blueprint.get("/<campaign_id>/bulletin.<any(pdf,docx):bulletin_ending>")
@signed_in(*WATCHING, county=campaign_county)
def bulletin(campaign_id: str, bulletin_ending: str) -> ResponseReturnValue:
    """One A4 page with today's numbers."""
    at = installation()
    cockpit = read_cockpit(at.database, at.clock, campaign_id)
    write, media_type = FORMATS[bulletin_ending]
    target = io.BytesIO()
    write(target, _bulletin(cockpit, ledger_head(at.database, campaign_id)))
    response = Response(target.getvalue(), content_type=media_type)
    day = f"{at.clock.now().astimezone(LOCAL_ZONE):%Y%m%d-%H%M}"
    response.headers.set("Content-Disposition", "attachment", filename=f"{campaign_id}-{day}.{bulletin_ending}")
    return response


def _bulletin(cockpit: Cockpit, head: str | None) -> Bulletin:
    texts = DailyTexts(cockpit)
    return Bulletin(
        title=texts.title,
        subtitle=texts.subtitle,
        headline=texts.headline,
        is_valid=cockpit.outlook.now.is_valid,
        reasons=texts.reasons,
        expectation=texts.expectation,
        head=texts.head,
        rows=[BulletinRow(cells, is_grave) for cells, is_grave in texts.rows],
        alerts=texts.alerts,
        days=texts.days,
        returned=texts.returned,
        schools=texts.schools,
        seal=BULLETIN_SEAL.text("zh", {"head": head}) if head else "",
        made=texts.made(current_user().name),
    )
