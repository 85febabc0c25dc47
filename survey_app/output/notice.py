"""The notice to pupils' guardians: one A4 page, with a part to tear off for those who do not agree."""

from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from evaluation.fonts import FONT_NAME
from survey_app.output import wording
from survey_app.output.drawing import draw_bold, draw_lines, draw_paragraphs
from survey_app.output.issued import SheetFacts
from survey_app.output.typesetting import fit, printable, text_width

_LEFT, _RIGHT = 24 * mm, 186 * mm
_WIDTH = _RIGHT - _LEFT
_TEXT_SIZE, _LEADING = 11.5, 19.0
_TEAR = 52 * mm
_UNDER_TITLE = ((1, (11.5, 10.5, 9.5)), (2, (11.0, 10.0, 9.0, 8.0)))


def draw_notice(canvas: Any, school_name: str, count: int, facts: SheetFacts) -> None:
    """The whole page, for a school that has `count` slips for pupils."""
    school, campaign = printable(school_name), printable(facts.campaign)
    _draw_staff_line(canvas, wording.NOTICE_STAFF_LINE.format(count=count))
    y = _draw_titles(canvas, campaign, school)
    opening = wording.NOTICE_OPENING.format(county=printable(facts.county), campaign=campaign)
    y = draw_paragraphs(canvas, [opening], _LEFT, y, _WIDTH, _TEXT_SIZE, _LEADING) - 1.5 * mm
    for heading, text in wording.NOTICE_PARTS:
        y = _draw_part(canvas, heading, text, y)
    contact = printable(facts.contact) or wording.NOTICE_CONTACT_BLANK
    y = _draw_part(canvas, wording.NOTICE_CONTACT_HEADING, contact, y)
    closes = wording.NOTICE_CLOSES.format(closes=wording.local_moment(facts.closes))
    draw_paragraphs(canvas, [closes], _LEFT, y, _WIDTH, _TEXT_SIZE, _LEADING)
    _draw_opt_out(canvas, school)


def _draw_staff_line(canvas: Any, text: str) -> None:
    canvas.setFont(FONT_NAME, 9)
    canvas.setFillGray(0.35)
    canvas.drawRightString(_RIGHT, A4[1] - 14 * mm, text)
    canvas.setFillGray(0)


def _draw_titles(canvas: Any, campaign: str, school: str) -> float:
    y = float(A4[1] - 26 * mm)
    draw_bold(canvas, wording.NOTICE_TITLE, (A4[0] - text_width(wording.NOTICE_TITLE, 19)) / 2, y, 19)
    under = fit(f"{school}　{campaign}".strip(), _WIDTH, *_UNDER_TITLE)
    for place, line in enumerate(under.lines):
        canvas.setFont(FONT_NAME, under.size)
        canvas.drawCentredString(A4[0] / 2, y - 8 * mm - place * under.size * 1.3, line)
    return y - float(18 * mm) - (len(under.lines) - 1) * under.size * 1.3


def _draw_part(canvas: Any, heading: str, text: str, y: float) -> float:
    draw_bold(canvas, heading, _LEFT, y, _TEXT_SIZE)
    indent = float(27 * mm)
    return draw_paragraphs(canvas, [text], _LEFT + indent, y, _WIDTH - indent, _TEXT_SIZE, _LEADING) - float(1.2 * mm)


def _draw_opt_out(canvas: Any, school: str) -> None:
    canvas.setLineWidth(0.6)
    canvas.setDash(3, 3)
    canvas.line(10 * mm, _TEAR, A4[0] - 10 * mm, _TEAR)
    canvas.setDash()
    draw_bold(canvas, wording.OPT_OUT_TITLE, _LEFT, _TEAR - 10 * mm, 11)
    draw_lines(canvas, fit(f"{school}：{wording.OPT_OUT_TEXT}", _WIDTH, *_UNDER_TITLE), _LEFT, _TEAR - 19 * mm)
    draw_lines(canvas, fit(wording.OPT_OUT_FIELDS, _WIDTH, *_UNDER_TITLE), _LEFT, _TEAR - 32 * mm)
