"""The application in the folder of the repository: `gunicorn wsgi:application` (gunicorn.conf.py lies beside it), `flask --app wsgi`."""

from survey_app.wsgi import application

__all__ = ["application"]
