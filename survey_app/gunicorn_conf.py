"""The settings of `junheng serve` for gunicorn's own command: `gunicorn --config python:survey_app.gunicorn_conf survey_app.wsgi:application`."""

import os

from survey_app.cli.web_server import OPTIONS, usual_workers
from survey_app.settings import read_settings

loglevel = read_settings(os.environ).log_level.lower()
workers = usual_workers()
globals().update(OPTIONS)
