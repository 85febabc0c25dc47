"""Puts the application together: nothing happens at import, and two applications share nothing."""

import logging
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final

from flask import Blueprint, Flask, request
from markupsafe import Markup

from survey_app.domain.bug_reports import steps_of
from survey_app.domain.clock import Clock
from survey_app.services.campaigns.served_paths import served_paths
from survey_app.services.installation import open_installation
from survey_app.settings import Settings
from survey_app.web import (
    admin,
    api,
    assessments,
    auth,
    campaigns,
    desk,
    health,
    jobs,
    respondent,
    second_factor,
    staff,
)
from survey_app.web.access import may_hold_answers, public, require_declared_access
from survey_app.web.addresses import below, here, is_big_print, link, make_asset_address
from survey_app.web.errors import answer_errors
from survey_app.web.guard import guard_requests
from survey_app.web.installation import INSTALLATION, install
from survey_app.web.languages import TAGS, current_language, end_text, moment_text, speak_both_languages
from survey_app.web.metrics import measure_requests
from survey_app.web.patience import Patience
from survey_app.web.proxies import TrustedProxies
from survey_app.web.respondent import AnythingGlued
from survey_app.web.security import STATIC_ENDPOINT, guard_answers
from survey_app.web.served_path import ServedPath
from survey_app.web.sessions import signing_key
from survey_app.web.staff_errors import answer_staff_errors
from survey_app.web.staff_pages import equip_staff_templates

BLUEPRINTS: Final[tuple[Blueprint, ...]] = (
    respondent.blueprint,
    health.blueprint,
    auth.blueprint,
    second_factor.blueprint,
    staff.blueprint,
    admin.blueprint,
    assessments.blueprint,
    campaigns.blueprint,
    desk.blueprint,
    jobs.blueprint,
    api.blueprint,
)

# 40,000 characters of a comment, percent-encoded, and the form around them: refused by our words, not by a limit of the server
LARGEST_FORM_BYTES: Final = 1024 * 1024
CHINESE: Final = Markup(' lang="zh-Hans"')


class Application(Flask):
    """Flask, except that a logged error names its route and never the address, which may hold a code, nor what a respondent sent."""

    @property
    def secret_key(self) -> bytes:  # type: ignore[override]
        """What cookies are signed with: read when the first page needs it, and made if there is none."""
        return signing_key(self.extensions[INSTALLATION].session_secret)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: none of our functions is a coroutine, which Flask would look into for each of six calls a request."""
        return func

    def log_exception(self, exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None]) -> None:
        error = exc_info[1]
        if error is not None and may_hold_answers():
            logging.getLogger(__name__).error("unexpected error in %s\n%s", request.endpoint, steps_of(error))
        else:
            logging.getLogger(__name__).error("unexpected error in %s", request.endpoint, exc_info=exc_info)


def make_application(settings: Settings, clock: Clock) -> Flask:
    """The service with all its pages. Raises `UndeclaredAccess` where a route does not say who may use it."""
    app = Application("survey_app")
    app.wsgi_app = Patience(app.wsgi_app)  # type: ignore[method-assign]
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_FORM_BYTES, MAX_FORM_MEMORY_SIZE=LARGEST_FORM_BYTES)
    install(app, open_installation(settings, clock))
    _equip_templates(app)
    equip_staff_templates(app)
    measure_requests(app)
    guard_requests(app)
    guard_answers(app)
    answer_errors(app)
    answer_staff_errors(app)
    _add_routes(app)
    database = app.extensions[INSTALLATION].database
    served = ServedPath(app.wsgi_app, lambda: served_paths(database), clock)
    app.wsgi_app = TrustedProxies(served, settings.trusted_proxies)  # type: ignore[method-assign]
    return app


def _equip_templates(app: Flask) -> None:
    speak_both_languages(app)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        link=link, here=here, below=below, asset=make_asset_address(app), moment=moment_text, end=end_text
    )
    app.context_processor(_page_facts)


def _page_facts() -> dict[str, object]:
    """What every page is told."""
    language = current_language()
    return {
        "language": language,
        "language_tag": TAGS[language],
        "office_lang": CHINESE if language == "en" else "",  # for names that the office typed
        "is_big": is_big_print(),
    }


def _add_routes(app: Flask) -> None:
    app.url_map.merge_slashes = False  # they are merged before (`ServedPath`): no redirect that names a host is needed
    app.url_map.converters["anything"] = AnythingGlued
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    public(app.view_functions[STATIC_ENDPOINT])
    require_declared_access(app)
