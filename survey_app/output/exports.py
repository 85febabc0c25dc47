"""`junheng export`: the answers of a closed campaign, in the format that the file's ending names.

.xlsx holds the codebook, the comments, the list of units and the counts by label as sheets. The other formats have one table, so these
stand beside it as NAME-codebook.csv, NAME-comments.csv, NAME-units.csv and NAME-counts.csv. Comments never stand beside answers.
"""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from evaluation.errors import InputProblem, InvalidInput
from evaluation.output_files import writing_into
from survey_app.output import csv_export
from survey_app.output.exported import Export, Progress
from survey_app.output.files import replacing
from survey_app.output.tables import SIDE_TABLES
from survey_app.output.wording import UNKNOWN_ENDING

_Writer = Callable[[Path, Export, Progress], None]


def write_export(path: Path, export: Export, progress: Progress = lambda: None) -> list[Path]:
    """Writes the export and what belongs beside it, complete or not at all; calls `progress` after each response.

    The folder is made if need be. Gives the files written, the export first. Raises `InvalidInput` for another ending than .csv, .xlsx, .sav,
    .parquet, and where nothing can be written.
    """
    write = _writer(path)
    beside = {} if path.suffix.lower() == ".xlsx" else {table: side_path(path, table.word) for table in SIDE_TABLES}
    with writing_into(path.parent, [path.name, *(side.name for side in beside.values())]), ExitStack() as files:
        write(files.enter_context(replacing(path)), export, progress)
        for table, side in beside.items():
            csv_export.write_table(files.enter_context(replacing(side)), table.header, table.rows(export))
    return [path, *beside.values()]


def check_ending(path: Path) -> None:
    """Raises `InvalidInput` for an ending that names no format: before anything is read."""
    _writer(path)


def side_path(path: Path, word: str) -> Path:
    """Where a table beside the export stands."""
    return path.with_name(f"{path.stem}-{word}.csv")


def _writer(path: Path) -> _Writer:
    writers: dict[str, Callable[[], _Writer]] = {
        ".csv": lambda: csv_export.write_responses,
        ".xlsx": _xlsx_writer,
        ".sav": _sav_writer,
        ".parquet": _parquet_writer,
    }
    if path.suffix.lower() not in writers:
        raise InvalidInput([InputProblem(path.name, UNKNOWN_ENDING, {"known": " ".join(writers)})])
    return writers[path.suffix.lower()]()


def _xlsx_writer() -> _Writer:
    from survey_app.output.xlsx_export import write_workbook

    return write_workbook


def _sav_writer() -> _Writer:
    from survey_app.output.sav_export import write_sav

    return write_sav


def _parquet_writer() -> _Writer:
    from survey_app.output.parquet_export import write_parquet

    return write_parquet
