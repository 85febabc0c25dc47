"""Where somebody can go: derived from what the routes declare, so that no page offers what it would refuse."""

from dataclasses import dataclass
from typing import Final

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from evaluation.errors import Message
from survey_app.web.access import current_user_or_none, declared_access
from survey_app.web.addresses import below
from survey_app.web.staff_words import words

NAVIGATION: Final = (
    ("/", Message("nav", en="Home", zh="首页")),
    ("/campaigns", Message("nav", en="Surveys", zh="调查活动")),
    ("/desk", Message("nav", en="Respondents' desk", zh="答疑台")),
    ("/assessments", Message("nav", en="Assessments", zh="评估")),
    ("/jobs", Message("nav", en="Jobs", zh="任务")),
    ("/city", Message("nav", en="All counties", zh="各县区")),
    ("/admin", Message("nav", en="Accounts", zh="账号")),
    ("/admin/audit", Message("nav", en="Log", zh="操作日志")),
)


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One place to go; `is_here`: the present page is in it."""

    path: str
    label: str
    is_here: bool


def navigation() -> list[NavigationItem]:
    """The places that the account may open, for the main navigation."""
    open_paths = [(path, words(label)) for path, label in NAVIGATION if may_open(path)]
    here = max((path for path, _ in open_paths if _is_within(request.path, path)), key=len, default="")
    return [NavigationItem(below(path), label, path == here) for path, label in open_paths]


def may_open(path: str) -> bool:
    """Whether there is a page at `path` and the account's role may open it; the county is not looked at."""
    try:
        endpoint, _ = current_app.url_map.bind_to_environ(request.environ).match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return False
    access, user = declared_access(current_app.view_functions[endpoint]), current_user_or_none()
    return access is not None and user is not None and (not access.roles or user.role in access.roles)


def _is_within(path: str, place: str) -> bool:
    return path == place or (place != "/" and path.startswith(f"{place}/"))
