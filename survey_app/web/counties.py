"""From the parts of an address to the county of what it names, for `signed_in(county=…)` and `with_token(county=…)`."""

from collections.abc import Mapping
from typing import Any

from werkzeug.exceptions import NotFound

from survey_app.services.accounts.users import find_user
from survey_app.services.counties import county_of_assessment, county_of_campaign
from survey_app.web.installation import installation


def campaign_county(parts: Mapping[str, Any]) -> str | None:
    """Of the campaign in `<campaign_id>`."""
    return county_of_campaign(installation().database, parts["campaign_id"])


def assessment_county(parts: Mapping[str, Any]) -> str | None:
    """Of the assessment in `<assessment_id>`."""
    return county_of_assessment(installation().database, parts["assessment_id"])


def account_county(parts: Mapping[str, Any]) -> str | None:
    """That the account in `<name>` is bound to."""
    account = find_user(installation().database, parts["name"])
    if account is None:
        raise NotFound
    return account.county
