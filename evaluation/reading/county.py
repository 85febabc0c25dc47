"""Reads one county's statistics workbook into facts, or raises every problem of the whole workbook at once."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.errors import InputProblem, InvalidInput
from evaluation.reading import checks, wording
from evaluation.reading.asked import NOTHING_ASKED, Asked
from evaluation.reading.basics import Basics, read_basics, read_figure_units
from evaluation.reading.cells import is_blank
from evaluation.reading.columns import (
    BASIC,
    CLASS_BANDS,
    CLASSES,
    FIGURES,
    FINANCE,
    FINDINGS,
    FRAMES,
    ROOMS,
    SCHOOLS,
    SCORES,
    SHARED,
    SHEETS,
    VETOES,
    Sheet,
)
from evaluation.reading.rows import Table, read_table
from evaluation.reading.tables import RawSheet, RawWorkbook, column_index, open_workbook
from evaluation.reading.vocabulary import FORM_SHEET, OWN_SHEETS, SHEET_NUMBERING
from evaluation.reading.warnings import find_warnings
from evaluation.texts import fold

if TYPE_CHECKING:
    from evaluation.facts import County, Facts


# What else must hold in the rows, beyond what every workbook is asked; it gets the rows as far as they could be read.
MoreChecks = Callable[[Mapping[str, Table]], Iterable[InputProblem]]


def no_more_checks(_tables: Mapping[str, Table]) -> Iterable[InputProblem]:
    """Nothing beyond what every workbook is asked."""
    return ()


@dataclass(frozen=True)
class Reading:
    """What a workbook says, and what in it is plausible but odd (or was understood in another unit, or ignored)."""

    facts: "Facts"
    warnings: tuple[InputProblem, ...] = ()

    @property
    def county(self) -> "County":
        """The one county of the workbook."""
        (county,) = self.facts.each_county()
        return county


@dataclass(frozen=True)
class CheckedWorkbook:
    """A workbook without errors: its typed rows, the county's own figures, and the warnings."""

    tables: Mapping[str, Table]
    basics: Basics
    warnings: tuple[InputProblem, ...]
    sha256: str


def read_county(path: Path, asked: Asked = NOTHING_ASKED, more_checks: MoreChecks = no_more_checks) -> Reading:
    """Read a county's workbook: an .xlsx file or a folder of .csv files named as the sheets; `asked` is what the rulebook in use asks of it.

    Raises `InvalidInput` with all problems over the whole workbook, those of `more_checks` too, in the order of its sheets; nothing is guessed.
    """
    # pandas, and what it loads, is only needed for the tables
    from evaluation.reading.building import build_facts

    checked = check_county(path, asked, more_checks)
    return Reading(build_facts(checked.tables, checked.basics, checked.sha256), checked.warnings)


def check_county(path: Path, asked: Asked = NOTHING_ASKED, more_checks: MoreChecks = no_more_checks) -> CheckedWorkbook:
    """Read and check a county's workbook without making tables of it. Raises `InvalidInput` as `read_county` does."""
    return check_raw(open_workbook(Path(path)), asked, more_checks)


def check_raw(
    workbook: RawWorkbook, asked: Asked = NOTHING_ASKED, more_checks: MoreChecks = no_more_checks
) -> CheckedWorkbook:
    """Typed rows and warnings from raw cells. Raises `InvalidInput`."""
    found, problems, warnings = _find_sheets(workbook, asked.sheets)
    tables = {sheet.name: read_table(sheet, raw) for sheet, raw in found.items() if not _is_blank_sheet(raw)}
    basics = read_basics(tables.get(BASIC.name))
    if FIGURES.name in tables:
        read_figure_units(tables[FIGURES.name], asked.figure_keys)
    problems += [raw.problem for raw in workbook.sheets if raw.problem]
    problems += [one for table in tables.values() for one in table.problems]
    problems += [*_empty_sheets(found, tables, is_required=True), *_across(tables, asked), *more_checks(tables)]
    warnings += [one for table in tables.values() for one in table.warnings]
    if problems or basics is None:
        raise InvalidInput(_in_order(problems, workbook), _in_order(warnings, workbook))
    warnings += [*_empty_sheets(found, tables, is_required=False), *find_warnings(tables, basics, asked)]
    return CheckedWorkbook(tables, basics, tuple(_in_order(warnings, workbook)), workbook.sha256)


