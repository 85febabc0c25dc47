"""Queries of the published receipts: the codes' side only, no answers."""

from sqlalchemy import Connection, bindparam, select, true

from survey_app.domain.campaigns import Campaign
from survey_app.storage.campaigns.campaigns import find_campaign
from survey_app.storage.tables import code

_CAMPAIGN_OF = select(code.c.campaign).where(code.c.receipt == bindparam("receipt"), code.c.used == true()).limit(1)


def find_campaign_of_receipt(connection: Connection, receipt: str) -> Campaign | None:
    """The campaign that gave this receipt (as printed), or None."""
    campaign_id = connection.execute(_CAMPAIGN_OF, {"receipt": receipt}).scalar_one_or_none()
    return None if campaign_id is None else find_campaign(connection, campaign_id)
