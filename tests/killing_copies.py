"""Makes a copy, or puts one back, in processes of its own that are killed, −9, each at a later step, until one gets through.

`python -m tests.killing_copies backup|restore URL KEYS FILE RECOVERY_KEY`; prints how many were killed. A step is a statement, a commit, or
an operation on a file, before and after. This process has one thread and forks; each child opens the database for itself. After each kill
the pair of files is whole, the database empty or whole; a restore that was killed after its commit has got through.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from survey_app.domain.clock import SystemClock
from survey_app.domain.keys import KeyDirectory
from survey_app.services.backup.making import make_backup
from survey_app.services.backup.restoring import read_copy, restore
from survey_app.storage.copying import tables_with_rows
from survey_app.storage.session import open_database

STRIDE = 19
MOST = 4_000


def main(mode: str, url: str, keys: str, file: str, paper: str) -> int:
    """How many were killed before one got through."""

    def work() -> None:
        database = open_database(url)
        if mode == "backup":
            make_backup(database, KeyDirectory(Path(keys)), SystemClock(), Path(file))
        else:
            restore(database, KeyDirectory(Path(keys)), SystemClock(), read_copy(Path(file), bytes.fromhex(paper)))
        database.close()

    for number, step in enumerate(range(1, MOST, STRIDE)):
        status = in_child(lambda step=step: dying_at(step, work))
        assert read_copy(Path(file), bytes.fromhex(paper)).is_pair
        is_through = mode == "restore" and looked_at(url)
        if status == 0 or is_through:
            return number
        if not os.WIFSIGNALED(status):
            raise RuntimeError("a child that nobody killed has failed")
    raise RuntimeError("it never got through")


def looked_at(url: str) -> bool:
    """The same as `is_restored`, in a child: this process connects to nothing."""
    status = os.waitstatus_to_exitcode(in_child(lambda: sys.exit(2 * is_restored(url))))
    assert status in (0, 2)
    return status == 2


def is_restored(url: str) -> bool:
    """Whether everything is there; if not, nothing is."""
    database = open_database(url)
    with database.read() as connection:
        filled = tables_with_rows(connection)
    assert not filled or {"audit", "campaign", "code", "envelope", "pool", "entry"} <= set(filled)
    return bool(filled)


def in_child(work: Callable[[], object]) -> int:
    """Runs `work` in a child, and returns its status."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    status = 1
    try:
        work()
        status = 0
    except SystemExit as ended:
        status = int(ended.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(status)


def dying_at(step: int, work: Callable[[], object]) -> None:
    """Runs `work`, and kills this process at its `step`-th step."""
    left = step

    def count(*_: object, **__: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(Engine, name, count)
    for name in ("fsync", "link", "open", "write", "rename", "unlink"):
        setattr(os, name, counted(getattr(os, name), count))
    work()


def counted(original: Callable[..., Any], count: Callable[[], None]) -> Callable[..., Any]:
    """The same function, which is a step before and after."""

    def run(*arguments: Any, **named: Any) -> Any:
        count()
        result = original(*arguments, **named)
        count()
        return result

    return run


if __name__ == "__main__":
    sys.stdout.write(str(main(*sys.argv[1:])))
