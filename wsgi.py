"""The application for a WSGI server: `gunicorn wsgi:application` (with the settings of gunicorn.conf.py beside it), `flask --app wsgi`."""

import os

from survey_app import create_app
from survey_app.settings import read_settings

application = create_app(read_settings(os.environ))
