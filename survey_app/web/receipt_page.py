"""The receipt's page: the answer to every submission, rendered once for each language and print, and filled in by hand.

A receipt and a code consist of letters, digits and dashes, so nothing in them needs escaping.
"""

from functools import lru_cache
from typing import Final

from flask import render_template, request

from evaluation.errors import Language
from survey_app.web.addresses import is_big_print
from survey_app.web.languages import current_language
from survey_app.web.requests_of_nobody import request_of_nobody

_RECEIPT: Final = "RECEIPT-STANDS-HERE"
_CODE: Final = "CODESTANDSHERE"


def receipt_page(receipt: str, code: str | None, *, is_repeat: bool) -> str:
    """The page that shows a receipt; `code` lets the phone forget its draft, and a repeated one says that the first sheet counts."""
    if code is None:
        return render_template("respondent/receipt.html", receipt=receipt, code_id=None, is_repeat=is_repeat)
    page = _page(current_language(), is_big_print(), request.script_root, is_repeat)
    return page.replace(_RECEIPT, receipt).replace(_CODE, code)


@lru_cache(maxsize=64)
def _page(language: Language, is_big: bool, script_root: str, is_repeat: bool) -> str:
    """The page in a language, print and place, with words where receipt and code go."""
    with request_of_nobody(f"/s/{_CODE}", language, is_big, script_root):
        return render_template("respondent/receipt.html", receipt=_RECEIPT, code_id=_CODE, is_repeat=is_repeat)
