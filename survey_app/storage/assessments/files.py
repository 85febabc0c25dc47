"""Files kept in the database once, under their SHA-256."""

from hashlib import sha256

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from survey_app.storage.assessment_tables import stored_file


def keep_file(connection: Connection, content: bytes) -> str:
    """Stores the content, unless it is there, and returns its SHA-256."""
    name = sha256(content).hexdigest()
    if has_file(connection, name):
        return name
    try:
        with connection.begin_nested():
            connection.execute(insert(stored_file), {"sha256": name, "size": len(content), "content": content})
    except IntegrityError:  # another transaction has just stored the same
        pass
    return name


def has_file(connection: Connection, name: str) -> bool:
    """Whether the content with this SHA-256 is there."""
    return connection.execute(select(stored_file.c.sha256).where(stored_file.c.sha256 == name)).first() is not None


def read_file(connection: Connection, name: str) -> bytes:
    """The content with this SHA-256; what refers to it holds it, so it is there."""
    return bytes(connection.execute(select(stored_file.c.content).where(stored_file.c.sha256 == name)).scalar_one())
