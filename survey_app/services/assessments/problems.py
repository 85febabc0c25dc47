"""Problems and warnings of a workbook as rows of a table, each beside the cell that it is about."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from evaluation.errors import InputProblem, Language
from evaluation.reading.cells import plain
from evaluation.reading.tables import Fault, Merged, RawSheet, RawWorkbook, column_index

MOST_ROWS: Final = 2_000
_FOUND_LENGTH: Final = 200
_BESIDE: Final = 2  # cells of the row that say which row it is: code and name of a school
_ADDRESS: Final = re.compile(r"(.*)!([A-Z]+)?(\d+)")
_LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
_SEPARATORS: Final[Mapping[str, str]] = {"zh": "\uff1b", "en": "; "}


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One problem: sheet and cell ("" where it is of a whole sheet or file), what stands there, and, by language, what is wrong and expected."""

    sheet: str
    cell: str
    beside: str
    found: str
    wrong: Mapping[str, str]
    expected: Mapping[str, str]


def problem_rows(problems: Iterable[InputProblem], workbook: RawWorkbook | None) -> list[ProblemRow]:
    """The rows of a list of problems, with what the workbook (if it could be opened) holds at their places."""
    sheets = {sheet.name: sheet for sheet in workbook.sheets} if workbook else {}
    return [_row(problem, sheets) for problem in problems]


def rows_document(rows: Iterable[ProblemRow]) -> list[dict[str, Any]]:
    """The rows as plain values for JSON, at most `MOST_ROWS`."""
    return [asdict(row) for row in list(rows)[:MOST_ROWS]]


def rows_from_document(document: Iterable[Mapping[str, Any]]) -> list[ProblemRow]:
    """The rows that `rows_document` made."""
    return [ProblemRow(**row) for row in document]


def _row(problem: InputProblem, sheets: Mapping[str, RawSheet]) -> ProblemRow:
    sheet_name, letters, number = _place(problem.where)
    sheet = sheets.get(sheet_name)
    sentences = {language: _sentence(problem, language) for language in _LANGUAGES}
    return ProblemRow(
        sheet=sheet_name,
        cell=f"{letters}{number}" if number else "",
        beside=_beside(sheet, number, letters) if sheet and number else "",
        found=_cell_text(sheet, number - 1, column_index(letters)) if sheet and number and letters else "",
        wrong={language: wrong for language, (wrong, _) in sentences.items()},
        expected={language: expected for language, (_, expected) in sentences.items()},
    )


def _place(where: str) -> tuple[str, str, int]:
    address = _ADDRESS.fullmatch(where)
    return (address[1], address[2] or "", int(address[3])) if address else (where, "", 0)


def _sentence(problem: InputProblem, language: Language) -> tuple[str, str]:
    """What is wrong, and what is expected: every message says the one, then the other."""
    text = " ".join(problem.message.text(language, problem.values).split())
    wrong, _, expected = text.partition(_SEPARATORS[language].strip() if language == "zh" else _SEPARATORS[language])
    return wrong, expected.strip()


def _beside(sheet: RawSheet, number: int, letters: str) -> str:
    """The first cells of the row, which say whose row it is."""
    own = column_index(letters) if letters else -1
    texts = [_cell_text(sheet, number - 1, column) for column in range(_BESIDE) if column != own]
    return " ".join(text for text in texts if text)


def _cell_text(sheet: RawSheet, row: int, column: int) -> str:
    if row >= len(sheet.rows):
        return ""
    value = sheet.cell(row, column)
    if isinstance(value, Fault | Merged):
        return value.text if isinstance(value, Fault) else ""
    return (plain(value) if isinstance(value, float) else str(value))[:_FOUND_LENGTH]
