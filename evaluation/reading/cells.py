"""A raw cell → a value of its column's type, or what is wrong with it.

People's ways of typing are understood: full-width digits, thousands separators (full-width too), blanks round a value, numbers stored
as text, `12%` where a share is asked, `2020年`. What stands for "nothing" (empty, `*`, `-`, 无) is never 0.
"""

import datetime
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from evaluation.errors import Message, Phrase
from evaluation.reading import wording
from evaluation.reading.columns import Column, Kind
from evaluation.reading.tables import Fault, Merged
from evaluation.reading.vocabulary import EXCEL_ERRORS, NOTHING_MARKS, UNITS, YEAR_SUFFIX
from evaluation.texts import clean, fold

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d{1,3})?", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d+)?E[+-]?\d+", re.IGNORECASE)
_WHOLE_AS_TEXT = re.compile(r"(\d+)\.0+")
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,39}")
# Excel keeps 15 digits of a number; a longer one has lost its tail.
_EXACT_LIMIT = 1e15
# A number beyond this is written with an exponent: nobody counts its digits.
_LONGEST = 1e21
# From here on the digits after the point say nothing.
_LARGE = 1e5
_FIRST_YEAR, _LAST_YEAR = 1990, 2100

Value = str | float | int | None


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong with a cell; the reader of the sheet knows where it stands."""

    message: Message
    values: Mapping[str, object] = field(default_factory=dict)


def parse_cell(raw: object, column: Column, factor: float = 1) -> Value | CellProblem:
    """The value of a raw cell for `column`; numbers are multiplied by `factor` (a unit named in the header).

    None for an empty cell where one may be empty. Codes, texts and choices are str (choices as our own word), numbers float, years int.
    """
    if column.kind == "any":
        return None if is_blank(raw) else raw  # type: ignore[return-value]  # parsed again, as its row says
    if isinstance(raw, str):
        raw = clean(raw)
    problem = _problem_without_value(raw, column)
    if problem is not None:
        return problem
    if _is_empty(raw, column):
        return None if _may_be_empty(column) else cell_problem(wording.EMPTY, column)
    return _PARSERS[column.kind](raw, column, factor)


def cell_problem(message: Message, column: Column, **values: object) -> CellProblem:
    """A problem that names the column and what it expects."""
    return CellProblem(message, {"header": column.header, "expected": expected(column), **values})


def expected(column: Column) -> Phrase:
    """What a cell of the column should hold, in words."""
    if column.kind == "choice" and column.choices:
        return Phrase(wording.EXPECTED_CHOICE, {"words": ", ".join(column.choices.words)})
    return Phrase(_EXPECTED[column.kind], {"unit": f" ({column.unit})" if column.unit else ""})


_EXPECTED: dict[Kind, Message] = {
    "number": wording.EXPECTED_NUMBER,
    "whole": wording.EXPECTED_WHOLE,
    "share": wording.EXPECTED_SHARE,
    "year": wording.EXPECTED_YEAR,
    "text": wording.EXPECTED_TEXT,
    "key": wording.EXPECTED_TEXT,
    "any": wording.EXPECTED_TEXT,
    "code": wording.EXPECTED_CODE,
    "clause": wording.EXPECTED_CODE,
    "county_code": wording.EXPECTED_COUNTY_CODE,
}


def is_blank(raw: object) -> bool:
    """Whether a raw cell holds nothing: empty, blanks, or covered by a merged range."""
    return raw is None or isinstance(raw, Merged) or (isinstance(raw, str) and not clean(raw))


def _problem_without_value(raw: object, column: Column) -> CellProblem | None:
    if isinstance(raw, Fault):
        return cell_problem(wording.FORMULA if raw.is_formula else wording.ERROR_CELL, column, got=raw.text or "#")
    if isinstance(raw, Merged):
        return cell_problem(wording.MERGED, column, range=raw.ref)
    if isinstance(raw, str) and raw.upper() in EXCEL_ERRORS:
        return cell_problem(wording.ERROR_CELL, column, got=raw)
    if isinstance(raw, datetime.date | datetime.time | datetime.timedelta):
        return cell_problem(wording.DATE, column, got=str(raw))
    return None


def _may_be_empty(column: Column) -> bool:
    return column.may_be_empty or not column.is_required


def _is_empty(raw: object, column: Column) -> bool:
    """In a column that may be left out altogether, a mark for "nothing" is an empty cell; anywhere else it is a mistake."""
    is_mark = not column.is_required and column.kind != "text" and isinstance(raw, str) and fold(raw) in NOTHING_MARKS
    return raw is None or raw == "" or is_mark


def _number(raw: object) -> float | None:
    """The number a cell holds, None if it holds none; NaN and infinities are none."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int | float):
        return float(raw) if math.isfinite(raw) else None
    text = unicodedata.normalize("NFKC", str(raw)).strip()
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def _without_unit(raw: object, column: Column, factor: float) -> object:
    """A number with the column's own unit behind it (305人) without it; another unit stays, to be refused."""
    if not isinstance(raw, str) or not column.unit or factor != 1:
        return raw
    text = fold(raw)
    units = [unit for unit, times in UNITS[column.unit].items() if times == 1]
    return next((text.removesuffix(unit) for unit in units if text.endswith(unit)), raw)


