"""Queries of jobs. Whatever a process writes about the job that it runs names its attempt: one that was given up changes nothing any more."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, String, cast, delete, func, insert, literal, select, update

from survey_app.domain.jobs import RESULT, Failure, Job, JobKind, JobState
from survey_app.storage.job_tables import job, job_file


def insert_job(connection: Connection, new: Job) -> None:
    """Stores a new job."""
    values = {column.name: getattr(new, column.name) for column in job.c}
    connection.execute(insert(job), values | {"arguments": _text(new.arguments), "outcome": _text(new.outcome)})


def insert_part(connection: Connection, job_id: str, name: str, part: int, content: bytes) -> None:
    """Stores a part of a file; parts are numbered from 0."""
    connection.execute(insert(job_file), {"job": job_id, "name": name, "part": part, "content": content})


def read_parts(connection: Connection, job_id: str, name: str, first: int = 0) -> Iterator[bytes]:
    """The content of a file in its parts, from one of them on; none where there is no such file."""
    of_file = (job_file.c.job == job_id) & (job_file.c.name == name)
    for part in range(first, count_parts(connection, job_id, name)):
        yield bytes(connection.execute(select(job_file.c.content).where(of_file, job_file.c.part == part)).scalar_one())


def count_parts(connection: Connection, job_id: str, name: str) -> int:
    """In how many parts a file is stored."""
    wanted = select(func.count()).where(job_file.c.job == job_id, job_file.c.name == name)
    return int(connection.execute(wanted).scalar_one())


PartKey = tuple[str, str, int]
"""Job, name and number of a part of a file."""


def find_needless_part(connection: Connection) -> PartKey | None:
    """A part that nobody needs any more: of a job that has had its time, or of what was sent for one that is done."""
    of_result = literal(f"{RESULT}-") + cast(job.c.attempt, String)
    is_needless = (job.c.state == JobState.EXPIRED) | ((job.c.state == JobState.DONE) & (job_file.c.name != of_result))
    wanted = select(job_file.c.job, job_file.c.name, job_file.c.part).join(job).where(is_needless).limit(1)
    found = connection.execute(wanted).one_or_none()
    return None if found is None else (found.job, found.name, found.part)


def delete_part(connection: Connection, key: PartKey) -> None:
    """Removes a part of a file."""
    columns = (job_file.c.job, job_file.c.name, job_file.c.part)
    connection.execute(delete(job_file).where(*(column == value for column, value in zip(columns, key, strict=True))))


def is_any_running(connection: Connection) -> bool:
    """Whether a job is being done."""
    return connection.execute(select(job.c.id).where(job.c.state == JobState.RUNNING).limit(1)).first() is not None


def find_job(connection: Connection, job_id: str) -> Job | None:
    """The job, if it is there."""
    row = connection.execute(select(job).where(job.c.id == job_id)).one_or_none()
    return None if row is None else _job(row)


def hold_same(connection: Connection, once: str) -> None:
    """Who asks for the same at once takes turns, until the transaction ends; on SQLite all writers do."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(once))))


def find_same(connection: Connection, once: str) -> Job | None:
    """The latest job that does the same."""
    row = connection.execute(select(job).where(job.c.once == once).order_by(job.c.asked_at.desc()).limit(1))
    return next((_job(one) for one in row), None)


def list_jobs(connection: Connection, *, asked_by: str | None = None, subject: str | None = None) -> list[Job]:
    """Jobs that somebody asked for, or that are about something; the latest first."""
    conditions: list[ColumnElement[bool]] = []
    if asked_by is not None:
        conditions.append(job.c.asked_by == asked_by)
    if subject is not None:
        conditions.append(job.c.subject == subject)
    return [_job(row) for row in connection.execute(select(job).where(*conditions).order_by(job.c.asked_at.desc()))]


def count_before(connection: Connection, one: Job) -> int:
    """How many jobs wait that were asked for earlier."""
    wanted = select(func.count()).where(job.c.state == JobState.WAITING, job.c.asked_at < one.asked_at)
    return int(connection.execute(wanted).scalar_one())


def has_waiting(connection: Connection, now: datetime) -> bool:
    """Whether there is anything to claim."""
    return connection.execute(select(job.c.id).where(_waits(now)).limit(1)).first() is not None


