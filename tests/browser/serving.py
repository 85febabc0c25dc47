"""The application as gunicorn starts it in the browser tests."""

import os

from survey_app import create_app
from survey_app.settings import read_settings

app = create_app(read_settings(os.environ))