def _number_problem(raw: object, column: Column) -> CellProblem:
    text = fold(str(raw))
    if text in NOTHING_MARKS:
        return cell_problem(wording.MARK, column, got=raw)
    if text.endswith("%") and _number(text[:-1]) is not None:
        return cell_problem(wording.PERCENT_NOT_ASKED, column, got=raw)
    return cell_problem(wording.NOT_NUMBER, column, got=shown(raw))


def shown(raw: object) -> str:
    """A raw value as its author sees it, cut at 60 characters."""
    text = (
        f"{raw:g}"
        if isinstance(raw, float) and abs(raw) < _EXACT_LIMIT and raw.is_integer() and abs(raw) < 1e6
        else str(raw)
    )
    return text if len(text) <= 60 else text[:59] + "…"


def _as_number(raw: object, column: Column, factor: float) -> float | CellProblem:
    value = _number(_without_unit(raw, column, factor))
    if value is None:
        return _number_problem(raw, column)
    if value < 0:
        return cell_problem(wording.NEGATIVE, column, got=plain(value))
    # rounding takes away what the multiplication of floats adds: 28.2528 × 10,000
    value = value if factor == 1 else round(value * factor, 9)
    if value > column.maximum:
        return cell_problem(wording.ABSURD, column, got=plain(value), maximum=plain(column.maximum))
    return value + 0.0


def _as_whole(raw: object, column: Column, factor: float) -> float | CellProblem:
    value = _as_number(raw, column, factor)
    if isinstance(value, CellProblem) or value.is_integer() or factor != 1:
        return value
    return cell_problem(wording.NOT_WHOLE, column, got=plain(value))


def _as_share(raw: object, column: Column, _factor: float) -> float | CellProblem:
    text = fold(raw) if isinstance(raw, str) else ""
    is_percentage = text.endswith("%")
    value = _number(text[:-1] if is_percentage else raw)
    if value is None:
        return _number_problem(raw, column) if not is_percentage else cell_problem(wording.NOT_NUMBER, column, got=raw)
    if value < 0:
        return cell_problem(wording.NEGATIVE, column, got=shown(raw))
    if not is_percentage and value > 1:
        return cell_problem(wording.BARE_PERCENT, column, got=plain(value))
    share = value / 100 if is_percentage else value
    return (
        share
        if share <= column.maximum
        else cell_problem(wording.ABSURD, column, got=shown(raw), maximum=plain(column.maximum))
    )


def _as_year(raw: object, column: Column, _factor: float) -> int | CellProblem:
    match = YEAR_SUFFIX.fullmatch(fold(raw)) if isinstance(raw, str) else None
    value = float(match.group(1)) if match else _number(raw)
    if value is None or not value.is_integer() or not _FIRST_YEAR <= value <= _LAST_YEAR:
        return cell_problem(wording.NOT_YEAR, column, got=shown(raw))
    return int(value)


