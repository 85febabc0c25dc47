"""What the key directory keeps of each campaign's log, so that a log that goes back is told (docs/anonymity.md, "The transparency log").

Whoever puts an older database back, by `restore` or by hand, gives up what the log has said since. The worker therefore keeps the entries
beside the keys as they grow; what is there already is only ever gone on with, unless it was given up and is kept as such.
"""

import base64
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from sqlalchemy import Connection

from survey_app.domain.clock import Clock
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.seal import hash_leaf, restored_entry, tree_root
from survey_app.storage.session import Database
from survey_app.storage.transparency_log import append_entry, count_entries, list_entries

log = logging.getLogger(__name__)

PREFIX: Final = "JH1"
_ROOT_BYTES: Final = 20


class LogKeeper:
    """What one worker process remembers between its rounds: how long each log is."""

    def __init__(self) -> None:
        self._sizes: dict[str, int] = {}

    def round(self, database: Database, keys: KeyDirectory) -> None:
        """Keeps the logs that have grown; one that does not go on from what was kept is told and left as it is."""
        with database.read() as connection:
            sizes = count_entries(connection)
        for campaign in (one for one, size in sizes.items() if self._sizes.get(one) != size):
            if not keep_log(database, keys, campaign):
                log.error(
                    "the log of campaign %s is not what it was: an older database was put back, or it was changed",
                    campaign,
                )
        self._sizes = sizes


def keep_log(database: Database, keys: KeyDirectory, campaign: str) -> bool:
    """Keeps a campaign's log; False where it does not go on from what was kept."""
    with database.read() as connection:
        entries = list_entries(connection, campaign)
    if not goes_on(keys, campaign, entries):
        return False
    if keys.log(campaign) != entries:
        keys.write_log(campaign, entries)
    return True


def goes_on(keys: KeyDirectory, campaign: str, entries: Sequence[str]) -> bool:
    """Whether a log goes on from the one that was kept, or that one was given up."""
    kept = keys.log(campaign)
    return is_beginning(kept, entries) or kept in keys.given_up_logs(campaign)


def is_beginning(one: Sequence[str], of: Sequence[str]) -> bool:
    """Whether a log begins with all entries of another."""
    return list(of[: len(one)]) == list(one)


@dataclass(frozen=True, slots=True)
class GivenUp:
    """What a log has said and does not any more."""

    logs: Sequence[Sequence[str]]
    """The logs from which it does not go on, the longest last."""
    since: Sequence[str]
    """The entries of the longest that it has lost."""


def find_given_up(keys: KeyDirectory, campaign: str, entries: Sequence[str], copied: Sequence[str] = ()) -> GivenUp:
    """What a log has lost, as far as the key directory knows, or a `copied` one."""
    others = sorted((keys.log(campaign), copied), key=len)
    logs = [one for one in others if not is_beginning(one, entries)]
    return GivenUp(logs, logs[-1][_common(entries, logs[-1]) :] if logs else ())


def note_restored(
    connection: Connection,
    keys: KeyDirectory,
    clock: Clock,
    campaign_id: str,
    given_up: GivenUp,
    unknown: int,
    by: str,
) -> list[str]:
    """Tells in a campaign's log that it went back: what it was until then, and how many codes were used since.

    What it was is kept in the key directory; the names of the files that were put there now are returned. Where nothing is known to be
    lost, it is the log itself.
    """
    files = [name for one in given_up.logs if (name := keys.give_up_log(campaign_id, one))]
    latest = given_up.logs[-1] if given_up.logs else list_entries(connection, campaign_id)
    if latest:
        at = clock.now().astimezone(UTC).isoformat(timespec="seconds")
        append_entry(connection, campaign_id, restored_entry(latest, unknown, at, by))
    return files


def printed_head(size: int, root: bytes) -> str:
    """`JH1-<size>-<first 20 bytes of the root, base 32, in fours>`: to be noted where the office can't reach (docs/anonymity.md, "The transparency log")."""
    text = base64.b32encode(root[:_ROOT_BYTES]).decode()
    return "-".join([PREFIX, str(size), *(text[at : at + 4] for at in range(0, len(text), 4))])


def log_head(database: Database, campaign_id: str) -> str | None:
    """The printed head of a campaign's transparency log; None before its first entry."""
    with database.read() as connection:
        entries = list_entries(connection, campaign_id)
    if not entries:
        return None
    return printed_head(len(entries), tree_root([hash_leaf(entry.encode()) for entry in entries]))


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many entries two logs have in common from their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))
