"""What the environment decides; nothing else reads it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_INSTANCE = Path("instance")
DEFAULT_DATABASE_URL = f"sqlite:///{DEFAULT_INSTANCE / 'junheng.sqlite3'}"
DEFAULT_KEYS_DIR = DEFAULT_INSTANCE / "keys"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the database and the keys are, and how much is logged."""

    database_url: str = DEFAULT_DATABASE_URL
    keys_dir: Path = DEFAULT_KEYS_DIR
    log_level: str = "INFO"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from JUNHENG_DATABASE_URL, JUNHENG_KEYS, JUNHENG_LOG_LEVEL; an empty variable is one that is not set.

    Raises `ValueError` for a log level that does not exist.
    """
    log_level = (environ.get("JUNHENG_LOG_LEVEL") or "INFO").upper()
    if log_level not in logging.getLevelNamesMapping():
        raise ValueError(f"JUNHENG_LOG_LEVEL: no such level: {log_level}")
    return Settings(
        database_url=environ.get("JUNHENG_DATABASE_URL") or DEFAULT_DATABASE_URL,
        keys_dir=Path(environ.get("JUNHENG_KEYS") or DEFAULT_KEYS_DIR),
        log_level=log_level,
    )
