"""Tables of the office's pages: readings of the counters, heartbeats, sheets of paper between two typings, and what waits for its holder for a while."""

from sqlalchemy import Column, Integer, LargeBinary, String

from survey_app.storage.tables import Instant, campaign_key, counter, make_table

# the counters as they stood at whole hours, taken by the worker: no submission writes here
counter_reading = make_table(
    "counter_reading",
    campaign_key(),
    Column("at", Instant, primary_key=True),
    Column("group", String(16), primary_key=True),
    counter("answered"),
    counter("valid"),
)

# when each part of the service that works by itself was last at work: `worker`, `turnover/CAMPAIGN`
heartbeat = make_table(
    "heartbeat",
    Column("part", String(80), primary_key=True),
    Column("at", Instant, nullable=False),
)

# unknown codes by hour (hours since 1970), from all sources together; `most` is the greatest number from one source in a minute
guess_hour = make_table(
    "guess_hour",
    Column("hour", Integer, primary_key=True, autoincrement=False),
    counter("n"),
    counter("most"),
)

# a sheet of paper that one person has typed, until another has typed it too: readable only with its code and its key file, and named
# so that nothing in the database leads to its code (domain/paper.py)
typed_sheet = make_table(
    "typed_sheet",
    Column("name", LargeBinary(32), primary_key=True),
    Column("campaign", String(40), nullable=False, index=True),
    Column("group", String(16), nullable=False),
    Column("typist", String(40), nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
)

# uploads of an unfinished form, and sheets of codes that were just issued: readable only with the token in their holder's page
parcel = make_table(
    "parcel",
    Column("id", LargeBinary(16), primary_key=True),
    Column("owner", String(40), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("ends_at", Instant, nullable=False, index=True),
    Column("ciphertext", LargeBinary, nullable=False),
)
