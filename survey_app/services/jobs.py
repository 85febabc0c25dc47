"""Jobs: what a page asks for, a worker does in a process of its own (survey_app/jobs), and the page then shows.

A job belongs to whoever asked for it. What was sent for it, and the file that it leaves, are kept in the database in parts until they have
had their time, so that web server and worker share nothing else; copies of the database do not have them.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from time import monotonic, sleep
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from survey_app.domain.errors import SurveyError
from survey_app.domain.jobs import LIMITS, RESULT, SILENT_AFTER, TOLD_FOR, Job, JobKind, JobState
from survey_app.domain.staff import StaffUser
from survey_app.services.installation import Installation
from survey_app.storage.assessments.files import delete_part_without_file, find_part_without_file
from survey_app.storage.heartbeats import WORKER, stale_parts
from survey_app.storage.jobs import (
    count_before,
    count_parts,
    delete_part,
    expire_jobs,
    fail_silent_jobs,
    find_job,
    find_needless_part,
    find_same,
    forget_jobs,
    has_old_jobs,
    hold_same,
    insert_job,
    insert_part,
    is_any_running,
    list_jobs,
    mark_waiting,
    read_parts,
)

PART_BYTES: Final = 250_000
"""On SQLite others wait some 10 ms for a part to be written."""
_LOOK_S: Final = 0.1

Found = TypeVar("Found")


class UnknownJob(SurveyError):
    """There is no such job, or it is somebody else's."""


def ask(
    at: Installation,
    user: StaffUser,
    kind: JobKind,
    subject: str,
    county: str,
    arguments: Mapping[str, Any],
    *,
    files: Mapping[str, Iterable[bytes]] | None = None,
    once: str | None = None,
    keeps: bool = False,
) -> str:
    """Has something done, and returns the id of the job.

    Where a job with the same `once` is under way or has failed, that one; with `keeps` also where it is done and has not had its time.
    """
    new = _new_job(at, user, kind, subject, county, arguments, once)
    with at.database.write() as connection:
        same = None
        if once:
            hold_same(connection, once)
            same = find_same(connection, once)
        if same and (same.is_under_way or same.can_start_again or (keeps and same.state == JobState.DONE)):
            return same.id
        insert_job(connection, new)
    for name, parts in (files or {}).items():
        store_parts(at, new.id, name, parts)
    with at.database.write() as connection:
        mark_waiting(connection, new.id, JobState.ARRIVING)
    return new.id


def store_parts(at: Installation, job_id: str, name: str, parts: Iterable[bytes]) -> None:
    """Stores a file, part by part: those who wait for the database, or for this process, take their turn in between."""
    for number, part in enumerate(parts):
        with at.database.write() as connection:
            insert_part(connection, job_id, name, number, part)
        sleep(0)


def job_of(at: Installation, user: StaffUser, job_id: str) -> Job:
    """A job that somebody asked for. Raises `UnknownJob`."""
    with at.database.read() as connection:
        found = find_job(connection, job_id)
    if found is None or found.asked_by != user.name:
        raise UnknownJob(job_id)
    return found


def county_of_job(at: Installation, job_id: str) -> str:
    """The county of what it is about. Raises `UnknownJob`."""
    with at.database.read() as connection:
        found = find_job(connection, job_id)
    if found is None:
        raise UnknownJob(job_id)
    return found.county


def jobs_of(at: Installation, user: StaffUser) -> list[Job]:
    """What somebody asked for, the latest first."""
    with at.database.read() as connection:
        return list_jobs(connection, asked_by=user.name)


def jobs_about(at: Installation, subject: str, kind: JobKind) -> list[Job]:
    """What is being done, or has failed, about something, whoever asked for it; the latest first."""
    with at.database.read() as connection:
        found = list_jobs(connection, subject=subject)
    return [one for one in found if one.kind == kind and (one.is_under_way or one.state == JobState.FAILED)]


