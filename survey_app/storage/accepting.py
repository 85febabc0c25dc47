"""What accepted submissions write: each all or nothing, several with one commit where they come in together (docs/decisions/0020).

The order is the order of locks: code, pool, run, group, school. The group's row, which all its submissions share, comes late and
so is held for a moment only. Closing marks the groups' rows as ended before anything is mixed for the last time, so no submission
comes after it.

Nothing of it tells when in the day it was, how long the form was out, or whether the sheet counts (docs/decisions/0013): the envelope's
mark and the school's run are sealed, and the group counts the place that was taken. A run is lengthened outside the database. On SQLite
that is done between reading and writing it, while nobody else writes; on PostgreSQL it is stored only if it is still the one that was read.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from survey_app.storage.acceptance import Acceptance
from survey_app.storage.accepting_at_once import store_at_once
from survey_app.storage.accepting_in_turn import store_in_turn
from survey_app.storage.direct import direct
from survey_app.storage.session import Database, DialectName
from survey_app.storage.together import ask

_log = logging.getLogger(__name__)
_STORE: Final[Mapping[DialectName, Callable[[Any, Sequence[Acceptance]], Sequence[bool]]]] = {
    "sqlite": store_in_turn,
    "postgresql": store_at_once,
}


def store_acceptance(database: Database, new: Acceptance) -> bool:
    """Stores a submission, together with those of other requests that are worked on at once.

    False, and nothing stored, unless the code was unused, the envelope is sealed for the open batch, the school's run goes on from what
    was read, and the group takes answers and has room. What was read is then to be read again.
    """
    return ask(_store_all, database, new)


def _store_all(database: Database, news: Sequence[Acceptance]) -> Sequence[bool | Exception]:
    """Whether each was stored. Where one of them makes storing them together fail, each is tried alone.

    Where the lock, the disk or the server fails, it is not: each would wait for it again. All are told then.
    """
    connection = direct(database)
    try:
        return _STORE[database.dialect](connection, news)
    except Exception as error:
        if connection.is_failure(error):
            raise
        if len(news) == 1:
            return [error]
        _log.warning(
            "%d submissions can't be stored together, each is tried alone: %s", len(news), type(error).__name__
        )
        return [outcome for new in news for outcome in _store_all(database, [new])]
