"""Is a receipt in the published list? Lists are published when campaigns are closed; nothing here leads to an answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from survey_app.domain.campaigns import State
from survey_app.domain.receipts import read_receipt
from survey_app.storage.campaigns.campaigns import find_campaign_of_receipt
from survey_app.storage.session import Database

ReceiptOutcome = Literal["listed", "not_yet", "not_listed", "not_a_receipt"]


@dataclass(frozen=True, slots=True)
class ReceiptAnswer:
    """What can be said of a receipt; the campaign is named where the receipt belongs to one."""

    outcome: ReceiptOutcome
    receipt: str
    campaign_name: str = ""
    closes: datetime | None = None


def find_receipt(database: Database, text: str) -> ReceiptAnswer:
    """Whether the receipt stands in the list of a closed campaign, or will be looked for too early."""
    receipt = read_receipt(text)
    if receipt is None:
        return ReceiptAnswer("not_a_receipt", text)
    with database.read() as connection:
        campaign = find_campaign_of_receipt(connection, receipt)
    if campaign is None:
        return ReceiptAnswer("not_listed", receipt)
    outcome: ReceiptOutcome = "listed" if campaign.state == State.CLOSED else "not_yet"
    return ReceiptAnswer(outcome, receipt, campaign.name, campaign.closing_moment)
