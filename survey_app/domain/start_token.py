"""The time a form was handed out, signed for its code, so that the form can bring it back without a cookie, thirty hours or a restart later.

Nothing of it is kept. A sheet that comes back sooner than its questionnaire can be read is handed back (docs/anonymity.md, "A submission"); so is one
without a start time, or with one that none of our secrets has signed. A start time of ours that lies ahead (our clock was set back, or
two servers disagree) is as good as one long ago: the respondent can do nothing about it.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

_DOMAIN = b"junheng/start/3\0"
_TAG_LENGTH = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LONGEST = 80


def make_start_token(secret: bytes, now: datetime, code: str) -> str:
    """The present time, signed for the form of `code`: `19ab3c4d5e6.6Zk…`. One form's token must not serve a stack of codes."""
    moment = format((now - _EPOCH) // _MILLISECOND, "x")
    return f"{moment}.{_tag(secret, moment, code)}"


def read_start_token(secrets: Iterable[bytes], token: str, code: str) -> datetime | None:
    """When the form of `code` was handed out; None where none of `secrets` has signed the token for it."""
    if len(token) > _LONGEST or not token.isascii():
        return None
    moment, _, tag = token.partition(".")
    if not any(hmac.compare_digest(tag, _tag(secret, moment, code)) for secret in secrets):
        return None
    return _EPOCH + timedelta(milliseconds=int(moment, 16))


def seconds_open(started: datetime, now: datetime) -> float:
    """How long a form was open; endless where its start lies ahead."""
    return (now - started).total_seconds() if started <= now else float("inf")


def _tag(secret: bytes, moment: str, code: str) -> str:
    signed = _DOMAIN + hashlib.sha256(code.encode()).digest() + moment.encode()
    digest = hmac.digest(secret, signed, hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:_TAG_LENGTH]).decode().rstrip("=")
