"""What must agree before the service listens (docs/anonymity.md, "The count"): the key directory with itself, and the database with it.

An older database or an older key directory that was put back is told, with what is lost by it. Nothing is accepted for a dead key in any
case: a web process seals only for a pair of which both halves are there, and whose public half is the one that the pool names.
"""

from collections.abc import Iterator

from sqlalchemy import Connection

from survey_app.domain.campaigns import Campaign, State
from survey_app.domain.errors import SurveyError
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.seal import places_document
from survey_app.services.campaigns.terms import differences, terms_of
from survey_app.services.mixing.turnover import is_alive, require_keys
from survey_app.services.transparency_log import goes_on
from survey_app.storage.campaigns.campaigns import list_campaigns
from survey_app.storage.codes.issuing import list_places
from survey_app.storage.mixing.balance import list_used_hashes, read_balances
from survey_app.storage.mixing.pools import list_pools
from survey_app.storage.session import Database
from survey_app.storage.transparency_log import list_code_changes, list_entries


def find_mismatches(database: Database, keys: KeyDirectory) -> list[str]:
    """What does not agree, a line each. Raises `UnsafeKeyDirectory`."""
    keys.check()
    with database.read() as connection:
        campaigns = list_campaigns(connection, (State.OPEN, State.CLOSING))
    return [line for campaign in campaigns for line in _mismatches(database, keys, campaign)]


def _mismatches(database: Database, keys: KeyDirectory, campaign: Campaign) -> Iterator[str]:
    try:
        require_keys(keys, campaign)
        places = terms_of(keys, campaign).document["codes"]
    except SurveyError as error:
        yield str(error)
        return
    with database.read() as connection:
        pools = list_pools(connection, campaign.id)
        forgotten = len(keys.book(campaign.id) - list_used_hashes(connection, campaign.id))
        balances = read_balances(connection, campaign.id)
        changed = differences(connection, keys, campaign)
        if _places_at_opening(connection, campaign.id) != places:
            yield f"campaign {campaign.id}: its codes are not those that it was opened with, nor told in its log"
        if not goes_on(keys, campaign.id, list_entries(connection, campaign.id)):
            yield f"campaign {campaign.id}: its log is not what it was: an older database was put back, or it was changed; see: junheng settle {campaign.id}"
    yield from changed
    dead = [(pool, number) for pool, number in pools if not is_alive(keys, pool)]
    if dead:
        waiting = sum(number for pool, number in dead if keys.pool_key(pool.label, pool.batch) is None)
        yield f"campaign {campaign.id}: the keys of {len(dead)} pools are gone or others, and {waiting} envelopes in them can't be opened"
    if forgotten:
        yield f"campaign {campaign.id}: {forgotten} codes were used and are not in this database; they can't be used again after: junheng settle {campaign.id}"
    for one in balances:
        if one.missing:
            yield f"campaign {campaign.id}: {one.group} has {one.used} used codes and {one.used - one.missing} sheets; see: junheng settle {campaign.id}"


def _places_at_opening(connection: Connection, campaign_id: str) -> dict[str, object]:
    """Number and root of the places as they were at the opening, from those there are now and the changes that the log tells."""
    cancelled, added = list_code_changes(connection, campaign_id)
    places = [
        one.place
        for one in list_places(connection, campaign_id)
        if one.place.code_hash not in added and (not one.cancelled or one.place.code_hash in cancelled)
    ]
    return places_document(places)
