"""Finds the row of headers of a sheet and which column stands where, in any order, with units in brackets or after a line break."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from evaluation.errors import InputProblem, Phrase
from evaluation.reading import wording
from evaluation.reading.cells import is_blank, plain
from evaluation.reading.columns import Column, Sheet
from evaluation.reading.tables import Merged, RawSheet, column_letter
from evaluation.reading.vocabulary import OWN_COLUMNS, TIME_UNITS, TITLE_UNIT, UNIT_PREFIX, UNIT_WORD, UNIT_WORDS, UNITS
from evaluation.texts import clean, fold

SEARCHED_ROWS = 40
# Kinds of a column without a unit whose figures are each of its own unit: 值, 数值.
_MIXED_KINDS = ("number", "any")
_BRACKETS = re.compile(r"[(\[【〔<〈《]([^)\]】〕>〉》]*)[)\]】〕>〉》]")
_SEPARATORS = re.compile(r"[,、;,；]")
_JOINTS = "/:,-_、;·|*"


@dataclass(frozen=True, slots=True)
class Match:
    """A header understood: its column, the unit it names (None if none), and whether by the column's own name."""

    column: Column
    unit: str | None
    is_own_name: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A column of the sheet at its place; a value times `factor` is in the column's unit."""

    column: Column
    index: int
    factor: float = 1


@dataclass(frozen=True, slots=True)
class Header:
    """The row of headers (from 0) and the columns found in it."""

    row: int
    placed: tuple[Placed, ...]

    def letters(self) -> dict[str, str]:
        """Column letter by field, for `facts.SheetLayout`."""
        return {placed.column.field: column_letter(placed.index) for placed in self.placed}


@dataclass(frozen=True, slots=True)
class HeaderSearch:
    """What was found: no header where there are problems that make reading the rows pointless."""

    header: Header | None
    problems: tuple[InputProblem, ...] = ()
    warnings: tuple[InputProblem, ...] = ()


def unit_factor(unit: str | None, column_unit: str) -> float | None:
    """The factor from a unit named in a header to the column's unit; None if it can't be converted."""
    return 1 if unit is None else UNITS.get(column_unit, {}).get(unit)


def split_unit(text: str) -> tuple[str, str | None]:
    """A folded name without its brackets, and the unit they hold: (工资, 万元) for 工资(万元); several units are one that nobody knows."""
    units = dict.fromkeys(unit for part in _BRACKETS.findall(text) for unit in _units_in(part))
    measures = [unit for unit in units if unit not in TIME_UNITS] or list(units)
    return _BRACKETS.sub("", text).strip(_JOINTS), "/".join(measures) or None


def _units_in(text: str) -> list[str]:
    parts = [part.removeprefix(UNIT_PREFIX) for part in _SEPARATORS.split(text)]
    return [part for part in parts if UNIT_WORD.fullmatch(part)]


@lru_cache(maxsize=128)
def _names(sheet: Sheet) -> dict[str, tuple[Column, bool]]:
    """Every name of a column, folded, and whether it is the column's own."""
    own = {fold(column.header): (column, True) for column in sheet.columns}
    return {fold(name): (column, False) for column in sheet.columns for name in column.aliases} | own


def match_header(sheet: Sheet, text: str) -> Match | None:
    """The column that a header means; None if none."""
    whole = fold(text)
    bare, unit = split_unit(whole)
    names = _names(sheet)
    name = next((name for name in (whole, bare) if name in names), None)
    if name is None:
        name, unit = _followed_by_unit(names, bare)
    if name is None:
        return None
    column, is_own_name = names[name]
    return Match(column, _relevant(column, unit), is_own_name)


def _followed_by_unit(names: Iterable[str], bare: str) -> tuple[str | None, str | None]:
    """The name a header begins with, if nothing but a unit follows (教学仪器设备值 万元, after a line break)."""
    for name in names:
        if bare.startswith(name):
            rest = bare.removeprefix(name).strip(_JOINTS).removeprefix(UNIT_PREFIX)
            if UNIT_WORD.fullmatch(rest):
                return name, rest
    return None, None


def _relevant(column: Column, unit: str | None) -> str | None:
    """A column that is not measured (a code, a word) has no unit, whatever its header's brackets say."""
    return unit if column.unit or column.kind in _MIXED_KINDS else None


