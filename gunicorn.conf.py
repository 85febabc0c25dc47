"""gunicorn looks for this file where it is started."""

from survey_app.gunicorn_conf import *  # noqa: F403
