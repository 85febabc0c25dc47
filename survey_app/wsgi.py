"""The application for a WSGI server, made at import: `gunicorn --config python:survey_app.gunicorn_conf survey_app.wsgi:application`."""

import os

from survey_app import create_app
from survey_app.settings import read_settings

application = create_app(read_settings(os.environ))
