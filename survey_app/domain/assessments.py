"""A county's assessment as it is worked on: its states, the uploads of its workbook, and what evaluators enter.

What is entered is never changed or removed: a later version of an entry takes the place of the earlier one, and both stay.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

TEXT_LIMIT: Final = 2_000
PHOTO_LIMIT_BYTES: Final = 8_000_000
PHOTOS_A_CLAUSE: Final = 12
PHOTOS_AN_ASSESSMENT: Final = 600  # removed ones included: they are kept
WORKBOOK_LIMIT_BYTES: Final = 40_000_000

_WORKBOOK_MARK: Final = "@"  # no account's name holds it


class AssessmentState(StrEnum):
    """What has been done with an assessment."""

    DRAFT = "draft"  # worked on
    SIGNED = "signed"  # frozen
    REOPENED = "reopened"  # worked on again after it was signed


class EntryKind(StrEnum):
    """What evaluators enter."""

    FINDING = "finding"  # of a clause decided on site: 1 met, 0 unmet
    SCORE = "score"  # of a scored clause, one for each evaluator: points
    VETO = "veto"  # of a veto item: 1 present, 0 absent


class Origin(StrEnum):
    """Where an entry came from."""

    WORKBOOK = "workbook"
    TYPED = "typed"


@dataclass(frozen=True, slots=True)
class CountyAssessment:
    """One assessment; the fields are the columns of its row."""

    id: str
    county_code: str
    county_name: str
    year: int
    rulebook: str
    rulebook_sha256: str
    state: AssessmentState
    campaign: str | None
    created_by: str
    created_at: datetime
    judged_sha256: str | None = None
    outcome: str | None = None
    grade: str | None = None

    @property
    def is_signed(self) -> bool:
        """Whether nothing of it may change."""
        return self.state == AssessmentState.SIGNED


@dataclass(frozen=True, slots=True)
class EntryKey:
    """What an entry is about. `owner` is the evaluator of a score (an account, or a name of the workbook), "" for the others."""

    kind: EntryKind
    subject: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of what was entered. `value` None: taken back, or (a typed score) its evaluator leaves the clause to others.

    `workbook` and `cell` say which upload, and where in it, an entry of the workbook stood.
    """

    key: EntryKey
    version: int
    value: float | None
    text: str
    origin: Origin
    workbook: int | None
    cell: str
    by: str
    at: datetime

    @property
    def is_typed(self) -> bool:
        """Whether somebody entered it here."""
        return self.origin == Origin.TYPED


@dataclass(frozen=True, slots=True)
class Upload:
    """A workbook that somebody sent. `version` None: it was refused, and its content was not kept."""

    id: str
    version: int | None
    file_name: str
    size: int
    sha256: str
    by: str
    at: datetime
    findings: str  # JSON: the problems, the warnings and the differences (services/assessments/uploading.py)


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of a finding, as it is kept; `original_sha256` is of the file as it was sent."""

    id: str
    clause: str
    sha256: str
    media_type: str
    size: int
    width: int
    height: int
    file_name: str
    original_sha256: str
    by: str
    at: datetime
    removed_by: str | None = None
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Signing:
    """An assessment signed: what was frozen, by whom, and, if it was reopened, why."""

    number: int
    signed_by: str
    role: str
    signed_at: datetime
    content_sha256: str
    manifest: str  # JSON
    judged: str  # the judged result as JSON
    reopened_by: str | None = None
    reopened_at: datetime | None = None
    reason: str = ""


def workbook_owner(evaluator: str) -> str:
    """The owner of a score that stands in the workbook: told apart from an account of the same name."""
    return _WORKBOOK_MARK + evaluator


def is_workbook_owner(owner: str) -> bool:
    """Whether a score is the workbook's."""
    return owner.startswith(_WORKBOOK_MARK)


def shown_owner(owner: str) -> str:
    """The evaluator's name as people know it."""
    return owner.removeprefix(_WORKBOOK_MARK)
