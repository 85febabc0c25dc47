"""Pages of jobs (`pages`): `/jobs`, what somebody asked for, and `/jobs/ID`, how far one is and where it leads."""

from survey_app.web.jobs.pages import blueprint, lead_to_file, lead_to_job

__all__ = ["blueprint", "lead_to_file", "lead_to_job"]
