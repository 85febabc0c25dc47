"""Which part of the log is wanted."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows are wanted; an empty field asks for nothing. Days are half-open moments."""

    staff: str = ""
    action: str = ""
    object: str = ""
    county: str | None = None
    since: datetime | None = None
    until: datetime | None = None
