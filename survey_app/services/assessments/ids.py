"""Ids of uploads and photos."""

import itertools
import secrets

from survey_app.domain.clock import Clock

_count = itertools.count()


def sortable_id(clock: Clock) -> str:
    """24 characters that grow with time; within a millisecond with the count of this process; told apart from other processes' by chance."""
    return f"{int(clock.now().timestamp() * 1000):012x}{next(_count) & 0xFFFF:04x}{secrets.token_hex(4)}"
