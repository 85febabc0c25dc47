"""Tables of jobs: work that is done beside the web processes, what was sent for it and the file that it leaves, in parts."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, SmallInteger, String, Text

from survey_app.storage.tables import Instant, make_table

job = make_table(
    "job",
    Column("id", String(32), primary_key=True),  # random
    Column("kind", String(16), nullable=False),
    Column("subject", String(60), nullable=False, index=True),
    Column("county", String(6), nullable=False),
    Column("asked_by", String(40), nullable=False, index=True),
    Column("asked_at", Instant, nullable=False),
    Column("arguments", Text, nullable=False),  # a JSON object
    Column("once", String(200)),
    Column("state", String(10), nullable=False),
    Column("progress", SmallInteger, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("started_at", Instant),
    Column("heartbeat", Instant),
    Column("ended_at", Instant),
    Column("ends_at", Instant, nullable=False),
    Column("outcome", Text, nullable=False),  # a JSON object
    Column("failure", String(10)),
    Index("ix_job_state_asked_at", "state", "asked_at"),
)

# a part is stored in a transaction of its own, so that nobody waits long for one of many megabytes
job_file = make_table(
    "job_file",
    Column("job", String(32), ForeignKey("job.id"), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)
