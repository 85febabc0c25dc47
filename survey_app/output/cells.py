"""What a cell may hold: every text survives or is replaced visibly, and none is taken for a formula.

`visible` is for every format. `guarded` is for .csv alone, which can't say that a cell is text.
"""

from collections.abc import Callable
from typing import Final

REPLACEMENT: Final = "\ufffd"
ELLIPSIS: Final = "…"
GUARD: Final = "'"
_FORMULA_STARTS = frozenset("=+-@＝＋－＠﹢﹣﹦﹫" + GUARD)
_CONTROL_PICTURES = 0x2400
_KEPT_CONTROLS = "\n\t"


def visible(text: str) -> str:
    """The text with line ends as LF, the picture of a control character in its place, and � for what is no character."""
    return "".join(_visible_mark(mark) for mark in text.replace("\r\n", "\n").replace("\r", "\n"))


def guarded(text: str) -> str:
    """The text as a .csv cell that no spreadsheet takes for a formula: one that begins like a formula, or with ', gets a ' in front.

    Taking one ' off the front of every cell that begins with it gives the text back.
    """
    return GUARD + text if text.lstrip()[:1] in _FORMULA_STARTS and text.strip() else text


def cut_to_bytes(text: str, most: int) -> str:
    """The text in at most so many bytes of UTF-8, cut between characters and marked where it was cut."""
    return _cut(text, most, lambda part: len(part.encode("utf-8")))


def cut_to_utf16(text: str, most: int, mark: str = ELLIPSIS) -> str:
    """The text in at most so many UTF-16 units, as spreadsheets count, cut between characters and marked."""
    return _cut(text, most, lambda part: len(part.encode("utf-16-le")) // 2, mark)


def _cut(text: str, most: int, measure: Callable[[str], int], mark: str = ELLIPSIS) -> str:
    if measure(text) <= most:
        return text
    room = most - measure(mark)
    kept = text[:room]
    while measure(kept) > room:
        kept = kept[: len(kept) - max(1, (measure(kept) - room) // 4)]
    return kept + mark


def _visible_mark(mark: str) -> str:
    number = ord(mark)
    if number < 0x20 and mark not in _KEPT_CONTROLS:
        return chr(_CONTROL_PICTURES + number)
    if number == 0x7F:
        return "\u2421"
    return REPLACEMENT if _is_no_character(number) else mark


def _is_no_character(number: int) -> bool:
    """The second row of control characters, halves of surrogate pairs, and the code points XML has no place for."""
    return 0x80 <= number <= 0x9F or 0xD800 <= number <= 0xDFFF or number & 0xFFFE == 0xFFFE
