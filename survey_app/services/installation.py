"""What a service works on: one object, made when the application starts."""

from dataclasses import dataclass
from functools import cached_property

from survey_app.domain.clock import Clock
from survey_app.domain.keys import KeyDirectory
from survey_app.settings import Settings
from survey_app.storage.session import Database, open_database


@dataclass(frozen=True)
class Installation:
    """Database, keys and clock."""

    database: Database
    keys: KeyDirectory
    clock: Clock

    @cached_property
    def session_secret(self) -> bytes:
        """Signs start times and cookies; the first process to ask for it makes it."""
        return self.keys.session_secret()

    @cached_property
    def account_secret(self) -> bytes:
        """Seals second factors; the first process to ask for it makes it."""
        return self.keys.account_secret()


def open_installation(settings: Settings, clock: Clock) -> Installation:
    """The installation that the settings name; nothing is connected yet."""
    return Installation(open_database(settings.database_url), KeyDirectory(settings.keys_dir), clock)
