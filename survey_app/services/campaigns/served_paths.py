"""The paths below which the service is reached: what stands behind the host in the addresses of campaigns (`base_url`)."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from survey_app.domain.campaigns import Campaign, State
from survey_app.storage.campaigns.campaigns import list_campaigns
from survey_app.storage.health import or_none_without_database
from survey_app.storage.session import Database

_RUNNING = (State.OPEN, State.CLOSING)


def path_of(base_url: str) -> str:
    """`/diaocha` of `https://a.example.cn/diaocha`; empty where the address is a host alone."""
    return urlsplit(base_url).path


def served_paths(database: Database) -> list[str] | None:
    """All paths, the one that links should carry first: that of the open campaigns, else of the newest. None without a database."""
    campaigns = or_none_without_database(lambda: _all_campaigns(database))
    if campaigns is None:
        return None
    campaigns.sort(key=lambda one: (one.state in _RUNNING, one.created_at), reverse=True)
    return list(dict.fromkeys([path_of(one.base_url) for one in campaigns] or [""]))


def other_path(open_ones: Sequence[Campaign], base_url: str) -> Campaign | None:
    """One of the open campaigns whose path differs from that of an address: the two can't be open together."""
    return next((one for one in open_ones if path_of(one.base_url) != path_of(base_url)), None)


def _all_campaigns(database: Database) -> list[Campaign]:
    with database.read() as connection:
        return list_campaigns(connection)
