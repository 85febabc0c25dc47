"""Strokes that sheets and notices share: bold text, set lines, paragraphs, the chip with a group's name."""

from collections.abc import Sequence
from typing import Any

from reportlab.lib.units import mm

from evaluation.fonts import FONT_NAME
from survey_app.output.typesetting import Setting, text_width, wrap

_FILL_AND_STROKE, _FILL = 2, 0
_LINE = 1.25  # of the size
_CHIP_SIZE, _CHIP_HEIGHT, _CHIP_PADDING = 9.0, 4.8 * mm, 2 * mm


def draw_bold(canvas: Any, text: str, x: float, y: float, size: float, space: float = 0.0) -> None:
    """Text with a thin outline of its own colour: the font has one weight."""
    run = canvas.beginText(x, y)
    run.setFont(FONT_NAME, size)
    run.setCharSpace(space)
    run.setTextRenderMode(_FILL_AND_STROKE)
    canvas.setLineWidth(size * 0.028)
    run.textOut(text)
    run.setTextRenderMode(_FILL)
    run.setCharSpace(0)
    canvas.drawText(run)


def draw_lines(canvas: Any, setting: Setting, x: float, y: float, is_bold: bool = False) -> float:
    """Set lines, the first with its base line at `y`; gives the base line of the last."""
    for place, line in enumerate(setting.lines):
        base = y - place * setting.size * _LINE
        if is_bold:
            draw_bold(canvas, line, x, base, setting.size)
        else:
            canvas.setFont(FONT_NAME, setting.size)
            canvas.drawString(x, base, line)
    return y - max(0, len(setting.lines) - 1) * setting.size * _LINE


def draw_paragraphs(
    canvas: Any, texts: Sequence[str], x: float, y: float, width: float, size: float, leading: float
) -> float:
    """Paragraphs a little apart, the first base line at `y`; gives the base line that would come next."""
    canvas.setFont(FONT_NAME, size)
    for text in texts:
        for line in wrap(text, width, size):
            canvas.drawString(x, y, line)
            y -= leading
        y -= leading * 0.18
    return y


def draw_chip(canvas: Any, word: str, x: float, y: float) -> float:
    """A word in white on black with its lower left corner at (x, y); gives its right edge."""
    width = text_width(word, _CHIP_SIZE) + 2 * _CHIP_PADDING
    canvas.setFillGray(0.12)
    canvas.roundRect(x, y, width, _CHIP_HEIGHT, 1 * mm, stroke=0, fill=1)
    canvas.setFillGray(1)
    canvas.setFont(FONT_NAME, _CHIP_SIZE)
    canvas.drawString(x + _CHIP_PADDING, y + _CHIP_HEIGHT / 2 - _CHIP_SIZE * 0.36, word)
    canvas.setFillGray(0)
    return float(x + width)
