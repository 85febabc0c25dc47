"""Declaring the answers of a unit void before the closing (docs/anonymity.md, "Closing"): handed-out model answers, slips filled in by others.

In one act its unused codes are cancelled and its sheets go off the places and the sample. At the closing its crowds of at least k come
out with their unit and do not count; smaller ones are withheld. Codes that are issued in its schools from now on come under a unit of
their own, `U01.2`, which is exported as `U01`.
"""

from sqlalchemy import Connection

from evaluation.errors import InputProblem, InvalidInput
from survey_app.domain.campaigns import State
from survey_app.domain.clock import Clock
from survey_app.domain.errors import WrongState
from survey_app.domain.seal import void_entry
from survey_app.domain.staff import StaffUser
from survey_app.services import wording
from survey_app.services.audit import COMMAND_LINE, name_of, record_on_campaign
from survey_app.services.codes.changes import note_change
from survey_app.services.mixing.turnover import share_out
from survey_app.storage.campaigns.campaigns import find_campaign
from survey_app.storage.campaigns.counters import add_to_allocations, add_to_group, answered_by_school, lock_groups
from survey_app.storage.codes.issuing import cancel_codes, list_unused, move_unit
from survey_app.storage.mixing.mixer_lock import only_mixer
from survey_app.storage.mixing.pools import LabelRow, list_labels, mark_void
from survey_app.storage.session import Database
from survey_app.storage.transparency_log import append_entry


def void_unit(
    database: Database,
    clock: Clock,
    campaign_id: str,
    unit: str,
    reason: str,
    group: str | None = None,
    actor: StaffUser | str = COMMAND_LINE,
) -> int:
    """Declares a unit's answers void, of one group or of all; the number of sheets that count no more.

    Raises `UnknownCampaign`, `WrongState` unless the campaign is open, and `InvalidInput` for a unit that is none, or an empty reason.
    """
    if not reason.strip():
        raise InvalidInput([InputProblem("reason", wording.REASON_MISSING)])
    with only_mixer(database), database.write() as connection:
        labels = _live_labels(connection, campaign_id, unit, group)
        cancelled = list_unused(connection, campaign_id, [one.label for one in labels])
        lock_groups(connection, campaign_id)
        cancel_codes(connection, campaign_id, cancelled)
        groups = sorted({one.group for one in labels})
        number = sum(_take_off(connection, campaign_id, of, unit, labels) for of in groups)
        mark_void(connection, [one.label for one in labels])
        campaign = note_change(connection, clock, campaign_id, "void a unit", [one.place for one in cancelled], [])
        if campaign.state != State.OPEN:
            raise WrongState(campaign_id, campaign.state, "void a unit", (State.OPEN,))
        for of in groups:
            append_entry(connection, campaign_id, void_entry(of, unit, reason.strip(), name_of(actor)))
        details = {"unit": unit, "groups": ", ".join(groups), "reason": reason.strip()}
        record_on_campaign(connection, clock, actor, "unit_voided", campaign, details)
    return number


def _live_labels(connection: Connection, campaign_id: str, unit: str, group: str | None) -> list[LabelRow]:
    find_campaign(connection, campaign_id)
    known = [one for one in list_labels(connection, campaign_id) if one.unit and not one.is_void]
    found = [one for one in known if one.unit == unit and group in (None, one.group)]
    if not found:
        values = {"unit": unit, "known": ", ".join(sorted({one.unit for one in known if group in (None, one.group)}))}
        raise InvalidInput([InputProblem("unit", wording.UNIT_UNKNOWN, values)])
    return found


def _take_off(connection: Connection, campaign_id: str, group: str, unit: str, labels: list[LabelRow]) -> int:
    """The sheets of a group in the unit count no more, and as many codes may be issued anew."""
    answered = answered_by_school(connection, campaign_id, group, unit)
    lost = sum(one.lost for one in labels if one.group == group)
    number = sum(answered.values()) - lost
    add_to_group(connection, campaign_id, group, void=number, taken=-number, to_issue=number)
    add_to_allocations(connection, campaign_id, group, "void", answered)
    add_to_allocations(connection, campaign_id, group, "planned", share_out(number, answered))
    move_unit(connection, campaign_id, group, unit, _following(unit))
    return number


def _following(unit: str) -> str:
    """U01 → U01.2 → U01.3."""
    base, dot, number = unit.rpartition(".")
    return f"{base}.{int(number) + 1}" if dot and number.isdecimal() else f"{unit}.2"