def _find_sheets(
    workbook: RawWorkbook, sheets: Sequence[Sheet]
) -> tuple[dict[Sheet, RawSheet], list[InputProblem], list[InputProblem]]:
    """The sheets we know, and what is wrong or odd about the list of sheets."""
    by_name: dict[str, list[RawSheet]] = {}
    for raw in workbook.sheets:
        by_name.setdefault(SHEET_NUMBERING.sub("", fold(raw.title)), []).append(raw)
    found, problems = {}, []
    for sheet in sheets:
        raws = by_name.pop(fold(sheet.name), [])
        if raws:
            found[sheet] = raws[0]
        if len(raws) > 1:
            names = ", ".join(raw.name for raw in raws)
            problems.append(InputProblem(raws[1].name, wording.SHEET_TWICE, {"names": names}))
    problems += _missing_sheets(workbook, found)
    return found, problems, _unknown_sheets(raw for raws in by_name.values() for raw in raws)


def _missing_sheets(workbook: RawWorkbook, found: Mapping[Sheet, RawSheet]) -> Iterator[InputProblem]:
    forms = [raw.title for raw in workbook.sheets if FORM_SHEET.fullmatch(fold(raw.title))]
    present = {sheet.name for sheet in found}
    if forms and SCHOOLS.name not in present:
        yield InputProblem("", wording.STATISTICS_FORMS, {"found": ", ".join(forms[:5])})
        return
    names = ", ".join(raw.name for raw in workbook.sheets)
    for sheet in SHEETS:
        if sheet.is_required and sheet.name not in present:
            yield InputProblem(sheet.name, wording.SHEET_MISSING, {"found": names})


def _unknown_sheets(raws: Iterable[RawSheet]) -> list[InputProblem]:
    known = ", ".join(sheet.name for sheet in SHEETS)
    return [
        InputProblem(raw.name, wording.SHEET_UNKNOWN, {"known": known})
        for raw in raws
        if not raw.is_hidden and fold(raw.title) not in OWN_SHEETS and not _is_blank_sheet(raw)
    ]


def _is_blank_sheet(raw: RawSheet) -> bool:
    return all(is_blank(cell) for row in raw.rows for cell in row)


def _empty_sheets(
    found: Mapping[Sheet, RawSheet], tables: Mapping[str, Table], *, is_required: bool
) -> Iterator[InputProblem]:
    """Sheets without a row of data: an error where the sheet is required, else it counts as not supplied."""
    message = wording.SHEET_EMPTY if is_required else wording.SHEET_NOT_SUPPLIED
    for sheet, raw in found.items():
        table = tables.get(sheet.name)
        if raw.problem:  # said already
            continue
        if sheet.is_required is is_required and (table is None or (table.is_readable and not table.rows)):
            yield InputProblem(raw.name, message)


def _across(tables: Mapping[str, Table], asked: Asked) -> Iterator[InputProblem]:
    for name, fields in _UNIQUE.items():
        if name in tables:
            yield from checks.unique(tables[name], *fields)
    yield from checks.classes_once(tables.get(CLASSES.name), tables.get(CLASS_BANDS.name))
    if FIGURES.name in tables:
        yield from checks.wages(tables[FIGURES.name], asked.wage_keys)
        yield from checks.retention(tables[FIGURES.name])
    if SCHOOLS.name in tables and tables[SCHOOLS.name].is_readable:
        yield from _against_schools(tables[SCHOOLS.name], tables)


def _against_schools(schools: Table, tables: Mapping[str, Table]) -> Iterator[InputProblem]:
    yield from checks.once_per_stage(schools)
    yield from checks.annexed_classes(schools)
    yield from checks.campuses(schools)
    yield from checks.four_cells(schools, tables.get(SHARED.name))
    for sheet in (SHARED, CLASSES, CLASS_BANDS, ROOMS):
        if sheet.name in tables:
            yield from checks.known_schools(tables[sheet.name], schools)
    if SHARED.name in tables:
        yield from checks.shared_pupils(tables[SHARED.name], schools)


def _in_order(problems: Iterable[InputProblem], workbook: RawWorkbook) -> list[InputProblem]:
    """Problems by sheet, row and column, as someone reads who mends them."""
    order = {raw.name: index for index, raw in enumerate(workbook.sheets)}
    return sorted(problems, key=lambda one: _place(one.where, order))


def _place(where: str, order: Mapping[str, int]) -> tuple[int, int, int]:
    address = _ADDRESS.fullmatch(where)
    if address is None:
        return order.get(where, -1), 0, 0
    return order.get(address.group(1), -1), int(address.group(3)), column_index(address.group(2))


_ADDRESS = re.compile(r"(.*)!([A-Z]*)(\d+)")
_UNIQUE: Mapping[str, tuple[str, ...]] = {
    SHARED.name: ("school",),
    CLASS_BANDS.name: ("school", "stage"),
    FINANCE.name: ("year",),
    FIGURES.name: ("key",),
    FINDINGS.name: ("clause",),
    SCORES.name: ("clause", "evaluator"),
    VETOES.name: ("item",),
    FRAMES.name: ("group",),
}
