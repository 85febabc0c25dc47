"""Chinese, the language of the templates, and English, by `?lang=en`: gettext with the catalogue that comes along."""

import gettext
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from flask import Flask, g, has_request_context, request

from evaluation.errors import Language
from survey_app.domain.clock import told_end, told_moment
from survey_app.web.wording import moment_in_words

TRANSLATIONS: Final = Path(__file__).parent.parent / "translations"
TAGS: Final[dict[Language, str]] = {"zh": "zh-Hans", "en": "en"}
"""The languages as HTML names them."""


def current_language() -> Language:
    """The language asked for by the address of this request, or on the staff's pages chosen before (`web.guard`)."""
    if not has_request_context():
        return "zh"
    return "en" if "en" in (request.args.get("lang"), g.get("language")) else "zh"


def speak_both_languages(app: Flask) -> None:
    """Gives the templates `_`, `ngettext` and `{% trans %}`, in the language of the request."""

    environment = app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]


def moment_text(moment: datetime) -> str:
    """A moment in the county's time, to the minute."""
    return moment_in_words(*told_moment(moment), current_language())


def end_text(moment: datetime) -> str:
    """The same for an end: midnight belongs to the day that it ends."""
    return moment_in_words(*told_end(moment), current_language())


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    if language == "zh":
        return gettext.NullTranslations()
    return gettext.translation("messages", TRANSLATIONS, [language])


def _gettext(message: str) -> str:
    return _catalogue(current_language()).gettext(message)


def _ngettext(singular: str, plural: str, n: int) -> str:
    return _catalogue(current_language()).ngettext(singular, plural, n)
