"""All tables there are: whoever compares or migrates the database takes `metadata` from here."""

from survey_app.storage import assessment_tables, job_tables, office_tables, staff_tables
from survey_app.storage.tables import metadata

__all__ = ["assessment_tables", "job_tables", "metadata", "office_tables", "staff_tables"]
