"""Typed rows of a workbook without problems → the tables of `evaluation.facts`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from evaluation.facts import COLUMNS, NUMBER, Facts, SheetLayout, table_from_rows
from evaluation.reading.basics import Basics
from evaluation.reading.checks import band_counts, figures_by_key, host_kinds, retention_numbers, rows_by_school
from evaluation.reading.columns import (
    BASIC,
    CLASS_BANDS,
    CLASSES,
    FIGURES,
    FINANCE,
    FINDINGS,
    FRAMES,
    MONITORING,
    ROOMS,
    SCHOOLS,
    SCORES,
    SHARED,
    SHARED_FIELDS,
    SHEETS,
    VETOES,
    Sheet,
)
from evaluation.reading.rows import Row, Table
from evaluation.reading.sharing import add_campuses, is_campus, is_shared, split_rows, without_indoor_sports
from evaluation.reading.vocabulary import (
    ANNEXED,
    CLASS,
    ENROLLED_THREE_YEARS_AGO,
    ENTERED,
    GRADE,
    GRADUATES,
    MET,
    RETAINED,
    RETENTION_KEYS,
    YES,
)
from evaluation.survey.wording import GROUPS_BY_WORD

Record = dict[str, Any]
Tables = Mapping[str, Table]


def build_facts(tables: Tables, basics: Basics, sha256: str) -> Facts:
    """The facts of one county. The tables must have passed every check."""
    further = dict.fromkeys(_further_fields(tables[SCHOOLS.name].sheet), NUMBER)
    frames = {
        name: table_from_rows(
            name,
            [{"county": basics.county} | record for record in records],
            further if name == SCHOOLS.table else {},
        )
        for name, records in _records(tables, basics).items()
    }
    return Facts(
        **frames,
        supplied=_supplied(frames, basics.county),
        layouts=_layouts(tables, basics),
        sources={basics.county: sha256},
        moved=_shared_cells(tables, basics.county),
    )


def _further_fields(sheet: Sheet) -> list[str]:
    """The fields of the columns that the rulebook adds to 学校."""
    return [name for name in sheet.added_fields if name not in COLUMNS[sheet.table]]


def _supplied(frames: Mapping[str, pd.DataFrame], county: str) -> pd.DataFrame:
    names = [name for name, frame in frames.items() if len(frame) and name != "campuses"]
    return table_from_rows("supplied", [{"county": county, "table": name} for name in names])


def _records(tables: Tables, basics: Basics) -> dict[str, list[Record]]:
    schools = tables[SCHOOLS.name]
    owners = {row.values["school"]: row.values["belongs_to"] for row in schools.rows if is_campus(row)}
    return {
        "counties": [{"name": basics.name, "year": basics.year, "population": basics.population}],
        "school_stages": _school_stages(tables),
        "classes": [*_classes(tables, owners), *_bands(tables, owners)],
        "rooms": [_moved(row, owners) for row in _rows(tables, ROOMS.name)],
        "finance": [_record(row) for row in _rows(tables, FINANCE.name)],
        "county_figures": _figures(tables),
        "monitoring": [_record(row, level=int(row.values["level"])) for row in _rows(tables, MONITORING.name)],
        "findings": [_judged(row, is_met=row.values["is_met"] == MET) for row in _rows(tables, FINDINGS.name)],
        "scores": [_judged(row) for row in _rows(tables, SCORES.name)],
        "vetoes": [_judged(row, is_present=row.values["is_present"] == YES) for row in _rows(tables, VETOES.name)],
        "frames": [_record(row, group=GROUPS_BY_WORD[row.values["group"]]) for row in _rows(tables, FRAMES.name)],
        "campuses": [_campus(row) for row in schools.rows if is_campus(row)],
        "shared_resources": [_shared(row) for row in _rows(tables, SHARED.name)],
    }


def _rows(tables: Tables, name: str) -> Iterable[Row]:
    return tables[name].rows if name in tables else ()


def _record(row: Row, **changed: Any) -> Record:
    return row.values | {"row": row.number} | changed


def _judged(row: Row, **changed: Any) -> Record:
    return _record(row, basis=row.get("basis") or "", **changed)


def _moved(row: Row, owners: Mapping[str, str]) -> Record:
    """A campus's row under the code of its school."""
    return _record(row, school=owners.get(row.values["school"], row.values["school"]))


