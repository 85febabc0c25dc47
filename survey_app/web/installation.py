"""The installation of the running application, for its views."""

from typing import Final, cast

from flask import Flask, current_app

from survey_app.services.installation import Installation

INSTALLATION: Final = "junheng"


def install(app: Flask, installation: Installation) -> None:
    """Gives the application its installation."""
    app.extensions[INSTALLATION] = installation


def installation() -> Installation:
    """The installation of the application that handles this request."""
    return cast(Installation, current_app.extensions[INSTALLATION])
