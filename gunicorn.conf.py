"""gunicorn's settings for `gunicorn wsgi:application`, which finds this file where it is started: those of `junheng serve`."""

import os

from survey_app.cli.web_server import OPTIONS, usual_workers
from survey_app.settings import read_settings

loglevel = read_settings(os.environ).log_level.lower()
workers = usual_workers()
globals().update(OPTIONS)
