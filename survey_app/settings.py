"""What the environment says of the installation: database, keys, log level, trusted proxies."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

DEFAULT_INSTANCE = Path("instance")
DEFAULT_DATABASE_URL = f"sqlite:///{DEFAULT_INSTANCE / 'junheng.sqlite3'}"
DEFAULT_KEYS_DIR = DEFAULT_INSTANCE / "keys"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the database and the keys are, how much is logged, and whose word counts about where a request comes from."""

    database_url: str = DEFAULT_DATABASE_URL
    keys_dir: Path = DEFAULT_KEYS_DIR
    log_level: str = "INFO"
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from JUNHENG_DATABASE_URL, JUNHENG_KEYS, JUNHENG_LOG_LEVEL, JUNHENG_TRUSTED_PROXIES; an empty variable is not set.

    Raises `ValueError` for a log level that does not exist and for a proxy that is no address or network.
    """
    log_level = (environ.get("JUNHENG_LOG_LEVEL") or "INFO").upper()
    if log_level not in logging.getLevelNamesMapping():
        raise ValueError(f"JUNHENG_LOG_LEVEL: no such level: {log_level}")
    return Settings(
        database_url=environ.get("JUNHENG_DATABASE_URL") or DEFAULT_DATABASE_URL,
        keys_dir=Path(environ.get("JUNHENG_KEYS") or DEFAULT_KEYS_DIR),
        log_level=log_level,
        trusted_proxies=_networks(environ.get("JUNHENG_TRUSTED_PROXIES") or ""),
    )


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    try:
        return tuple(ip_network(part) for part in parts)
    except ValueError as error:
        raise ValueError(
            f"JUNHENG_TRUSTED_PROXIES: {error}; expected addresses or networks with commas between them, such as 127.0.0.1,10.1.0.0/16"
        ) from error
