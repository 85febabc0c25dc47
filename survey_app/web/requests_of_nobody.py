"""A request that nobody sent, to render what is kept for many: nothing of the request at hand is seen in it."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app

from evaluation.errors import Language
from survey_app.web.addresses import KEPT


@contextmanager
def request_of_nobody(path: str, language: Language, is_big: bool, script_root: str) -> Iterator[None]:
    """For the time being, the request for `path` in a language and print, below an address."""
    asked = {"big": is_big, "lang": language == "en"}
    query = {name: KEPT[name] for name, is_asked in asked.items() if is_asked}
    place = {"SCRIPT_NAME": script_root}
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    with app.app_context(), app.test_request_context(path, query_string=query, environ_overrides=place):
        yield
