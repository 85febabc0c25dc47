"""What issuing, cancelling and replacing codes have in common."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection

from evaluation.survey.groups import Group
from survey_app.domain.campaigns import Admission, Campaign, State
from survey_app.domain.clock import Clock
from survey_app.domain.codes import print_code
from survey_app.domain.errors import KeysMissing, PastItsEnd, WrongState
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.seal import Place, codes_entry
from survey_app.services.campaigns.file_shape import FORM_PATH
from survey_app.storage.campaigns.campaigns import find_campaign
from survey_app.storage.transparency_log import append_entry

_STATES = (State.DRAFT, State.OPEN)


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """One slip: the code as printed, and the address that its QR code opens. `school` is empty in a group without schools."""

    group: Group
    school: str
    school_name: str
    code: str
    url: str


HandOver = Callable[[Sequence[IssuedCode]], None]
"""Writes codes down before they are stored, so that none counts as issued that nobody holds; if it raises, nothing is stored."""


def issued_code(campaign: Campaign, group: str, school: str, school_name: str, code: str) -> IssuedCode:
    """A code as it is handed out."""
    return IssuedCode(
        cast(Group, group), school, school_name, print_code(code), f"{campaign.base_url}{FORM_PATH}{code}"
    )


def key_of(keys: KeyDirectory, campaign_id: str) -> bytes:
    """The key of a campaign's codes. Raises `KeysMissing`."""
    try:
        return keys.campaign_key(campaign_id)
    except FileNotFoundError as error:
        raise KeysMissing(campaign_id, str(keys.path)) from error


def require_state(campaign: Campaign, clock: Clock, action: str) -> None:
    """Codes change until the closing moment: afterwards nobody could use a new one."""
    if campaign.state not in _STATES:
        raise WrongState(campaign.id, campaign.state, action, _STATES)
    if campaign.state == State.DRAFT and clock.now() >= campaign.closes:
        raise PastItsEnd(campaign.id, campaign.state, action, _STATES, campaign.closes)
    if campaign.admission_at(clock.now()) >= Admission.GRACE:
        raise WrongState(campaign.id, State.CLOSING, action, _STATES)


def note_change(
    connection: Connection,
    clock: Clock,
    campaign_id: str,
    action: str,
    cancelled: Sequence[Place],
    added: Sequence[Place],
) -> Campaign:
    """The last step of a change: holds the campaign, makes sure that it still allows the action, and makes an entry if it is open.

    Before the opening none is needed: the `open` entry will hold all codes.
    """
    campaign = find_campaign(connection, campaign_id, to_change=True)
    require_state(campaign, clock, action)
    if campaign.state == State.OPEN and (cancelled or added):
        append_entry(connection, campaign.id, codes_entry(cancelled, added))
    return campaign
