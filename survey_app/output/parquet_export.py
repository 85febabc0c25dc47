"""The .parquet export, written in groups of rows; what a column asks each group stands in its metadata as JSON."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from survey_app.output.cells import visible
from survey_app.output.columns import AnswerColumn, CellValue, answer_columns, response_rows
from survey_app.output.exported import Export, Progress

ROWS_A_GROUP = 10_000


def write_parquet(path: Path, export: Export, progress: Progress) -> None:
    """Columns of the responses file: texts, `submitted_at` without any value, whole numbers, and options as whole numbers."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    columns = answer_columns(export.questionnaires)
    schema = _schema(columns, visible(export.title))
    rows = response_rows(export, columns, progress)
    with ParquetWriter(str(path), schema, compression="zstd") as writer:
        for chunk in _chunks(rows):
            cells = zip(*chunk, strict=True)
            arrays = [pa.array(map(_value, column), field.type) for field, column in zip(schema, cells, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))


def _schema(columns: list[AnswerColumn], title: str) -> Any:
    import pyarrow as pa

    base = [
        pa.field("group", pa.string(), nullable=False),
        pa.field("school", pa.string(), nullable=False),
        pa.field("submitted_at", pa.timestamp("ms")),
        pa.field("duration_s", pa.int32()),
        pa.field("valid", pa.int8(), nullable=False),
    ]
    answers = [
        pa.field(
            column.name, pa.string() if column.is_multi else pa.int16(), metadata={"questions": _questions(column)}
        )
        for column in columns
    ]
    return pa.schema([*base, *answers], metadata={"title": title})


def _questions(column: AnswerColumn) -> str:
    """By group: the question's text, the items it counts toward, and its options by value."""
    questions = {
        group: {
            "text": question.text.zh,
            "items": list(question.items),
            "options": {str(option.value): option.label.zh for option in question.options},
        }
        for group, question in column.asked.items()
    }
    return json.dumps(questions, ensure_ascii=False)


def _chunks(rows: Iterator[list[CellValue]]) -> Iterator[list[list[CellValue]]]:
    while chunk := list(islice(rows, ROWS_A_GROUP)):
        yield chunk


def _value(cell: CellValue) -> CellValue:
    return visible(cell) if isinstance(cell, str) else cell
