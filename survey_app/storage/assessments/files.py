"""Files kept in the database once, under their SHA-256, in parts: no transaction is long because a file is large.

A part is stored ahead of the row of its file; one whose file never came is removed when nothing is under way (`services/jobs.py`).
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from survey_app.storage.assessment_tables import stored_file, stored_part
from survey_app.storage.session import Database

PART_BYTES: Final = 250_000
"""On SQLite others wait some 10 ms for a part to be written. Part N of a file begins at N times this, in every database."""


def keep_parts(database: Database, content: bytes) -> None:
    """Stores the content ahead of the transaction that calls `keep_file`, part by part: others who write take their turns in between."""
    name = sha256(content).hexdigest()
    with database.read() as connection:
        if has_file(connection, name):
            return
    for number, part in _parts(content):
        with database.write() as connection:
            _keep_part(connection, name, number, part)


def keep_file(connection: Connection, content: bytes) -> str:
    """Stores the content, or what of it is not there yet, and returns its SHA-256."""
    name = sha256(content).hexdigest()
    if has_file(connection, name):
        return name
    known = set(connection.execute(select(stored_part.c.part).where(stored_part.c.sha256 == name)).scalars())
    for number, part in _parts(content):
        if number not in known:
            _keep_part(connection, name, number, part)
    try:
        with connection.begin_nested():
            connection.execute(insert(stored_file), {"sha256": name, "size": len(content)})
    except IntegrityError:  # another transaction has just stored the same
        pass
    return name


def has_file(connection: Connection, name: str) -> bool:
    """Whether the content with this SHA-256 is there."""
    return connection.execute(select(stored_file.c.sha256).where(stored_file.c.sha256 == name)).first() is not None


def read_file(connection: Connection, name: str) -> bytes:
    """The content with this SHA-256; what refers to it holds it, so it is there. Raises `ValueError` for parts that are another content."""
    of_file = select(stored_part.c.content).where(stored_part.c.sha256 == name).order_by(stored_part.c.part)
    content = b"".join(bytes(part) for part in connection.execute(of_file).scalars())
    if sha256(content).hexdigest() != name:
        raise ValueError(f"what is stored as {name} is not that file: the database was changed")
    return content


def find_part_without_file(connection: Connection) -> tuple[str, int] | None:
    """SHA-256 and number of a part whose file is not there."""
    of_file = stored_file.c.sha256 == stored_part.c.sha256
    wanted = select(stored_part.c.sha256, stored_part.c.part).where(~select(stored_file).where(of_file).exists())
    found = connection.execute(wanted.limit(1)).one_or_none()
    return None if found is None else (found.sha256, found.part)


def delete_part_without_file(connection: Connection, name: str, part: int) -> None:
    """Removes a part, unless its file has come meanwhile."""
    if not has_file(connection, name):
        connection.execute(delete(stored_part).where(stored_part.c.sha256 == name, stored_part.c.part == part))


def _parts(content: bytes) -> Iterator[tuple[int, bytes]]:
    for number, start in enumerate(range(0, len(content), PART_BYTES)):
        yield number, content[start : start + PART_BYTES]


def _keep_part(connection: Connection, name: str, number: int, part: bytes) -> None:
    try:
        with connection.begin_nested():
            connection.execute(insert(stored_part), {"sha256": name, "part": number, "content": part})
    except IntegrityError:  # it is there already
        pass
