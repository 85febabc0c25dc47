"""Tables of the service.

The respondents' part follows one rule: nothing that leads from a code to its answers. Hence no sequences or
row ids (SQLite: WITHOUT ROWID; PostgreSQL: no identity columns), no time finer than the day beside a code or an answer, no foreign
keys from answers, and an answer that exists only as a sealed envelope until the closing.

A *label* is what an answer keeps of where it came from: campaign, group and unit, written `CAMPAIGN/GROUP/UNIT` (unit empty for
groups without units, and for small crowds joined at closing).
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """A moment, aware and in UTC on both engines (SQLite keeps no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone can't be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def make_table(name: str, *columns: Any) -> Table:
    return Table(name, metadata, *columns, sqlite_with_rowid=False)


def campaign_key() -> Column[str]:
    return Column("campaign", String(40), ForeignKey("campaign.id"), primary_key=True)


def counter(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


# --- the office's side: what a campaign is and plans -------------------------------------------------------------------------

campaign = make_table(
    "campaign",
    Column("id", String(40), primary_key=True),
    Column("name", Text, nullable=False),
    Column("county_code", String(6), nullable=False),
    Column("county_name", Text, nullable=False),
    Column("population", Integer, nullable=False),
    Column("year", Integer, nullable=False),
    Column("rulebook", String(64), nullable=False),
    Column("base_url", Text, nullable=False),
    Column("opens", Instant, nullable=False),
    Column("closes", Instant, nullable=False),  # as planned; closing earlier sets closing_at
    Column("grace_minutes", Integer, nullable=False),
    Column("anonymity_k", Integer, nullable=False),
    Column("min_seconds", Float),  # None: one second a required question; handed back what comes sooner
    Column("seed", Text, nullable=False),
    Column("per_school", Integer, nullable=False),
    Column("expected_return", Float, nullable=False),
    Column("sample_required", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("state", String(10), nullable=False),  # draft, open, closing, closed: only ever moves forward
    Column("admission", SmallInteger, nullable=False, server_default="0"),  # domain.campaigns.Admission: never lowered
    Column("opened_at", Instant),
    Column("closing_at", Instant),  # forms opened from here on are refused
    Column("closed_at", Instant),
)

# the questionnaire of a group, as text: what the form shows and the answers are checked against
questionnaire = make_table(
    "questionnaire",
    campaign_key(),
    Column("group", String(16), primary_key=True),
    Column("id", String(64), nullable=False),  # id/version, such as parent/1
    Column("sha256", String(64), nullable=False),
    Column("text", Text, nullable=False),
)

# other texts frozen at opening: `plan` (canonical JSON), `rules` (the rulebook file)
document = make_table(
    "document",
    campaign_key(),
    Column("name", String(64), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("text", Text, nullable=False),
)

school = make_table(
    "school",
    campaign_key(),
    Column("code", String(40), primary_key=True),
    Column("name", Text, nullable=False),
    Column("location", Text, nullable=False),
)

# one row a group: its plan, and the counters that the monitor reads
quota = make_table(
    "quota",
    campaign_key(),
    Column("group", String(16), primary_key=True),
    Column("planned", Integer, nullable=False),
    Column("cap", Integer),  # None: no cap (parents)
    Column("frame", Integer),  # None: unknown size
    Column("to_issue", Integer, nullable=False),
    Column("least_crowd", Integer, nullable=False),  # k, or fewer where the office has accepted a small crowd
    Column("ended", Boolean, nullable=False, server_default="0"),  # nothing is taken any more, whatever was read before
    Column(
        "stopped", Boolean, nullable=False, server_default="0"
    ),  # its counts do not agree: nothing is taken until `settle`
    counter("issued"),
    counter("answered"),  # used codes
    counter("taken"),  # places under the cap: answered, less lost and void ones
    counter("void"),  # used codes of units that were declared void
    counter("lost"),  # sheets that can't be opened any more
    counter("responses"),  # at the closing
    counter(
        "withheld"
    ),  # at the closing: sheets whose crowd was too small; those of void units stand in `withheld_void`
    counter("withheld_void"),
    counter("from_paper"),  # how many of them were keyed in; which ones, nobody knows
)

# one row a group a school (school empty: a group without schools); planned = codes to issue there
allocation = make_table(
    "allocation",
    campaign_key(),
    Column("group", String(16), primary_key=True),
    Column("school", String(40), primary_key=True),
    Column("planned", Integer, nullable=False),
    Column("unit", String(40)),  # fixed at the first issuing; None before
    counter("issued"),
    counter("answered"),
    counter("void"),  # of the answered ones
)

# --- the respondents' side (docs/anonymity.md, "A submission": codes, pools, envelopes, answers) -------------------------------------------------

# a crowd of codes and where its sheets wait; void: declared so before the closing, with a reason in the log
label = make_table(
    "label",
    Column("label", String(128), primary_key=True),
    Column("campaign", String(40), ForeignKey("campaign.id"), nullable=False, index=True),
    Column("group", String(16), nullable=False),
    Column("unit", String(40), nullable=False),
    Column(
        "base_unit", String(40), nullable=False
    ),  # what is exported: another than `unit` where codes were issued anew for a void one
    Column("text_label", String(128)),  # where what they write waits; None: the questionnaire asks for no text
    Column("void", Boolean, nullable=False, server_default="0"),
    counter("lost"),
    counter("answered"),  # at the closing, as are the withheld: the codes may be forgotten afterwards
    counter("withheld"),
)

code = make_table(
    "code",
    Column("code_hash", LargeBinary(32), primary_key=True),
    Column("tag", LargeBinary(32), nullable=False),  # binds it to group, school and label
    Column("campaign", String(40), nullable=False),
    Column("group", String(16), nullable=False),
    Column("school", String(40), nullable=False),
    Column("label", String(128), nullable=False),
    Column("used", Boolean, nullable=False, server_default="0"),
    Column("cancelled", Boolean, nullable=False, server_default="0"),
    Column("retry", LargeBinary(32)),
    Column("receipt", String(14)),  # as printed: XXXX-XXXX-XXXX
    Column("used_on", Date),  # never a time finer than the day
    Column("checkpoint", Integer),  # size of the log whose `receipts` entry holds this receipt
    Index("ix_code_campaign_group_school", "campaign", "group", "school"),
)

# the open batch of each label; its keys are files, and of these the public one must be the one with this hash
pool = make_table(
    "pool",
    Column("label", String(128), primary_key=True),
    Column("batch", Integer, nullable=False),
    Column("pub_sha256", LargeBinary(32), nullable=False),
)

envelope = make_table(
    "envelope",
    Column("id", LargeBinary(16), primary_key=True),
    Column("label", String(128), nullable=False, index=True),
    Column("batch", Integer, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
)

response = make_table(
    "response",
    Column("id", LargeBinary(16), primary_key=True),
    Column("label", String(128), nullable=False, index=True),
    Column("questionnaire", String(64), nullable=False),
    Column("answers", Text, nullable=False),  # canonical JSON
)

comment = make_table(
    "comment",
    Column("id", LargeBinary(16), primary_key=True),
    Column("campaign", String(40), nullable=False, index=True),
    Column("group", String(16), nullable=False),
    Column("text", Text, nullable=False),
)

# of the codes' side, as all else that a submission counts: sheets sent sooner than anybody reads; an answer bears nothing of it
pace = make_table(
    "pace",
    Column("label", String(128), primary_key=True),
    counter("fast"),
)

# --- the seal ------------------------------------------------------------------------------------------------------------------

entry = make_table(
    "entry",
    campaign_key(),
    Column("seq", Integer, primary_key=True, autoincrement=False),  # from 0, without gaps
    Column("kind", String(16), nullable=False),
    Column("body", Text, nullable=False),  # canonical JSON: the data of the leaf
)

checkpoint = make_table(
    "checkpoint",
    campaign_key(),
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("at", Instant, nullable=False),
    Column("signature", LargeBinary(64)),
)

# --- rate limit of unknown codes: a counter for each source and window of time ---------------------------------------------------

guess = make_table(
    "guess",
    Column("source", String(64), primary_key=True),
    Column("window", Integer, primary_key=True, autoincrement=False),
    Column("n", Integer, nullable=False),
)
