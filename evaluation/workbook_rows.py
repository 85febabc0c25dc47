"""The typed rows of a workbook as `evaluation.rulebook_input` checks them: without tables, and as far as they could be read."""

from collections.abc import Iterator, Mapping
from functools import partial

from evaluation.reading.checks import host_kinds
from evaluation.reading.columns import FINDINGS, SCHOOLS, SCORES, VETOES
from evaluation.reading.rows import Row, Table
from evaluation.reading.sharing import is_campus
from evaluation.reading.vocabulary import ANNEXED
from evaluation.rulebook_input import AskedRow, AskedRows


def rows_of_workbook(tables: Mapping[str, Table]) -> AskedRows:
    """The rows that a rulebook asks something of, by the names of the facts' tables."""
    sheets = {"scores": SCORES, "vetoes": VETOES, "findings": FINDINGS}
    rows = {
        name: [_asked(tables[sheet.name], row) for row in _rows(tables, sheet.name)] for name, sheet in sheets.items()
    }
    return rows | {"school_stages": list(_schools(tables))}


def _rows(tables: Mapping[str, Table], name: str) -> list[Row]:
    return tables[name].rows if name in tables else []


def _asked(table: Table, row: Row, **changed: object) -> AskedRow:
    return AskedRow(row.values | changed, partial(table.where, row))


def _schools(tables: Mapping[str, Table]) -> Iterator[AskedRow]:
    """A school's row with the pupils of its campuses added, annexed classes under the kind of their school."""
    rows = _rows(tables, SCHOOLS.name)
    if not rows:
        return
    table = tables[SCHOOLS.name]
    hosts = host_kinds(table)
    for row in rows:
        if not is_campus(row):
            kind = row.get("kind")
            own = hosts.get(row.values.get("school", "")) if kind == ANNEXED else kind
            yield _asked(table, row, kind=own, pupils=_pupils(row, rows))


def _pupils(row: Row, rows: list[Row]) -> float | None:
    """The pupils of a school's row and its campuses of the stage; None where one of these numbers could not be read."""
    own: float | None = row.get("pupils")
    if own is None or own > 0:
        return own
    added = [one.get("pupils") for one in rows if is_campus(one) and _is_of(one, row)]
    return None if None in added else own + sum(added)


def _is_of(campus: Row, row: Row) -> bool:
    return bool(campus.get("belongs_to") == row.get("school") and campus.get("stage") == row.get("stage"))
