"""The results of a closed campaign: the recognition rate with its interval, groups as far as they may be shown, and the answers to download."""

from collections.abc import Mapping

from flask import render_template
from flask.typing import ResponseReturnValue

from evaluation.survey.groups import Group
from survey_app.services.campaigns.jobs import ask_for_export
from survey_app.services.cockpit.sentences import GROUP_SEPARATORS, group_name, names
from survey_app.services.cockpit.wording import GROUP_NUMBER
from survey_app.services.published_results import published_results
from survey_app.web.access import current_user, signed_in
from survey_app.web.campaigns.blueprint import JUDGING, WATCHING, blueprint
from survey_app.web.campaigns.wording import EXPORT_NAMES
from survey_app.web.counties import campaign_county
from survey_app.web.installation import installation
from survey_app.web.jobs import lead_to_file
from survey_app.web.languages import current_language
from survey_app.web.staff_words import words


@blueprint.get("/<campaign_id>/results")
@signed_in(*WATCHING, county=campaign_county)
def results(campaign_id: str) -> ResponseReturnValue:
    """The rate; 409 in plain words until the campaign is closed."""
    found, language = published_results(installation().database, campaign_id), current_language()
    return render_template(
        "campaigns/results.html",
        found=found,
        campaign=found.campaign,
        document=found.document,
        sentence=found.sentence(language),
        lines=[(names(line.groups, language), line) for line in found.lines],
        withheld=_withheld(found.document["sample"]["withheld"]),
        may_export=current_user().role in JUDGING,
        exports=[(ending.removeprefix("."), words(name)) for ending, name in EXPORT_NAMES.items()],
    )


def _withheld(numbers: Mapping[Group, int]) -> str:
    """The groups of which sheets were withheld, with how many."""
    language = current_language()
    said = [
        GROUP_NUMBER.text(language, {"group": group_name(group, language), "number": n})
        for group, n in numbers.items()
        if n
    ]
    return GROUP_SEPARATORS[language].join(said)


@blueprint.get("/<campaign_id>/export/<any(csv,xlsx,sav,parquet):export_ending>")
@signed_in(*JUDGING, county=campaign_county)
def export(campaign_id: str, export_ending: str) -> ResponseReturnValue:
    """All answers of a closed campaign, written by a job; what belongs beside them is packed with them."""
    return lead_to_file(ask_for_export(installation(), current_user(), campaign_id, export_ending))
