"""The closing opens what waited: each sheet comes out in a crowd of at least k, or is withheld and destroyed (docs/anonymity.md, "Closing").

One transaction a crowd, in which its envelopes are deleted; crowds that join come first; so a crash anywhere is made good by doing it
again. Keys go when all is out. Texts come out by group, apart from the answers, where their crowd is large enough.
"""

import logging
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from survey_app.domain.campaigns import Campaign
from survey_app.domain.crowds import Crowd, plan_crowds, plan_void_crowds
from survey_app.domain.errors import DatabaseMismatch
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.seal import SealedAnswer, canonical_json, mix_entry, withheld_entry
from survey_app.domain.sheet import AnswerSheet
from survey_app.domain.units import campaign_of, is_text_label, label_of
from survey_app.services.campaigns.terms import terms_of
from survey_app.services.mixing.envelopes import ID_LENGTH, Contents, Opener
from survey_app.services.mixing.turnover import replace_lost_keys, require_agreement, require_keys
from survey_app.storage.campaigns.counters import add_to_group, add_to_label
from survey_app.storage.mixing.mixer_lock import only_mixer
from survey_app.storage.mixing.pools import (
    LabelRow,
    delete_envelopes,
    list_envelopes,
    list_labels,
    list_pools,
    list_text_labels,
    lock_pool,
    remove_pools,
)
from survey_app.storage.results import StoredComment, StoredResponse, insert_comments, insert_responses
from survey_app.storage.session import Database
from survey_app.storage.transparency_log import append_entry

log = logging.getLogger(__name__)


def release_sheets(database: Database, keys: KeyDirectory, campaign: Campaign) -> None:
    """Lets everything out of a campaign that takes nothing more, and takes its pools and keys away; safe to repeat after a crash.

    Raises `KeysMissing` where the key directory is not the campaign's, and `DatabaseMismatch` where its numbers do not agree.
    """
    require_keys(keys, campaign)
    least_crowds = {group: terms.least_crowd for group, terms in terms_of(keys, campaign).groups.items()}
    with only_mixer(database):
        replace_lost_keys(database, keys, campaign)
        require_agreement(database, keys, campaign)
        with database.read() as connection:
            labels = list_labels(connection, campaign.id)
            waiting = {pool.label: number for pool, number in list_pools(connection, campaign.id)}
        for group, k in least_crowds.items():
            of_group = [label for label in labels if label.group == group]
            for crowd, is_void in _crowds(of_group, waiting, k):
                of_crowd = [one for one in of_group if one.unit in crowd.units and one.is_void == is_void]
                _release_crowd(database, keys, campaign, crowd, of_crowd, waiting, is_void)
            _release_texts(database, keys, campaign, group, k)
        _remove_pools(database, keys, campaign)


def _crowds(labels: Sequence[LabelRow], waiting: Mapping[str, int], k: int) -> list[tuple[Crowd, bool]]:
    """The crowds of a group, with whether they count by nobody's decision to the contrary."""
    live, void = Counter[str](), Counter[str]()
    for one in labels:
        (void if one.is_void else live)[one.unit] += waiting.get(one.label, 0)
    return [(crowd, False) for crowd in plan_crowds(live, k)] + [(crowd, True) for crowd in plan_void_crowds(void, k)]