def header_text(raw: RawSheet, row: int, column: int) -> str:
    """The text over a column; a cell covered by a merged range says what the range says."""
    cell = raw.cell(row, column)
    if isinstance(cell, Merged):
        cell = raw.cell(cell.row, cell.column)
    return cell if isinstance(cell, str) else ""


def _matches_in(sheet: Sheet, raw: RawSheet, row: int) -> dict[int, Match]:
    found = {}
    for index in range(len(raw.rows[row])):
        text = header_text(raw, row, index)
        match = match_header(sheet, text) if text and len(text) <= 60 else None
        if match:
            found[index] = match
    return found


def find_header(sheet: Sheet, raw: RawSheet) -> HeaderSearch:
    """Find the row that names the most columns of `sheet`, and place them."""
    searched = min(SEARCHED_ROWS, len(raw.rows))
    best, matches = _best_row(sheet, raw, searched)
    if not _is_credible(sheet, _distinct(matches)):
        return HeaderSearch(None, (_no_header(sheet, raw, searched),))
    row = _last_of_block(sheet, raw, best, matches)
    return _place(sheet, raw, row, matches)


def _best_row(sheet: Sheet, raw: RawSheet, searched: int) -> tuple[int, dict[int, Match]]:
    """The first row with the most columns in it; one with all required columns ends the search."""
    best: tuple[int, dict[int, Match]] = 0, {}
    required = sum(column.is_required for column in sheet.columns)
    for row in range(searched):
        matches = _matches_in(sheet, raw, row)
        if _distinct(matches) > _distinct(best[1]):
            best = row, matches
        if _distinct(best[1]) >= required:
            break
    return best


def _distinct(matches: dict[int, Match]) -> int:
    return len({match.column.field for match in matches.values()})


