"""Counts calls by source and minute; sources are kept as keyed hashes."""

import hashlib
import hmac
from typing import Final

from survey_app.services.installation import Installation
from survey_app.storage.accounts.rate_limits import count_request, requests_of

WINDOW_S: Final = 60
_DOMAIN: Final = b"junheng/call/1\0"


def is_call_within(at: Installation, source: str, limit: int) -> bool:
    """Counts a call of `source` and tells whether it is within the limit of this minute.

    Beyond the limit nothing is written: whoever calls too often must not keep others from the database.
    """
    key = hmac.digest(at.session_secret, _DOMAIN + source.encode("utf-8", "surrogatepass"), hashlib.sha256)
    minute = int(at.clock.now().timestamp()) // WINDOW_S
    with at.database.read() as connection:
        if requests_of(connection, key, minute) >= limit:
            return False
    with at.database.write() as connection:
        return count_request(connection, key, minute) <= limit
