"""The jobs of campaigns: export the answers, write a bulletin."""

import io
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from survey_app.domain.clock import LOCAL_ZONE
from survey_app.jobs.performing import Outcome, Run
from survey_app.output.bulletin.contents import Bulletin, BulletinRow
from survey_app.output.bulletin.docx import write_bulletin_docx
from survey_app.output.bulletin.pdf import write_bulletin_pdf
from survey_app.output.exported import Export
from survey_app.output.exports import write_export
from survey_app.services.cockpit.daily import DailyTexts
from survey_app.services.cockpit.log_head import log_head
from survey_app.services.cockpit.reading import Cockpit, read_cockpit
from survey_app.services.cockpit.wording import BULLETIN_SEAL
from survey_app.services.results import answers_of_campaign

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


def export_answers(run: Run) -> Outcome:
    """All answers of a closed campaign; what belongs beside them is packed with them."""
    campaign, ending = run.job.arguments["campaign"], run.job.arguments["ending"]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"{campaign}.{ending}"
        with answers_of_campaign(run.at.database, campaign) as answers:
            source = Export(
                answers.title,
                answers.questionnaires,
                answers.responses,
                answers.comments,
                answers.units,
                answers.counts,
            )
            written = write_export(path, source)
        run.tell(80)
        content, suffix = _packed(written)
    stem = campaign if suffix == ".xlsx" else f"{campaign}-{ending}"
    return run.keep(f"{stem}{suffix}", MEDIA_TYPES[suffix], content)


def write_bulletin(run: Run) -> Outcome:
    """One A4 page with the numbers of the moment."""
    at, campaign, ending = run.at, run.job.arguments["campaign"], run.job.arguments["ending"]
    cockpit = read_cockpit(at.database, at.clock, campaign)
    target = io.BytesIO()
    BULLETINS[ending](target, _bulletin(cockpit, log_head(at.database, campaign), run.user.name))
    moment = f"{at.clock.now().astimezone(LOCAL_ZONE):%Y%m%d-%H%M}"
    return run.keep(f"{campaign}-{moment}.{ending}", MEDIA_TYPES[f".{ending}"], target.getvalue())


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
