"""Answers whose key is lost: they are noted in the ledger, and as many places and codes become free (integrity.md A.6).

Nobody knows whose answers they were, nor how many of them counted. All of them held places under the cap.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

from survey_app.domain.seal import lost_entry
from survey_app.storage.counters import lock_groups
from survey_app.storage.ledger import append_entry
from survey_app.storage.pools import Waiting
from survey_app.storage.replacing import answered_by_school, free_places, plan_more_codes


def write_off(connection: Connection, waiting: Waiting, lost: int) -> None:
    """Writes `lost` envelopes of a pool off."""
    lock_groups(connection, waiting.campaign)
    free_places(connection, waiting.campaign, waiting.group, lost)
    answered = answered_by_school(connection, waiting.campaign, waiting.group, waiting.unit)
    plan_more_codes(connection, waiting.campaign, waiting.group, share_out(lost, answered))
    append_entry(connection, waiting.campaign, lost_entry(waiting.label, lost))


def share_out(number: int, answered: Mapping[str, int]) -> dict[str, int]:
    """`number` over schools in proportion to their used codes; whole ones, the largest remainders first."""
    total = sum(answered.values())
    if total == 0:
        return {}
    shares = {school: divmod(number * used, total) for school, used in answered.items()}
    by_remainder = sorted(shares, key=lambda school: (-shares[school][1], school))
    given = {school: whole for school, (whole, _) in shares.items()}
    for school in by_remainder[: number - sum(given.values())]:
        given[school] += 1
    return given
