"""The form as it is handed out: rendered once for each crowd, language and print, then filled in by hand with what is one person's.

It is rendered within a request of nobody's, so that nothing of the request at hand can get into a page that others will see. What is put
in afterwards consists of letters, digits, dots, dashes and underscores: nothing in it needs escaping.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final

from flask import render_template, request

from evaluation.errors import Language
from survey_app.services.submission.submitting import CodeState
from survey_app.web.addresses import is_big_print
from survey_app.web.contexts import Filled, form_page
from survey_app.web.languages import current_language
from survey_app.web.requests_of_nobody import request_of_nobody

_CODE: Final = "CODESTANDSHERE"
_NONCE: Final = "NONCESTANDSHERE"
_STARTED: Final = "STARTEDSTANDSHERE"
_MOST: Final = 1_024
"""Pages kept, of some 13 KB each: schools × groups of a county twice over."""


@dataclass(frozen=True, slots=True)
class _Crowd:
    """All that a blank form depends on: equal crowds get the same page."""

    campaign_name: str
    closes: datetime
    group: str
    school_name: str
    least_crowd: int
    questionnaire_sha256: str
    language: Language
    is_big: bool
    script_root: str
    state: CodeState = field(compare=False)  # of any code of the crowd


def blank_form(state: CodeState, code: str, nonce: str, started: str) -> str:
    """The page with the form of a code."""
    crowd = _Crowd(
        campaign_name=state.campaign.name,
        closes=state.campaign.closing_moment,
        group=state.group,
        school_name=state.school_name,
        least_crowd=state.least_crowd,
        questionnaire_sha256=state.questionnaire_sha256,
        language=current_language(),
        is_big=is_big_print(),
        script_root=request.script_root,
        state=state,
    )
    return _page(crowd).replace(_CODE, code).replace(_NONCE, nonce).replace(_STARTED, started)


@lru_cache(maxsize=_MOST)
def _page(crowd: _Crowd) -> str:
    page = form_page(crowd.state, _CODE, Filled(_NONCE, _STARTED, {}), crowd.language)
    with request_of_nobody(f"/s/{_CODE}", crowd.language, crowd.is_big, crowd.script_root):
        return render_template("respondent/form.html", page=page, code_id=_CODE)