def _as_text(raw: object, column: Column, _factor: float) -> str | CellProblem:
    if isinstance(raw, bool):
        return cell_problem(wording.NOT_CODE, column, got=raw)
    if isinstance(raw, int | float):
        return plain(float(raw))
    text = " ".join(str(raw).split())
    if column.is_required and fold(text) in NOTHING_MARKS:
        return cell_problem(wording.MARK, column, got=text)
    return text


def _as_key(raw: object, _column: Column, _factor: float) -> str:
    return fold(str(raw))


def _as_code(raw: object, column: Column, _factor: float) -> str | CellProblem:
    if isinstance(raw, bool):
        return cell_problem(wording.NOT_CODE, column, got=raw)
    if isinstance(raw, int | float):
        return _code_from_number(float(raw), column)
    text = unicodedata.normalize("NFKC", str(raw)).strip().lstrip("'’‘`").strip()
    if _SCIENTIFIC.fullmatch(text) and ("+" in text or "." in text):
        return cell_problem(wording.SCIENTIFIC, column, got=raw)
    whole = _WHOLE_AS_TEXT.fullmatch(text)
    text = whole.group(1) if whole else text
    return text if _CODE.fullmatch(text) else cell_problem(wording.NOT_CODE, column, got=shown(raw))


def _code_from_number(value: float, column: Column) -> str | CellProblem:
    if not value.is_integer() or value < 0:
        return cell_problem(wording.NOT_CODE, column, got=shown(value))
    if value >= _EXACT_LIMIT:
        return cell_problem(wording.CODE_DIGITS_LOST, column, got=shown(value))
    return str(int(value))


def _as_county_code(raw: object, column: Column, factor: float) -> str | CellProblem:
    code = _as_code(raw, column, factor)
    if isinstance(code, CellProblem) or re.fullmatch(r"[1-9]\d{5}", code):
        return code
    return cell_problem(wording.NOT_COUNTY_CODE, column, got=shown(raw))


def _as_clause(raw: object, column: Column, _factor: float) -> str | CellProblem:
    """The number of a clause: 8.1 stored as a number is 8.1."""
    if isinstance(raw, bool):
        return cell_problem(wording.NOT_CODE, column, got=raw)
    text = plain(float(raw)) if isinstance(raw, int | float) else fold(str(raw))
    return text if _CODE.fullmatch(text) else cell_problem(wording.NOT_CODE, column, got=shown(raw))


def _as_choice(raw: object, column: Column, _factor: float) -> str | CellProblem:
    assert column.choices is not None  # noqa: S101 - a column of kind "choice" has its choices
    text = plain(float(raw)) if isinstance(raw, int | float) and not isinstance(raw, bool) else str(raw)
    word = column.choices.find(_WHOLE_AS_TEXT.sub(r"\1", text))
    return (
        word
        if word is not None
        else cell_problem(wording.NOT_CHOICE, column, got=shown(text), expected=", ".join(column.choices.words))
    )


def plain(value: float) -> str:
    """A number without superfluous zeros or an exponent, for messages and texts: 12, 0.15, 4303000000."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < _LONGEST:
        return f"{value:.0f}"
    return f"{value:.10g}"


def rounded(value: float) -> str:
    """A number to six digits, large ones to whole ones and never with an exponent: 12.3457, 100000000."""
    return plain(round(value)) if abs(value) >= _LARGE else plain(float(f"{value:.6g}"))


_PARSERS: dict[Kind, Callable[[object, Column, float], Value | CellProblem]] = {
    "number": _as_number,
    "whole": _as_whole,
    "share": _as_share,
    "year": _as_year,
    "text": _as_text,
    "key": _as_key,
    "code": _as_code,
    "county_code": _as_county_code,
    "clause": _as_clause,
    "choice": _as_choice,
}
