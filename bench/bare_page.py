"""What submissions are compared with: pages in bare Flask that have the same form. No checks, no seal, no database, nothing kept.

GET `page` shows the form and POST `page` the receipt, both with the survey's templates through `render_template`, as any Flask page does.
POST `line` answers with one short line: what is left then is HTTP and reading the form.
"""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, Flask, render_template, request

import survey_app
from bench.questions import QUESTIONS
from evaluation.survey.questionnaire import questionnaire_from_document
from survey_app.web.addresses import below, here, link, make_asset_address
from survey_app.web.contexts import Filled, form_page
from survey_app.web.languages import TAGS, end_text, moment_text, speak_both_languages
from tests.builders_survey import questionnaire_document

blueprint = Blueprint("respondent", __name__)


def make_bare_page() -> Flask:
    """An application with the survey's templates and nothing else of it."""
    root = Path(survey_app.__file__).parent
    app = Flask("bench", template_folder=str(root / "templates"), static_folder=str(root / "static"))
    speak_both_languages(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        link=link, here=here, below=below, asset=make_asset_address(app), moment=moment_text, end=end_text
    )
    app.context_processor(lambda: {"language": "zh", "language_tag": TAGS["zh"], "office_lang": "", "is_big": False})
    app.register_blueprint(blueprint)
    return app


@blueprint.get("/healthz")
def healthz() -> str:
    """Up."""
    return "ok"


@blueprint.get("/r")
def receipt() -> str:
    """Where the receipt's page leads."""
    return render_template("respondent/lookup.html", outcome=None, typed="")


@blueprint.get("/page/<code>")
def form(code: str) -> str:
    """The form."""
    page = form_page(_state(), code, Filled("nonce", "started", {}), "zh")
    return render_template("respondent/form.html", page=page, code_id=code)


@cache
def _state() -> Any:
    """What the form of a parent says, without a database to read it from."""
    questionnaire = questionnaire_from_document(questionnaire_document("parent", extra_choices=QUESTIONS - 1))
    campaign = SimpleNamespace(name="2026 年社会认可度调查", closing_moment=datetime(2026, 11, 24, 4, tzinfo=UTC))
    return SimpleNamespace(
        campaign=campaign,
        group="parent",
        school_name="第一小学",
        is_small_group=False,
        least_crowd=5,
        questionnaire=questionnaire,
    )


@blueprint.post("/page/<code>", endpoint="send")
def page(code: str) -> str:
    """The receipt of a form that nobody keeps."""
    fields = request.form.to_dict(flat=False)
    return render_template("respondent/receipt.html", receipt=f"{len(fields)}-{fields['nonce'][0]}", code_id=code)


@blueprint.post("/line/<code>")
def line(code: str) -> str:
    """One line."""
    return f"{code}: {len(request.form.to_dict(flat=False))} fields"
