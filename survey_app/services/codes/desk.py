"""The desk: what a code is and can do, cancelling and replacing it. A code is shown with its group and school, as on its slip; never a
day of use, a receipt or an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from survey_app.domain.campaigns import Admission, Campaign, State
from survey_app.domain.codes import hash_code, print_code, read_code
from survey_app.domain.errors import UnknownCode
from survey_app.domain.staff import StaffUser
from survey_app.services.codes.cancelling import reissue_codes, revoke_codes
from survey_app.services.codes.changes import IssuedCode, issued_code
from survey_app.services.installation import Installation
from survey_app.storage.campaigns.campaigns import find_campaign
from survey_app.storage.codes.desk import DeskCode, find_desk_code


class CodeStanding(StrEnum):
    """What a code is, for whoever is on the line."""

    USABLE = "usable"
    USED = "used"
    CANCELLED = "cancelled"
    FULL = "full"  # its group takes no more
    NOT_OPEN = "not_open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class FoundAtDesk:
    """A code as the desk sees it."""

    code: str  # as printed
    standing: CodeStanding
    campaign: Campaign
    group: str
    school: str
    school_name: str

    @property
    def can_be_replaced(self) -> bool:
        """Unused, and new codes could still be used."""
        is_unused = self.standing in (CodeStanding.USABLE, CodeStanding.NOT_OPEN, CodeStanding.FULL)
        return is_unused and self.campaign.state in (State.DRAFT, State.OPEN)


def look_at_code(at: Installation, user: StaffUser, text: str) -> FoundAtDesk:
    """The code that somebody reads out. Raises `MalformedCode`; `UnknownCode`, also for one of a county that the account does not see."""
    code = read_code(text)
    hashes = [hash_code(key, code) for key in at.keys.campaign_keys().values()]
    with at.database.read() as connection:
        found = find_desk_code(connection, hashes)
        campaign = find_campaign(connection, found.campaign) if found else None
    if found is None or campaign is None or not user.may_see(campaign.county_code):
        raise UnknownCode
    standing = _standing(found, campaign.admission_at(at.clock.now()))
    return FoundAtDesk(print_code(code), standing, campaign, found.group, found.school, found.school_name)


def replace_code(at: Installation, user: StaffUser, text: str) -> IssuedCode:
    """Cancels the code and gives a new one in its place. Raises `InvalidInput` where it can't be cancelled, `WrongState`, and as above."""
    found = look_at_code(at, user, text)
    (new,) = reissue_codes(at.database, at.keys, at.clock, found.campaign.id, [text], actor=user)
    return new


def cancel_code(at: Installation, user: StaffUser, text: str) -> None:
    """Cancels the code. Raises as `replace_code` does."""
    found = look_at_code(at, user, text)
    revoke_codes(at.database, at.keys, at.clock, found.campaign.id, [text], user)


def slip_of(at: Installation, user: StaffUser, text: str) -> tuple[IssuedCode, Campaign] | None:
    """What a slip of an unused code says, to print it again; None for a code that nobody could use."""
    found = look_at_code(at, user, text)
    if not found.can_be_replaced:
        return None
    issued = issued_code(found.campaign, found.group, found.school, found.school_name, read_code(text))
    return issued, found.campaign


def _standing(found: DeskCode, admission: Admission) -> CodeStanding:
    answers: Sequence[tuple[bool, CodeStanding]] = (
        (found.cancelled, CodeStanding.CANCELLED),
        (found.used, CodeStanding.USED),
        (found.has_ended or admission in (Admission.GRACE, Admission.OVER), CodeStanding.CLOSED),
        (admission == Admission.NOT_YET, CodeStanding.NOT_OPEN),
        (found.is_full, CodeStanding.FULL),
    )
    return next((standing for is_so, standing in answers if is_so), CodeStanding.USABLE)
