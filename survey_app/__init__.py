"""The service: campaigns, codes, forms, and the staff's pages. Nothing happens at import."""

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
