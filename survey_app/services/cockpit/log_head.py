"""The transparency log's size and root as they are printed, to be noted where the office can't reach (docs/anonymity.md, "The transparency log")."""

import base64
from typing import Final

from survey_app.domain.seal import hash_leaf, tree_root
from survey_app.storage.log.transparency_log import list_entries
from survey_app.storage.session import Database

PREFIX: Final = "JH1"
_ROOT_BYTES: Final = 20


def printed_head(size: int, root: bytes) -> str:
    """`JH1-<size>-<first 20 bytes of the root, base 32, in fours>`."""
    text = base64.b32encode(root[:_ROOT_BYTES]).decode()
    return "-".join([PREFIX, str(size), *(text[at : at + 4] for at in range(0, len(text), 4))])


def log_head(database: Database, campaign_id: str) -> str | None:
    """The printed head of a campaign's transparency log; None before its first entry."""
    with database.read() as connection:
        entries = list_entries(connection, campaign_id)
    if not entries:
        return None
    return printed_head(len(entries), tree_root([hash_leaf(entry.encode()) for entry in entries]))
