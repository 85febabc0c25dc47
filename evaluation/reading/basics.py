"""The two sheets in which a row is one figure: 基本信息, and the units in the names of 县级数据."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from evaluation.errors import InputProblem
from evaluation.reading import wording
from evaluation.reading.cells import CellProblem, parse_cell
from evaluation.reading.columns import BASIC_ITEMS, Column
from evaluation.reading.headers import convert_unit, split_unit
from evaluation.reading.rows import Row, Table
from evaluation.texts import fold


@dataclass(frozen=True, slots=True)
class Basics:
    """The county: code, name, year, residents, and the cell each stands in."""

    county: str
    name: str
    year: int
    population: float
    where: dict[str, str]


def read_basics(table: Table | None) -> Basics | None:
    """The county's own figures; None where the sheet is absent or a figure is wrong (its problems are added to the table)."""
    if table is None or not table.is_readable:
        return None
    values: dict[str, Any] = {}
    rows: dict[str, Row] = {}
    for row in table.rows:
        _read_item(table, row, values, rows)
    for item in BASIC_ITEMS:
        if item.field not in rows:
            table.problems.append(InputProblem(table.name, wording.ITEM_MISSING, {"item": item.header}))
    if len(values) < len(BASIC_ITEMS):
        return None
    return Basics(**values, where={name: table.where(row, "value") for name, row in rows.items()})


@cache
def _items() -> dict[str, Column]:
    return {fold(name): item for item in BASIC_ITEMS for name in (*item.aliases, item.header)}


def _read_item(table: Table, row: Row, values: dict[str, Any], rows: dict[str, Row]) -> None:
    if row.get("item") is None:
        return
    bare, unit = split_unit(fold(row.get("item")))
    item = _items().get(fold(row.get("item"))) or _items().get(bare)
    if item is None:
        table.warnings.append(InputProblem(table.where(row, "item"), wording.ITEM_UNKNOWN, {"item": row.get("item")}))
    elif item.field in rows:
        repeated = {
            "header": table.sheet.column("item").header,
            "key": item.header,
            "first": table.where(rows[item.field], "item"),
        }
        table.problems.append(InputProblem(table.where(row, "item"), wording.KEY_TWICE, repeated))
    else:
        rows[item.field] = row
        _read_value(table, row, item, unit, values)


def _read_value(table: Table, row: Row, item: Column, unit: str | None, values: dict[str, Any]) -> None:
    factor, said = convert_unit(table.where(row, "item"), item.header, unit if item.unit else None, item.unit)
    (table.problems if factor is None else table.warnings).extend(said)
    if "value" not in row.values or factor is None:
        return
    value = parse_cell(row.get("value"), item, factor)
    if isinstance(value, CellProblem):
        table.problems.append(InputProblem(table.where(row, "value"), value.message, value.values))
    else:
        values[item.field] = value


def read_figure_units(figures: Table, keys: Sequence[str]) -> None:
    """Bring figures whose name carries a unit, 教师平均工资（万元）, to 元 or people, and drop the unit from the name.

    A key of the rulebook (`keys`) is spelled as there.
    """
    known = {fold(key): key for key in keys}
    figures.rows = [_without_unit(figures, row, known) for row in figures.rows]


def _without_unit(figures: Table, row: Row, known: Mapping[str, str]) -> Row:
    key = row.get("key")
    if key is None or key in known:
        return row if key is None else Row(row.number, row.values | {"key": known[key]})
    bare, unit = split_unit(key)
    factor, said = convert_unit(figures.where(row, "key"), bare, unit, "")
    (figures.problems if factor is None else figures.warnings).extend(said)
    value = row.get("value")
    changed = {} if value is None or factor in (1, None) else {"value": round(value * factor, 9)}
    return Row(row.number, row.values | {"key": known.get(bare, bare)} | changed)
