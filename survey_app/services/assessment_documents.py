"""Assessments as programs read them."""

from typing import Any

from survey_app.services.verdicts import assessment_document
from survey_app.storage.session import Database


def read_assessment_document(database: Database, assessment_id: str) -> dict[str, Any] | None:
    """The assessment as `assessment.json` (contract, section 5); None where there is none of this id."""
    with database.read() as connection:
        return assessment_document(connection, assessment_id)
