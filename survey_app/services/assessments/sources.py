"""The frozen rulebook and the workbook of an assessment as `evaluation` reads them, each read once in a process."""

import tempfile
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from evaluation.evaluating import checks_of, write_workbook_template
from evaluation.reading.building import build_facts
from evaluation.reading.county import Reading, check_raw
from evaluation.reading.tables import RawWorkbook
from evaluation.reading.xlsx import read_xlsx
from evaluation.rulebook.asked import asked_by
from evaluation.rulebook.loading import load_rulebook
from evaluation.rulebook.model import Rulebook
from survey_app.domain.assessments import CountyAssessment, Upload
from survey_app.services.recent_results import RecentResults
from survey_app.storage.assessments.assessments import find_rulebook
from survey_app.storage.assessments.files import read_file
from survey_app.storage.session import Database

_RULEBOOKS: Final = RecentResults[Rulebook](8)
_READINGS: Final = RecentResults[Reading](6)


def rulebook_of(connection: Connection, assessment: CountyAssessment) -> Rulebook:
    """The rulebook as it was when the assessment began."""
    name = assessment.rulebook_sha256
    return _RULEBOOKS.get(name, lambda: _load(find_rulebook(connection, name), assessment.rulebook))


def reading_of(connection: Connection, upload: Upload, rulebook: Rulebook) -> Reading:
    """The workbook of an upload that was accepted."""
    return _READINGS.get(
        (upload.sha256, rulebook.sha256),
        lambda: _read(read_xlsx(upload.file_name, read_file(connection, upload.sha256)), rulebook),
    )


def reading_of_raw(raw: RawWorkbook, rulebook: Rulebook) -> Reading:
    """The reading of a workbook that was opened. Raises `InvalidInput` with all its problems, the rulebook's too."""
    return _READINGS.get((raw.sha256, rulebook.sha256), lambda: _read(raw, rulebook))


def empty_workbook(database: Database, assessment: CountyAssessment) -> bytes:
    """The .xlsx file to begin with, with what the assessment's frozen rulebook asks for filled in."""
    with database.read() as connection:
        rulebook = rulebook_of(connection, assessment)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "template.xlsx")
        write_workbook_template(file, rulebook)
        return file.read_bytes()


def _read(raw: RawWorkbook, rulebook: Rulebook) -> Reading:
    checked = check_raw(raw, asked_by(rulebook), checks_of(rulebook))
    return Reading(build_facts(checked.tables, checked.basics, checked.sha256), checked.warnings)


def _load(text: str, name: str) -> Rulebook:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"{name}.yaml")
        file.write_text(text, encoding="utf-8", newline="")
        return load_rulebook(file)
