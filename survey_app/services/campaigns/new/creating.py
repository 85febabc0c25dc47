"""Creates the draft: from values that were checked, or from a campaign file with everything it names."""

import tempfile
from pathlib import Path

from evaluation.errors import InputProblem, InvalidInput, InvalidKeys, KeyProblem
from survey_app.domain.staff import StaffUser
from survey_app.services.campaigns.file import CampaignInput, read_campaign_file
from survey_app.services.campaigns.lifecycle import store_draft
from survey_app.services.campaigns.new import wording
from survey_app.services.campaigns.new.checking import CheckedCampaign, new_seed
from survey_app.services.campaigns.new.uploads import Files, lay_campaign
from survey_app.services.campaigns.planning import make_plan, plan_shortfalls
from survey_app.services.installation import Installation


def create_checked(at: Installation, actor: StaffUser, checked: CheckedCampaign) -> str:
    """Stores the campaign as a draft; its id. Raises `InvalidKeys` for a county that the account does not see."""
    problem = other_county(actor, checked.given)
    if problem:
        raise InvalidKeys([KeyProblem(["county", "code"], problem)])
    return store_draft(at.database, at.keys, at.clock, checked.given, checked.plan, actor)


def create_from_files(at: Installation, actor: StaffUser, files: Files) -> tuple[str, CheckedCampaign]:
    """The id and what it was made from. Raises `InvalidInput` with every problem of all files."""
    with tempfile.TemporaryDirectory(prefix="junheng-new-") as name:
        given = read_campaign_file(lay_campaign(Path(name), files))
    problem = other_county(actor, given)
    if problem:
        raise InvalidInput([problem])
    plan = make_plan(given, seed=given.file.seed or new_seed())
    checked = CheckedCampaign(given, plan, tuple(plan_shortfalls(plan)))
    return store_draft(at.database, at.keys, at.clock, given, plan, actor), checked


def other_county(actor: StaffUser, given: CampaignInput) -> InputProblem | None:
    """An account that is bound to a county creates campaigns of that county only."""
    code = given.file.county.code
    if actor.may_see(code):
        return None
    return InputProblem("", wording.NOT_YOUR_COUNTY, {"county": actor.county, "code": code})
