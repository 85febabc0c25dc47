"""What a bulletin says, as plain texts: both formats are written from it and from nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BulletinRow:
    """One group of the table; `is_grave`: it needs attention now."""

    cells: tuple[str, ...]
    is_grave: bool


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One day of a campaign. `days` are days and answers; `seal` is the line to note elsewhere, if there is a transparency log."""

    title: str
    subtitle: str
    headline: str
    is_valid: bool
    reasons: Sequence[str]
    expectation: str
    head: tuple[str, ...]
    rows: Sequence[BulletinRow]
    alerts: Sequence[tuple[bool, str]]
    days: Sequence[tuple[str, str]]
    returned: str
    schools: str
    seal: str
    made: str
