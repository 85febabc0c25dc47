"""The cover of a bundle: for whoever hands out the slips of one school and group."""

from typing import Any

from reportlab.lib.units import mm

from evaluation.survey.groups import Group
from evaluation.survey.wording import GROUP_NAMES
from survey_app.output import wording
from survey_app.output.drawing import draw_bold, draw_paragraphs
from survey_app.output.issued import SheetFacts
from survey_app.output.slip import HEIGHT, WIDTH, draw_heading
from survey_app.output.typesetting import printable, text_width

_INSET = 3 * mm
_LEFT, _RIGHT = 6.5 * mm, 98.5 * mm
_COUNT_SIZE = 26.0


def draw_cover(canvas: Any, group: Group, school_name: str, count: int, facts: SheetFacts) -> None:
    """The cover on its tinted ground, so that it can't be taken for a slip."""
    canvas.setFillGray(0.94)
    canvas.roundRect(_INSET, _INSET, WIDTH - 2 * _INSET, HEIGHT - 2 * _INSET, 2 * mm, stroke=0, fill=1)
    canvas.setFillGray(0)
    draw_heading(canvas, printable(facts.campaign), group, printable(school_name or facts.county))
    draw_bold(canvas, wording.COVER_TITLE, _LEFT, 43.5 * mm, 10.5)
    _draw_count(canvas, wording.COVER_COUNT.format(count=count))
    texts = [f"{place}. {text}" for place, text in enumerate(wording.cover_text(group), start=1)]
    named = [text.format(group=GROUP_NAMES[group]["zh"]) for text in texts]
    closes = wording.NOTICE_CLOSES.format(closes=wording.local_moment(facts.closes))
    draw_paragraphs(canvas, [*named, closes], _LEFT, 33 * mm, _RIGHT - _LEFT, 9.0, 12.6)


def _draw_count(canvas: Any, count: str) -> None:
    draw_bold(canvas, count, _RIGHT - text_width(count, _COUNT_SIZE), 41 * mm, _COUNT_SIZE)
