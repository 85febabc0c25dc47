"""Setting Chinese text with the one embedded font: measuring, breaking, fitting, and what it can't print."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from evaluation.fonts import FONT_NAME, font_path

UNPRINTABLE = "〓"  # printers' mark for a type that is not in the case
_ELLIPSIS = "…"
_NO_LINE_START = frozenset("，。、；：？！）》〉】」』”’…—％%·,.;:?!)")
_NO_LINE_END = frozenset("（《〈【「『“‘(")


@dataclass(frozen=True, slots=True)
class Setting:
    """Lines of text and the size in points they are set in."""

    lines: tuple[str, ...]
    size: float


@cache
def register_font() -> Any:
    """Makes the font known to reportlab under `FONT_NAME`, once; gives the font."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    font = TTFont(FONT_NAME, str(font_path()))
    pdfmetrics.registerFont(font)
    return font


def missing_characters(text: str) -> list[str]:
    """The characters of a text that the font can't print, each once, in order."""
    known = register_font().face.charToGlyph
    return list(dict.fromkeys(mark for mark in text if ord(mark) not in known))


def printable(text: str) -> str:
    """The text with blanks in place of line ends, and a visible mark in place of what the font lacks."""
    known = register_font().face.charToGlyph
    return "".join(mark if ord(mark) in known else UNPRINTABLE for mark in " ".join(text.split()))


def text_width(text: str, size: float) -> float:
    """The width of a text in points."""
    return float(register_font().stringWidth(text, size))


def wrap(text: str, width: float, size: float) -> list[str]:
    """The text in lines no wider than `width`, without a closing mark at a line's start or an opening one at its end."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and text_width(line + piece.rstrip(), size) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def fit(text: str, width: float, *choices: tuple[int, Sequence[float]]) -> Setting:
    """The text set by the first of `choices` (most lines, sizes from large to small) that holds it; cut off where none does."""
    for most_lines, sizes in choices:
        for size in sizes:
            lines = wrap(text, width, size)
            if len(lines) <= most_lines and all(text_width(line, size) <= width for line in lines):
                return Setting(tuple(lines), size)
    most_lines, sizes = choices[-1]
    return Setting(tuple(_cut_off(_broken(text, width, sizes[-1]), most_lines)), sizes[-1])


def _pieces(text: str) -> Iterable[str]:
    """What must not be broken: a Latin word or number, or a character with the marks that cling to it."""
    piece = ""
    for mark in text:
        if piece and not _clings(piece[-1], mark):
            yield piece
            piece = ""
        piece += mark
    if piece:
        yield piece


def _clings(before: str, mark: str) -> bool:
    return mark in _NO_LINE_START or before in _NO_LINE_END or (_is_latin(before) and (_is_latin(mark) or mark == " "))


def _is_latin(mark: str) -> bool:
    return mark.isascii() and not mark.isspace()


def _broken(text: str, width: float, size: float) -> list[str]:
    """The text in lines broken anywhere."""
    lines = [""]
    for mark in text:
        if text_width(lines[-1] + mark, size) > width:
            lines.append("")
        lines[-1] += mark
    return lines


def _cut_off(lines: list[str], most_lines: int) -> list[str]:
    if len(lines) <= most_lines:
        return lines
    return [*lines[: most_lines - 1], lines[most_lines - 1][:-1] + _ELLIPSIS]
