"""The .csv export, and the .csv files that stand beside an export of a format that has one table only."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from survey_app.output.cells import guarded, visible
from survey_app.output.columns import CellValue, answer_columns, response_header, response_rows
from survey_app.output.exported import Export, Progress


def write_responses(path: Path, export: Export, progress: Progress) -> None:
    """The responses file (docs/interfaces.md, "Responses file"), with the mark that makes spreadsheets read it as UTF-8."""
    columns = answer_columns(export.questionnaires)
    write_table(path, response_header(columns), response_rows(export, columns, progress))


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[CellValue]]) -> None:
    """Any table as .csv; texts are made visible and guarded, an empty cell is nothing."""
    with path.open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(header)
        writer.writerows([_text(cell) for cell in row] for row in rows)


def _text(cell: CellValue) -> str | int | None:
    return guarded(visible(cell)) if isinstance(cell, str) else cell
