"""The staff's first pages: home, the counties side by side, and the search."""

from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from survey_app.domain.staff import Role
from survey_app.services.cockpit.overview import counties_side_by_side, search, visible_campaigns
from survey_app.web.access import current_user, current_user_or_none, entrance, signed_in
from survey_app.web.installation import installation

LONGEST_SEARCH: Final = 100

blueprint = Blueprint("staff", __name__)


@blueprint.get("/")
@entrance()
def home() -> ResponseReturnValue:
    """What is going on and what to do next, by role; for strangers the way to the form and to the sign-in."""
    user = current_user_or_none()
    if user is None:
        return render_template("staff/welcome.html")
    return render_template("staff/home.html", campaigns=visible_campaigns(installation().database, user))


@blueprint.get("/city")
@signed_in(Role.ADMIN, Role.MONITOR, Role.EVALUATOR, county=None)
def city() -> ResponseReturnValue:
    """The counties side by side: state of the survey, progress, latest verdict."""
    return render_template("staff/city.html", counties=counties_side_by_side(installation().database, current_user()))


@blueprint.get("/search", endpoint="search")
@signed_in(county=None)
def find() -> ResponseReturnValue:
    """Campaigns, schools and assessments by name or code."""
    asked = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    found = search(installation().database, current_user(), asked) if asked else None
    return render_template("staff/search.html", asked=asked, found=found)
