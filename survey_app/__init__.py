"""The service: campaigns, codes, forms, and the staff's pages. Nothing happens at import.

`web/` and `cli/` call `services/`, these `storage/`, all of them `domain/`; `output/` makes files of plain values; `jobs/` is what is done
beside the web processes; `demo_county/` is made up. `settings` come from the environment; `wsgi` and `gunicorn_conf` are for web servers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from survey_app.domain.clock import Clock
    from survey_app.settings import Settings


def create_app(settings: Settings, clock: Clock | None = None) -> Flask:
    """The application for `settings`; commands that need no pages do not load Flask."""
    from survey_app.domain.clock import SystemClock
    from survey_app.web.application import make_application

    return make_application(settings, clock or SystemClock())
