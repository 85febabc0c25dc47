"""The empty workbook of an assessment, with what its frozen rulebook asks for filled in."""

import tempfile
from pathlib import Path

from evaluation.evaluating import write_workbook_template
from survey_app.domain.assessments import CountyAssessment
from survey_app.services.assessments.sources import rulebook_of
from survey_app.storage.session import Database


def empty_workbook(database: Database, assessment: CountyAssessment) -> bytes:
    """The content of the .xlsx file."""
    with database.read() as connection:
        rulebook = rulebook_of(connection, assessment)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "template.xlsx")
        write_workbook_template(file, rulebook)
        return file.read_bytes()
