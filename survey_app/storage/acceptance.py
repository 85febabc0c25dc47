"""A submission as it is to be stored."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from survey_app.storage.pools import StoredEnvelope


@dataclass(frozen=True, slots=True)
class RunStep:
    """A school's run as it was read (None: there was none), and how it goes on from what it is; always sealed."""

    before: bytes | None
    lengthen: Callable[[bytes | None], bytes]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What a submission leaves beside its code, and the envelope that it leaves apart from it."""

    campaign: str
    group: str
    school: str
    h: bytes
    retry: bytes
    receipt: str
    used_on: date
    envelope: StoredEnvelope
    run: RunStep | None
