"""Files appear complete or not at all, and are their owner's alone: written under a temporary name beside the target, then renamed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWNER_ONLY = 0o600


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives the temporary file to write; it takes the place of `path` when the block ends well, and is removed when it does not."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
