"""The jobs of campaigns: issue codes with their sheets, export the answers, write a bulletin."""

import io
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import Connection

from survey_app.domain.clock import LOCAL_ZONE
from survey_app.jobs.performing import JobOutcome, Run
from survey_app.output.bulletin.contents import Bulletin, BulletinRow
from survey_app.output.bulletin.docx import write_bulletin_docx
from survey_app.output.bulletin.pdf import write_bulletin_pdf
from survey_app.output.exports import write_export
from survey_app.output.issued import SheetFacts
from survey_app.output.sheets import write_codes_csv, write_sheets_pdf
from survey_app.services.campaigns.file_shape import FORM_PATH
from survey_app.services.campaigns.jobs import CODES_FILE, SHEETS_FILE
from survey_app.services.cockpit.daily import DailyTexts
from survey_app.services.cockpit.reading import Cockpit, read_cockpit
from survey_app.services.cockpit.wording import BULLETIN_SEAL
from survey_app.services.codes.changes import IssuedCode
from survey_app.services.codes.issuing import issue_codes
from survey_app.services.parcels import ParcelAddress, ParcelKind, leave_at
from survey_app.services.results import answers_of_campaign
from survey_app.services.transparency_log import log_head

MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
BULLETINS: Final[Mapping[str, Callable[[BinaryIO, Bulletin], None]]] = {
    "pdf": write_bulletin_pdf,
    "docx": write_bulletin_docx,
}


def issue_sheets(run: Run) -> JobOutcome:
    """Issues what is missing. The sheets are made, and left sealed for the browser that asked, before any code is stored."""
    at, user, campaign_id = run.at, run.user, run.job.arguments["campaign"]
    address = ParcelAddress.from_text(run.job.arguments["parcel"])
    facts = SheetFacts.of(read_cockpit(at.database, at.clock, campaign_id).campaign, FORM_PATH)

    def hand_over(issued: Sequence[IssuedCode]) -> None:
        run.tell(20)
        if issued:
            files = _sheets(issued, facts)
            leave_at(at.database, at.clock, address, user.name, ParcelKind.CODES, files, campaign_id)
        run.tell(90)

    def end(connection: Connection, number: int) -> None:
        run.end(connection, {"issued": number})

    issue_codes(at.database, at.keys, at.clock, campaign_id, hand_over=hand_over, actor=user, end=end)
    return {}


def export_answers(run: Run) -> JobOutcome:
    """All answers of a closed campaign; what belongs beside them is packed with them."""
    campaign, ending = run.job.arguments["campaign"], run.job.arguments["ending"]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"{campaign}.{ending}"
        with answers_of_campaign(run.at.database, campaign) as answers:
            written = write_export(path, answers)
        run.tell(80)
        content, suffix = _packed(written)
    stem = campaign if suffix == ".xlsx" else f"{campaign}-{ending}"
    return run.keep(f"{stem}{suffix}", MEDIA_TYPES[suffix], content)


def write_bulletin(run: Run) -> JobOutcome:
    """One A4 page with the numbers of the moment."""
    at, campaign, ending = run.at, run.job.arguments["campaign"], run.job.arguments["ending"]
    cockpit = read_cockpit(at.database, at.clock, campaign)
    target = io.BytesIO()
    BULLETINS[ending](target, _bulletin(cockpit, log_head(at.database, campaign), run.user.name))
    moment = f"{at.clock.now().astimezone(LOCAL_ZONE):%Y%m%d-%H%M}"
    return run.keep(f"{campaign}-{moment}.{ending}", MEDIA_TYPES[f".{ending}"], target.getvalue())


def _sheets(issued: Sequence[IssuedCode], facts: SheetFacts) -> dict[str, bytes]:
    """Both files. They lie in the folder of this job while they are written."""
    with tempfile.TemporaryDirectory() as name:
        sheets, codes = Path(name, SHEETS_FILE), Path(name, CODES_FILE)
        write_codes_csv(codes, issued)
        write_sheets_pdf(sheets, issued, facts)
        return {file.name: file.read_bytes() for file in (codes, sheets)}


def _packed(files: Sequence[Path]) -> tuple[bytes, str]:
    """The one file, or all of them in a .zip, with the ending of that."""
    if len(files) == 1:
        return files[0].read_bytes(), files[0].suffix
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
    return packed.getvalue(), ".zip"


def _bulletin(cockpit: Cockpit, head: str | None, maker: str) -> Bulletin:
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
        made=texts.made(maker),
    )
