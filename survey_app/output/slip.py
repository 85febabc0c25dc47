"""One slip of an eighth of an A4 page: the part all slips of a bundle share, and what is each slip's own."""

from typing import Any

from reportlab.lib.units import mm

from evaluation.fonts import FONT_NAME
from evaluation.survey.groups import Group
from evaluation.survey.wording import GROUP_NAMES
from survey_app.domain.codes import print_code, read_code
from survey_app.output import wording
from survey_app.output.drawing import draw_bold, draw_chip, draw_lines, draw_paragraphs
from survey_app.output.issued import Issued, SheetFacts
from survey_app.output.qr import draw_qr
from survey_app.output.typesetting import fit, printable, text_width

WIDTH, HEIGHT = 105 * mm, 74.25 * mm
QR_SIDE = 27 * mm

_LEFT, _RIGHT, _TOP = 6.5 * mm, 98.5 * mm, HEIGHT - 6.5 * mm
_TITLE = ((1, (11.5, 10.5, 9.5, 8.5)), (2, (8.5, 7.5, 6.5)))
_SCHOOL = ((1, (11.0, 10.0, 9.0, 8.0)), (2, (9.0, 8.0, 7.0, 6.0, 5.0)))
_BODY_TOP = 53 * mm
_TEXT_SIZE, _TEXT_LEADING = 7.6, 10.1
_QR_BASE = 23.6 * mm
_BAND_BASE, _BAND_HEIGHT = 11.5 * mm, 8.2 * mm
_CODE_SIZE, _CODE_SPACE = 17.0, 1.6
_ADDRESS_BASE = 6.6 * mm
_ADDRESS = ((1, (9.5, 9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0)),)


def draw_common_part(canvas: Any, group: Group, school_name: str, facts: SheetFacts) -> None:
    """Everything but the two codes: title, group, school, text, closing time, address."""
    draw_heading(canvas, printable(facts.campaign), group, printable(school_name or facts.county))
    left = _LEFT + QR_SIDE + 4.4 * mm
    closes = wording.CLOSES.format(closes=wording.local_moment(facts.closes))
    draw_bold(canvas, closes, left, _BODY_TOP - 2.6 * mm, 8.6)
    text = wording.slip_text(group)
    draw_paragraphs(canvas, text, left, _BODY_TOP - 7.2 * mm, _RIGHT - left, _TEXT_SIZE, _TEXT_LEADING)
    _draw_code_band(canvas)
    _draw_address(canvas, facts.entry_url)


def draw_own_part(canvas: Any, one: Issued) -> None:
    """The QR code of the form's address, and the code to read."""
    draw_qr(canvas, one.url, _LEFT, _QR_BASE, QR_SIDE)
    code = print_code(read_code(one.code))
    width = text_width(code, _CODE_SIZE) + _CODE_SPACE * (len(code) - 1)
    draw_bold(canvas, code, (_LEFT + 11 * mm + _RIGHT - width) / 2, _BAND_BASE + 2 * mm, _CODE_SIZE, _CODE_SPACE)


def draw_heading(canvas: Any, title: str, group: Group, name: str) -> None:
    """The campaign, and under it the group and the school."""
    set_title = fit(title, _RIGHT - _LEFT, *_TITLE)
    base = draw_lines(canvas, set_title, _LEFT, _TOP - set_title.size * 0.88, is_bold=True)
    chip_base = base - 6.9 * mm
    chip_right = draw_chip(canvas, GROUP_NAMES[group]["zh"], _LEFT, chip_base)
    set_name = fit(name, _RIGHT - chip_right - 2 * mm, *_SCHOOL)
    middle = chip_base + 2.4 * mm - set_name.size * 0.36
    lift = (len(set_name.lines) - 1) * set_name.size * 0.62
    draw_lines(canvas, set_name, chip_right + 2 * mm, middle + lift, is_bold=True)


def _draw_code_band(canvas: Any) -> None:
    canvas.setFillGray(0.93)
    canvas.roundRect(_LEFT, _BAND_BASE, _RIGHT - _LEFT, _BAND_HEIGHT, 1.5 * mm, stroke=0, fill=1)
    canvas.setFillGray(0)
    canvas.setFont(FONT_NAME, 8.5)
    canvas.drawString(_LEFT + 2 * mm, _BAND_BASE + 2.8 * mm, wording.CODE_LABEL)


def _draw_address(canvas: Any, entry_url: str) -> None:
    canvas.setFont(FONT_NAME, 8.5)
    canvas.drawString(_LEFT + 2 * mm, _ADDRESS_BASE, wording.ADDRESS_LABEL)
    address = fit(entry_url.removeprefix("https://"), _RIGHT - _LEFT - 14 * mm, *_ADDRESS)
    draw_lines(canvas, address, _LEFT + 13 * mm, _ADDRESS_BASE)