def latest_same(at: Installation, once: str) -> Job | None:
    """The latest job with this `once`."""
    with at.database.read() as connection:
        return find_same(connection, once)


def waits_behind(at: Installation, one: Job) -> int:
    """How many jobs come before it."""
    with at.database.read() as connection:
        return count_before(connection, one)


def wait_for(at: Installation, one: Job, seconds: float) -> Job:
    """The job when it has ended, or after so many seconds; at once where no worker is there to do it."""
    deadline = monotonic() + seconds
    while one.is_under_way and monotonic() < deadline and not is_worker_missing(at):
        sleep(_LOOK_S)
        with at.database.read() as connection:
            one = find_job(connection, one.id) or one
    return one


def is_worker_missing(at: Installation) -> bool:
    """Whether jobs wait for `junheng work`."""
    with at.database.read() as connection:
        return WORKER in stale_parts(connection, at.clock.now())


def start_again(at: Installation, user: StaffUser, job_id: str) -> None:
    """Has a job done that has failed; one that has not stays as it is. Raises `UnknownJob`."""
    one = job_of(at, user, job_id)
    if not one.can_start_again:
        return
    now = at.clock.now()
    with at.database.write() as connection:
        mark_waiting(connection, one.id, JobState.FAILED, asked_at=now, ends_at=now + LIMITS[one.kind].waits)


def result_of(at: Installation, one: Job) -> Iterator[bytes]:
    """The file that a job has left, part by part."""
    with at.database.read() as connection:
        number = count_parts(connection, one.id, result_name(one))
    for part in range(number):
        with at.database.read() as connection:
            yield next(read_parts(connection, one.id, result_name(one), first=part))


def result_name(one: Job) -> str:
    """The name of the file that this attempt leaves: another attempt's parts are never mixed with it."""
    return f"{RESULT}-{one.attempt}"


def sweep_jobs(at: Installation) -> None:
    """Tells of jobs whose worker has died, and removes what has had its time. Where there is nothing, nobody waits for a writer."""
    now = at.clock.now()
    silent_since, forgotten = now - SILENT_AFTER, now - TOLD_FOR
    with at.database.read() as connection:
        has_old = has_old_jobs(connection, silent_since, now, forgotten)
    if has_old:
        with at.database.write() as connection:
            fail_silent_jobs(connection, silent_since, now)
            expire_jobs(connection, now)
            forget_jobs(connection, forgotten)
    remove_needless(at)


def remove_needless(at: Installation) -> None:
    """Removes what is left of files that nobody needs any more, a part at a time: who writes meanwhile takes his turn."""
    while needless := _found(at, find_needless_part):
        with at.database.write() as connection:
            delete_part(connection, needless)
    # a job that is being done may have stored parts of a file that is to come
    while not _found(at, is_any_running) and (orphan := _found(at, find_part_without_file)):
        with at.database.write() as connection:
            delete_part_without_file(connection, *orphan)


def _found(at: Installation, find: Callable[[Connection], Found]) -> Found:
    with at.database.read() as connection:
        return find(connection)


def ends_of(kind: JobKind, now: datetime) -> datetime:
    """Until when what a job that ends now leaves is kept."""
    return now + LIMITS[kind].kept


def _new_job(
    at: Installation,
    user: StaffUser,
    kind: JobKind,
    subject: str,
    county: str,
    arguments: Mapping[str, Any],
    once: str | None,
) -> Job:
    now = at.clock.now()
    return Job(
        id=secrets.token_hex(16),
        kind=kind,
        subject=subject,
        county=county,
        asked_by=user.name,
        asked_at=now,
        arguments=arguments,
        once=once,
        state=JobState.ARRIVING,
        progress=0,
        attempt=0,
        started_at=None,
        heartbeat=None,
        ended_at=None,
        ends_at=now + LIMITS[kind].waits,
        outcome={},
        failure=None,
    )