def _is_credible(sheet: Sheet, count: int) -> bool:
    required = sum(column.is_required for column in sheet.columns)
    return count >= max(1, min(2, required - 1), required // 3)


def _last_of_block(sheet: Sheet, raw: RawSheet, best: int, matches: dict[int, Match]) -> int:
    """Headers merged over several rows are found in each of them; the data begin below the last."""
    row = best
    while row + 1 < len(raw.rows) and _matches_in(sheet, raw, row + 1).keys() >= matches.keys():
        row += 1
    return row


def _no_header(sheet: Sheet, raw: RawSheet, searched: int) -> InputProblem:
    down = _items_down(sheet, raw, searched)
    if down:
        each = sheet.columns[0].header
        return InputProblem(raw.name, wording.ITEMS_DOWN, {"cells": ", ".join(down), "each": each})
    names = ", ".join(column.header for column in sheet.columns if column.is_required)
    return InputProblem(raw.name, wording.NO_HEADER, {"last": max(searched, 1), "headers": names})


def _items_down(sheet: Sheet, raw: RawSheet, searched: int) -> list[str]:
    """The cells of the column in which headers stand one below another, if one holds three or more."""
    by_column: dict[int, list[int]] = {}
    for row in range(searched):
        for index, match in _matches_in(sheet, raw, row).items():
            if match.is_own_name:
                by_column.setdefault(index, []).append(row)
    index, rows = max(by_column.items(), key=lambda item: len(item[1]), default=(0, []))
    return [f"{column_letter(index)}{row + 1}" for row in rows[:3]] if len(rows) >= 3 else []


def _place(sheet: Sheet, raw: RawSheet, row: int, matches: dict[int, Match]) -> HeaderSearch:
    chosen = _choose(matches)
    unknown = list(_unknown(raw, row, matches, chosen))
    problems = [*_twice(raw, row, matches, chosen), *_missing(sheet, raw, row, matches, unknown)]
    warnings = [*_title_units(raw, row), *unknown]
    placed = []
    for index in sorted(chosen):
        factor, found = _convert(raw, row, index, matches[index])
        placed.append(Placed(matches[index].column, index, factor or 1))
        (problems if factor is None else warnings).extend(found)
    return HeaderSearch(Header(row, tuple(placed)), tuple(problems), tuple(warnings))


def _choose(matches: dict[int, Match]) -> set[int]:
    """One place a column: that of its own name before that of another word for it."""
    chosen: dict[str, int] = {}
    for index, match in sorted(matches.items(), key=lambda item: (not item[1].is_own_name, item[0])):
        chosen.setdefault(match.column.field, index)
    return set(chosen.values())


def _twice(raw: RawSheet, row: int, matches: dict[int, Match], chosen: set[int]) -> Iterator[InputProblem]:
    first = {matches[index].column.field: index for index in chosen}
    for index, match in sorted(matches.items()):
        if index not in chosen and match.is_own_name == matches[first[match.column.field]].is_own_name:
            where = raw.address(row, first[match.column.field])
            yield InputProblem(
                raw.address(row, index), wording.COLUMN_TWICE, {"header": match.column.header, "first": where}
            )


def _missing(
    sheet: Sheet, raw: RawSheet, row: int, matches: dict[int, Match], unknown: list[InputProblem]
) -> Iterator[InputProblem]:
    found = {match.column.field for match in matches.values()}
    names = ", ".join(f"{one.values['header']}" for one in unknown if one.message is wording.COLUMN_UNKNOWN)
    hint = Phrase(wording.UNKNOWN_HEADERS, {"headers": names}) if names else ""
    for column in sheet.columns:
        if column.is_required and column.field not in found:
            values = {"header": column.header, "row": row + 1, "unknown": hint}
            yield InputProblem(raw.name, wording.COLUMN_MISSING, values)


def _unknown(raw: RawSheet, row: int, matches: dict[int, Match], chosen: set[int]) -> Iterator[InputProblem]:
    taken = {matches[index].column.field: index for index in chosen}
    for index in range(max(map(len, raw.rows), default=0)):
        text = " ".join(clean(header_text(raw, row, index)).split())
        other_name = index in matches and index not in chosen and not matches[index].is_own_name
        if (index in matches and not other_name) or fold(text) in OWN_COLUMNS:
            continue
        if other_name:
            first = raw.address(row, taken[matches[index].column.field])
            values = {"header": text, "own": matches[index].column.header, "first": first}
            yield InputProblem(raw.address(row, index), wording.COLUMN_SHADOWED, values)
        elif text:
            yield InputProblem(raw.address(row, index), wording.COLUMN_UNKNOWN, {"header": text})
        elif any(not is_blank(raw.cell(data, index)) for data in range(row + 1, len(raw.rows))):
            yield InputProblem(raw.address(row, index), wording.COLUMN_UNNAMED)


def _title_units(raw: RawSheet, row: int) -> Iterator[InputProblem]:
    for above in range(row):
        for index, cell in enumerate(raw.rows[above]):
            if isinstance(cell, str) and TITLE_UNIT.fullmatch(fold(cell)):
                yield InputProblem(raw.address(above, index), wording.TITLE_UNIT, {"text": clean(cell)})


def _convert(raw: RawSheet, row: int, index: int, match: Match) -> tuple[float | None, list[InputProblem]]:
    """The factor of a header's unit, and a problem (None) or a warning where it is not the column's own."""
    where, header = raw.address(row, index), " ".join(clean(header_text(raw, row, index)).split())
    if not match.column.unit and match.unit is not None and unit_factor(match.unit, "") != 1:
        values = {"header": header, "unit": _unit_shown(match.unit), "bare": match.column.header}
        return None, [InputProblem(where, wording.UNIT_OVER_MIXED, values)]
    return convert_unit(where, header, match.unit, match.column.unit)


def _unit_shown(unit: str) -> str:
    """A folded unit as people write it."""
    return unit.replace("M2", "㎡")


def convert_unit(where: str, header: str, unit: str | None, into: str) -> tuple[float | None, list[InputProblem]]:
    """The factor from `unit` to `into`, with what is to be said about it: an error with None, a report of a conversion."""
    factor = unit_factor(unit, into)
    if factor is None:
        values = {"header": header, "unit": _unit_shown(unit or ""), "expected": ", ".join(_allowed_units(into))}
        return None, [InputProblem(where, wording.UNIT_UNKNOWN, values)]
    if unit is not None and into == "%":
        return 1, [InputProblem(where, wording.PERCENT_HEADER, {"header": header})]
    if factor == 1:
        return 1, []
    values = {"header": header, "unit": _unit_shown(unit or ""), "factor": plain(factor), "into": into}
    return factor, [InputProblem(where, wording.UNIT_CONVERTED, values)]


def _allowed_units(into: str) -> list[str]:
    """The first word of each size of unit: 元, 万元; all words where a figure's own name says what it is."""
    words = UNIT_WORDS.get(into, {})
    first = {factor: word for word, factor in reversed(words.items())}
    return [word for word, factor in words.items() if not into or first[factor] == word]