def claim_next(connection: Connection, now: datetime) -> Job | None:
    """Takes the job that has waited longest, which nobody else can take then; None where none waits."""
    oldest = select(job.c.id).where(_waits(now)).order_by(job.c.asked_at, job.c.id).limit(1)
    claimed = connection.execute(
        update(job)
        .where(job.c.id == oldest.with_for_update(skip_locked=True).scalar_subquery(), job.c.state == JobState.WAITING)
        .values(state=JobState.RUNNING, attempt=job.c.attempt + 1, started_at=now, heartbeat=now, progress=0)
        .returning(*job.c)
    ).one_or_none()
    return None if claimed is None else _job(claimed)


def beat_job(connection: Connection, one: Job, now: datetime) -> bool:
    """Tells that a job is still run; False where it has ended or was given up."""
    return _changed(connection, _runs(one), heartbeat=now)


def note_progress(connection: Connection, one: Job, percent: int) -> bool:
    """Tells how far a job is; False as above."""
    return _changed(connection, _runs(one), progress=percent)


def end_job(
    connection: Connection,
    one: Job,
    now: datetime,
    ends_at: datetime,
    outcome: Mapping[str, Any],
    failure: Failure | None = None,
) -> bool:
    """Ends a job that runs; False where it has ended or was given up, which must undo what was done for it."""
    state = JobState.FAILED if failure else JobState.DONE
    values = {"state": state, "ended_at": now, "ends_at": ends_at, "outcome": _text(outcome), "failure": failure}
    return _changed(connection, _runs(one), **values | ({} if failure else {"progress": 100}))


def put_back(connection: Connection, one: Job) -> bool:
    """A job that runs waits again."""
    return _changed(connection, _runs(one), state=JobState.WAITING, progress=0)


def mark_waiting(connection: Connection, job_id: str, state: JobState, **columns: Any) -> bool:
    """A job in this state waits from now on; False where it is in another one."""
    of_job = (job.c.id == job_id) & (job.c.state == state)
    return _changed(connection, of_job, state=JobState.WAITING, progress=0, failure=None, outcome="{}", **columns)


def has_old_jobs(connection: Connection, silent_since: datetime, now: datetime, forgotten: datetime) -> bool:
    """Whether there is anything to do for the three that follow."""
    is_old = _is_silent(silent_since) | _has_had_its_time(now) | (job.c.ends_at <= forgotten)
    return connection.execute(select(job.c.id).where(is_old).limit(1)).first() is not None


def fail_silent_jobs(connection: Connection, silent_since: datetime, now: datetime) -> int:
    """Those that run and were not heard of since have died; their number."""
    died = {"state": JobState.FAILED, "failure": Failure.DIED, "ended_at": now}
    return connection.execute(update(job).where(_is_silent(silent_since)).values(died)).rowcount


def expire_jobs(connection: Connection, now: datetime) -> int:
    """Those that have had their time: their files are needless now; their number."""
    return connection.execute(update(job).where(_has_had_its_time(now)).values(state=JobState.EXPIRED)).rowcount


def forget_jobs(connection: Connection, ended_before: datetime) -> int:
    """Removes those that had their time long ago; their number."""
    has_files = select(job_file.c.job).where(job_file.c.job == job.c.id).exists()
    is_old = (job.c.state == JobState.EXPIRED) & (job.c.ends_at <= ended_before)
    return connection.execute(delete(job).where(is_old, ~has_files)).rowcount


def _waits(now: datetime) -> ColumnElement[bool]:
    return (job.c.state == JobState.WAITING) & (job.c.ends_at > now)


def _is_silent(since: datetime) -> ColumnElement[bool]:
    return (job.c.state == JobState.RUNNING) & (job.c.heartbeat < since)


def _has_had_its_time(now: datetime) -> ColumnElement[bool]:
    return job.c.state.not_in([JobState.RUNNING, JobState.EXPIRED]) & (job.c.ends_at <= now)


def _runs(one: Job) -> ColumnElement[bool]:
    return (job.c.id == one.id) & (job.c.attempt == one.attempt) & (job.c.state == JobState.RUNNING)


def _changed(connection: Connection, which: ColumnElement[bool], **values: Any) -> bool:
    return connection.execute(update(job).where(which).values(values)).rowcount == 1


def _job(row: Row[Any]) -> Job:
    values = dict(row._mapping)
    return Job(
        **values
        | {
            "kind": JobKind(values["kind"]),
            "state": JobState(values["state"]),
            "failure": values["failure"] and Failure(values["failure"]),
            "arguments": json.loads(values["arguments"]),
            "outcome": json.loads(values["outcome"]),
        }
    )


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
