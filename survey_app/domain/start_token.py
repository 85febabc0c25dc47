"""The time a form was handed out, signed for its code, so that the form can bring it back without a cookie, thirty hours or a restart later.

What is kept of it is the bucket of the time taken, never the time itself (integrity.md A.4).

Where the time taken is not known, validity needs a rule the contract leaves open; ours:
- no token, or one we did not sign for this code: it counts as filled in at once. Whoever leaves the field out must not get past `min_seconds`, and
  a browser always sends it back.
- a token of ours from the future: our clock was set back, or two servers disagree. The respondent can do nothing about it, so the
  sheet is as good as a slow one; its bucket is the lowest, since nothing is known.
"""

import base64
import hashlib
import hmac
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from survey_app.domain.clock import Clock

BUCKETS_S = (0, 5, 10, 15, 20, 25, 30, 45, 60, 90, 120, 180, 300, 600)
"""Lower bounds of the classes in which the time taken is kept, in seconds."""

_DOMAIN = b"junheng/start/2\0"
_TAG_LENGTH = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class TimeTaken:
    """When the form was handed out (`None` without a token of ours) and when it came back."""

    started: datetime | None
    submitted: datetime

    @property
    def opened(self) -> datetime | None:
        """When the form was handed out, unless that seems to lie ahead."""
        return self.started if self.started and self.started <= self.submitted else None

    @property
    def seconds(self) -> float | None:
        """How long the form was out; `None` where it is not known."""
        return (self.submitted - self.opened).total_seconds() if self.opened else None

    @property
    def bucket_s(self) -> int:
        """The lower bound of the class; the lowest where nothing is known."""
        return bucket_of(self.seconds or 0.0)

    def is_at_least(self, min_seconds: float) -> bool:
        """Whether the sheet was not filled in too fast."""
        if self.seconds is None:
            return self.started is not None or min_seconds <= 0
        return self.seconds >= min_seconds


def bucket_of(seconds: float) -> int:
    """The lower bound of the class that a time falls into."""
    return BUCKETS_S[bisect_right(BUCKETS_S, seconds) - 1]


def make_start_token(session_secret: bytes, clock: Clock, code: str) -> str:
    """The present time, signed for the form of `code`: `19ab3c4d5e6.6Zk…`. One form's token must not serve a stack of codes."""
    moment = format(_milliseconds(clock.now()), "x")
    return f"{moment}.{_tag(session_secret, moment, code)}"


def read_time_taken(session_secret: bytes, token: str, code: str, now: datetime) -> TimeTaken:
    """When the form of `code` was handed out, as far as the token can tell."""
    if not _is_ours(session_secret, token, code):
        return TimeTaken(None, now)
    return TimeTaken(_EPOCH + timedelta(milliseconds=int(token.partition(".")[0], 16)), now)


def _is_ours(session_secret: bytes, token: str, code: str) -> bool:
    if len(token) > _LONGEST or not token.isascii():
        return False
    moment, _, tag = token.partition(".")
    return hmac.compare_digest(tag, _tag(session_secret, moment, code))


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLISECOND


def _tag(session_secret: bytes, moment: str, code: str) -> str:
    signed = _DOMAIN + hashlib.sha256(code.encode()).digest() + moment.encode()
    digest = hmac.digest(session_secret, signed, hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:_TAG_LENGTH]).decode().rstrip("=")
