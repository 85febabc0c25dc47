"""The receipt's page: the answer to every submission, rendered once for each language and print, and filled in by hand.

A receipt and a code consist of letters, digits and dashes, so nothing in them needs escaping.
"""

from functools import cache
from typing import Final

from flask import render_template, request

from survey_app.web.addresses import is_big_print
from survey_app.web.languages import current_language

_RECEIPT: Final = "RECEIPT-STANDS-HERE"
_CODE: Final = "CODESTANDSHERE"


def receipt_page(receipt: str, code: str | None) -> str:
    """The page that shows a receipt; `code` lets the phone forget its draft."""
    if code is None:
        return render_template("respondent/receipt.html", receipt=receipt, code_id=None)
    page = _page(current_language(), is_big_print(), request.script_root)
    return page.replace(_RECEIPT, receipt).replace(_CODE, code)


@cache
def _page(_language: str, _is_big: bool, _script_root: str) -> str:
    """The page of this request's language, print and place, with words where receipt and code go."""
    return render_template("respondent/receipt.html", receipt=_RECEIPT, code_id=_CODE)
