"""Jobs in tests of pages and services: done when the test says so, in its own process, by the functions that a worker calls in one of its own."""

from survey_app.domain.jobs import Job
from survey_app.jobs.performing import perform
from survey_app.services.installation import Installation
from survey_app.storage.jobs import claim_next


def claim(at: Installation) -> Job | None:
    """The job that has waited longest, as a worker takes it."""
    with at.database.write() as connection:
        return claim_next(connection, at.clock.now())


def run_waiting_jobs(at: Installation) -> int:
    """Does all that waits; how many jobs."""
    number = 0
    while job := claim(at):
        perform(at, job)
        number += 1
    return number