def _release_crowd(
    database: Database,
    keys: KeyDirectory,
    campaign: Campaign,
    crowd: Crowd,
    labels: Sequence[LabelRow],
    waiting: Mapping[str, int],
    is_void: bool,
) -> None:
    """Lets a crowd out as it was counted. Raises `DatabaseMismatch` where it is another: it might be too small now."""
    group, names = labels[0].group, sorted(one.label for one in labels)
    with database.write() as connection:
        contents = _take_out(connection, keys, campaign, names)
        number = sum(map(len, contents.values()))
        if number != sum(waiting.get(name, 0) for name in names):
            raise DatabaseMismatch(f"envelopes of {', '.join(names)} came or went during the closing; close it again")
        if crowd.is_withheld:
            _withhold(
                connection, campaign, group, crowd.unit, {name: len(of) for name, of in contents.items()}, is_void
            )
            return
        sheets = [AnswerSheet.from_bytes(one.data) for of_label in contents.values() for one in of_label]
        answers = [SealedAnswer(_new_id(), group, crowd.unit, sheet.questionnaire, sheet.answers) for sheet in sheets]
        label = names[0] if crowd.unit else label_of(campaign.id, group, "")
        insert_responses(connection, [_response(label, one) for one in answers])
        add_to_group(connection, campaign.id, group, responses=number)
        append_entry(connection, campaign.id, mix_entry(group, crowd.unit, answers))


def _withhold(
    connection: Connection, campaign: Campaign, group: str, unit: str, numbers: Mapping[str, int], is_void: bool
) -> None:
    number = sum(numbers.values())
    log.warning("%d sheets of %s in campaign %s are withheld: too few to hide in", number, group, campaign.id)
    add_to_group(connection, campaign.id, group, **{"withheld_void" if is_void else "withheld": number})
    for name, of_label in sorted(numbers.items()):
        add_to_label(connection, name, withheld=of_label)
    append_entry(connection, campaign.id, withheld_entry(group, unit, number, is_void=is_void))


def _take_out(
    connection: Connection, keys: KeyDirectory, campaign: Campaign, labels: Sequence[str]
) -> dict[str, list[Contents]]:
    """Empties some pools. Raises `DatabaseMismatch` where something in them can't be opened: it was counted before."""
    taken = {}
    for label in labels:
        lock_pool(connection, label)
        opened = Opener(keys, campaign.id, label).open(list_envelopes(connection, label))
        if opened.unreadable:
            raise DatabaseMismatch(
                f"{len(opened.unreadable)} envelopes of {label} can't be opened any more; close the campaign again"
            )
        delete_envelopes(connection, label)
        taken[label] = list(opened.contents.values())
    return taken


def _release_texts(database: Database, keys: KeyDirectory, campaign: Campaign, group: str, k: int) -> None:
    """What a group wrote: empty ones are dropped; the crowd is all sheets, those that wrote nothing too."""
    with database.write() as connection:
        labels = list_text_labels(connection, campaign.id, group)
        found: list[Contents] = []
        for label in labels:
            lock_pool(connection, label)
            opened = Opener(keys, campaign.id, label).open(list_envelopes(connection, label))
            if opened.unreadable:
                log.error("%d envelopes of %s can't be opened and are deleted", len(opened.unreadable), label)
            found += opened.contents.values()
            delete_envelopes(connection, label)
        if len(found) < k:
            return
        texts = [text for one in found if (text := one.data.decode())]
        insert_comments(connection, [StoredComment(_new_id(), campaign.id, group, text) for text in texts])


def _response(label: str, answer: SealedAnswer) -> StoredResponse:
    return StoredResponse(answer.id, label, answer.questionnaire, canonical_json(dict(answer.answers)).decode())


def _new_id() -> bytes:
    return secrets.token_bytes(ID_LENGTH)


def _remove_pools(database: Database, keys: KeyDirectory, campaign: Campaign) -> None:
    """Takes the empty pools away, and then their keys."""
    with database.write() as connection:
        for pool, _ in list_pools(connection, campaign.id):
            lock_pool(connection, pool.label)
        pools = list_pools(connection, campaign.id)
        if any(number for pool, number in pools if not is_text_label(pool.label)):
            raise DatabaseMismatch(
                f"envelopes came into pools of campaign {campaign.id} while it was closed; close it again"
            )
        remove_pools(connection, [pool.label for pool, _ in pools])
    for label, batch in keys.pool_batches():
        if campaign_of(label) == campaign.id:
            keys.destroy_pool_key(label, batch)