def _school_stages(tables: Tables) -> list[Record]:
    schools = tables[SCHOOLS.name]
    hosts = host_kinds(schools)
    rows = split_rows(schools.rows, rows_by_school(tables.get(SHARED.name)))
    merged = add_campuses([without_indoor_sports(row) for row in rows], schools.sheet.added_fields)
    return [_record(row, kind=_own_kind(row, hosts)) for row in merged]


def _own_kind(row: Row, hosts: Mapping[str, str]) -> str:
    kind: str = row.values["kind"]
    return hosts[row.values["school"]] if kind == ANNEXED else kind


def _classes(tables: Tables, owners: Mapping[str, str]) -> Iterator[Record]:
    for row in _rows(tables, CLASSES.name):
        pupils = row.values["pupils"]
        yield _moved(row, owners) | {
            "label": class_label(row),
            "pupils_min": pupils,
            "pupils_max": pupils,
            "count": 1.0,
        }


def class_label(row: Row) -> str:
    """The class as people say it: 3年级2班."""
    grade, name = row.values["grade"], row.values["class_name"]
    return f"{grade}{GRADE if grade.isdecimal() else ''}{name}{CLASS if name.isdecimal() else ''}"


def _bands(tables: Tables, owners: Mapping[str, str]) -> Iterator[Record]:
    is_only_source = CLASSES.name not in tables or not tables[CLASSES.name].rows
    for row in _rows(tables, CLASS_BANDS.name):
        for header, low, high, count in band_counts(row):
            # one county has one layout for classes: where both sheets are used it is that of 班级, and a band has no row there
            place = {"row": row.number if is_only_source else 0, "label": header}
            yield _moved(row, owners) | place | {"pupils_min": low, "pupils_max": high, "count": count}


def _figures(tables: Tables) -> list[Record]:
    if FIGURES.name not in tables:
        return []
    records = [_record(row) for row in tables[FIGURES.name].rows]
    by_key = figures_by_key(tables[FIGURES.name])
    if set(RETENTION_KEYS) <= by_key.keys():
        retained, entered = retention_numbers({key: by_key[key].values["value"] for key in RETENTION_KEYS})
        computed = {RETAINED: (retained, GRADUATES), ENTERED: (entered, ENROLLED_THREE_YEARS_AGO)}
        records += [
            {"key": key, "value": value, "row": by_key[source].number}
            for key, (value, source) in computed.items()
            if key not in by_key
        ]
    return records


def _campus(row: Row) -> Record:
    values = row.values
    return {
        "school": values["belongs_to"],
        "stage": values["stage"],
        "campus": values["school"],
        "name": values["name"],
        "row": row.number,
    }


def _shared(row: Row) -> Record:
    pupils = {name: row.get(name) or 0.0 for name in ("primary_pupils", "junior_pupils", "senior_pupils")}
    return _record(row, **pupils)


def _shared_cells(tables: Tables, county: str) -> dict[tuple[str, str, int, str], str]:
    """The cells of 共用资源 in which the four figures of a split school were typed: its own cells in 学校 are empty."""
    shared = tables.get(SHARED.name)
    totals = rows_by_school(shared)
    return {
        (county, SCHOOLS.table, row.number, name): shared.where(totals[row.values["school"]], name)
        for row in tables[SCHOOLS.name].rows
        if shared is not None and is_shared(row, totals)
        for name in SHARED_FIELDS
    }


def _layouts(tables: Tables, basics: Basics) -> dict[tuple[str, str], SheetLayout]:
    layouts: dict[tuple[str, str], SheetLayout] = {}
    for sheet in SHEETS:
        table = tables.get(sheet.name)
        if table is not None and (table.rows or sheet.is_required):
            layouts.setdefault((basics.county, sheet.table), _layout(table))
    layouts[basics.county, "campuses"] = layouts[basics.county, SCHOOLS.table]
    layouts[basics.county, BASIC.table] = _layout(tables[BASIC.name])
    return layouts


def _layout(table: Table) -> SheetLayout:
    letters = dict(table.letters)
    if table.sheet is CLASSES:
        letters |= {"pupils_min": letters["pupils"], "pupils_max": letters["pupils"], "label": letters["class_name"]}
    known = {*COLUMNS[table.sheet.table], *_further_fields(table.sheet)}
    return SheetLayout(table.name, {name: letter for name, letter in letters.items() if name in known})
