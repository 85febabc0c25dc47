"""Tables of the staff's side: accounts, sessions, second factors, failed sign-ins, tokens, counted requests, and the log.

The log is only ever appended to: triggers of the database (migration 0002) refuse to change or remove its rows.
"""

from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from survey_app.storage.tables import Instant, metadata


def _table(name: str, *columns: Any) -> Table:
    return Table(name, metadata, *columns, sqlite_with_rowid=False)


account = _table(
    "account",
    Column("name", String(40), primary_key=True),  # folded: domain.staff.fold_name
    Column("role", String(20), nullable=False),
    Column("county", String(6)),  # None: not bound to a county
    Column("password", Text, nullable=False),  # werkzeug's scrypt, with its salt and parameters
    Column("session_version", Integer, nullable=False, server_default="1"),
    Column("must_change", Boolean, nullable=False, server_default="0"),
    Column("created_at", Instant, nullable=False),
    Column("disabled_at", Instant),
    Column("last_sign_in", Instant),
)

# who is signed in: a row ends with its session, or is swept away once it has run out
staff_session = _table(
    "staff_session",
    Column("hash", LargeBinary(32), primary_key=True),  # SHA-256 of the id in the cookie, which has 256 random bits
    Column("account", String(40), ForeignKey("account.name"), nullable=False, index=True),
    Column("version", Integer, nullable=False),  # the account's session_version when it was begun
    Column("since", Instant, nullable=False),  # to the minute; when it was used last stands in its cookie
    Column("awaits_code", Boolean, nullable=False),  # the password was right; the second factor is still to come
)

# where an account has signed in from: SHA-256 of a random id that a browser keeps, or an HMAC of a network
known_place = _table(
    "known_place",
    Column("account", String(40), ForeignKey("account.name"), primary_key=True),
    Column("hash", LargeBinary(32), primary_key=True),
    Column("seen", Instant, nullable=False),  # to the day
)

# the second factor of an account: the secret of its one-time codes, sealed under a key outside the database
second_factor = _table(
    "second_factor",
    Column("account", String(40), ForeignKey("account.name"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("since", Instant, nullable=False),
    Column("last_step", Integer, nullable=False),  # the time step of the last code that was taken: none counts twice
)

recovery_code = _table(
    "recovery_code",
    Column("account", String(40), ForeignKey("account.name"), primary_key=True),
    Column("hash", LargeBinary(32), primary_key=True),  # an HMAC of the code; the row goes when the code is used
)

# the roles whose accounts must have a second factor
second_factor_role = _table("second_factor_role", Column("role", String(20), primary_key=True))

# failed sign-ins of one account from one place: the place is an HMAC of an address or of a device, never the address
failed_sign_in = _table(
    "failed_sign_in",
    Column("source", LargeBinary(32), primary_key=True),
    Column("n", Integer, nullable=False),
    Column("free_at", Instant, nullable=False),  # nothing is tried before
)

token = _table(
    "token",
    Column("id", String(16), primary_key=True),
    Column("account", String(40), ForeignKey("account.name"), nullable=False, index=True),
    Column("hash", LargeBinary(32), nullable=False),  # SHA-256 of the token, which has 256 random bits
    Column("label", String(60), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", String(40), nullable=False),
    Column("revoked_at", Instant),
    UniqueConstraint("hash"),
)

# how often a source (an HMAC) asked within a window of time
request_count = _table(
    "request_count",
    Column("source", LargeBinary(32), primary_key=True),
    Column("window", Integer, primary_key=True, autoincrement=False),
    Column("n", Integer, nullable=False),
    Index("ix_request_count_window", "window"),
)

audit = _table(
    "audit",
    Column("id", String(24), primary_key=True),  # grows with time: services.audit
    Column("at", Instant, nullable=False),
    Column("staff", String(40), nullable=False),
    Column("county", String(6)),  # of the object
    Column("action", String(40), nullable=False),
    Column("object", String(200), nullable=False),
    Column("details", Text, nullable=False),  # a JSON object
    Index("ix_audit_staff_id", "staff", "id"),
    Index("ix_audit_county_id", "county", "id"),
)
