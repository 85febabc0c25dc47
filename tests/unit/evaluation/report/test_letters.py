"""Every letter that the reports' own words use is in the bundled font, so that none is printed as a box."""

import io
from itertools import chain
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from reportlab.pdfbase.ttfonts import TTFontFile

import evaluation.report
from evaluation.fonts import font_path
from evaluation.report import indicators, schools, wording
from evaluation.report.contents import report_of
from evaluation.report.docx import docx_of
from evaluation.report.html import html_of
from evaluation.survey.wording import GROUP_NAMES, SAMPLING_ERROR
from tests.builders_assessment import some_assessment
from tests.unit.evaluation.report.pages import Page
from tests.unit.evaluation.report.test_docx import DAY, everything

PACKAGE = Path(evaluation.report.__file__).parent


@pytest.fixture(scope="module")
def letters() -> frozenset[int]:
    return frozenset(TTFontFile(str(font_path())).charToGlyph)


def unprintable(text: str, letters: frozenset[int]) -> set[str]:
    return {one for one in text if one.isprintable() and ord(one) not in letters}


def test_every_phrase_and_mark_can_be_printed(letters: frozenset[int]) -> None:
    texts = [
        *chain.from_iterable(wording.PHRASES.values()),
        *chain.from_iterable(wording.DATA_WORDS.items()),
        *chain.from_iterable(one.values() for one in (*GROUP_NAMES.values(), *SAMPLING_ERROR.values())),
        *(*wording.LEDGER.values(), *wording.LEDGER_NOTES, *wording.LEDGER_COLUMNS, *wording.CHINESE_NUMBERS),
        *(*indicators.MARKS.values(), *schools.MARKS.values()),
    ]
    assert unprintable("".join(texts), letters) == set()


def test_every_letter_of_templates_and_code_can_be_printed(letters: frozenset[int]) -> None:
    for file in (*PACKAGE.glob("*.py"), *(PACKAGE / "templates").iterdir()):
        assert unprintable(file.read_text(encoding="utf-8"), letters) == set(), file.name


@pytest.mark.parametrize("outcome", ["certifiable", "not_met", "vetoed", "incomplete"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_letter_of_a_report_can_be_printed(letters: frozenset[int], outcome: Any, language: Any) -> None:
    report = report_of(some_assessment(outcome), language)
    word = docx.Document(io.BytesIO(docx_of(report, DAY)))
    assert unprintable(Page(html_of(report)).text, letters) == set()
    assert unprintable(everything(word), letters) == set()


def test_bullets_of_the_word_file_are_letters_of_its_own_font(letters: frozenset[int]) -> None:
    word = docx.Document(io.BytesIO(docx_of(report_of(some_assessment("incomplete")), DAY)))
    levels = word.part.numbering_part.element.xpath('.//w:lvl[w:numFmt/@w:val="bullet"]')
    assert levels
    for level in levels:
        assert unprintable(level.find(qn("w:lvlText")).get(qn("w:val")), letters) == set()
        assert {fonts.get(qn("w:ascii")) for fonts in level.iter(qn("w:rFonts"))} == {"仿宋"}
