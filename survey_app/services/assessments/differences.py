"""What is different between two versions of a workbook: rows that came or went, and values that changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import pandas as pd

from evaluation.facts import Facts
from evaluation.reading.cells import plain
from evaluation.reading.columns import BASIC, BASIC_ITEMS, CLASS_BANDS, FRAMES, SHEETS, Sheet
from evaluation.reading.vocabulary import MET, NO, UNMET, YES
from evaluation.survey.wording import GROUPS_BY_WORD

Change = Literal["added", "removed", "changed"]

# what tells the rows of a table apart
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "counties": ("county",),
    "school_stages": ("school", "stage"),
    "shared_resources": ("school",),
    "classes": ("school", "stage", "label"),
    "rooms": ("school", "kind", "area_m2"),
    "finance": ("year",),
    "county_figures": ("key",),
    "monitoring": ("subject",),
    "findings": ("clause",),
    "scores": ("clause", "evaluator"),
    "vetoes": ("item",),
    "frames": ("group",),
}
_NAMELESS: Final = frozenset({"county", "row", "pupils_min", "count"})
_WORDS: Final[Mapping[str, Mapping[bool, str]]] = {
    "is_met": {True: MET, False: UNMET},
    "is_present": {True: YES, False: NO},
}


@dataclass(frozen=True, slots=True)
class WorkbookDifference:
    """One difference: on which sheet, in which row, of which column ("" for a whole row), from what to what, and where it stands now."""

    change: Change
    sheet: str
    row: str
    column: str
    old: str
    new: str
    cell: str


def workbook_differences(old: Facts, new: Facts, sheets: Sequence[Sheet] = SHEETS) -> list[WorkbookDifference]:
    """Every difference, in the order of the sheets, which may have a rulebook's further columns."""
    # a table that two sheets may fill is named by the first of them
    return [one for sheet in sheets if sheet is not CLASS_BANDS for one in _of_sheet(sheet, old, new)]


def differences_document(found: list[WorkbookDifference], most: int) -> list[dict[str, Any]]:
    """The first `most` differences as plain values for JSON."""
    return [asdict(one) for one in found[:most]]


def _of_sheet(sheet: Sheet, old: Facts, new: Facts) -> Iterator[WorkbookDifference]:
    before, after = _rows(sheet, old), _rows(sheet, new)
    names = _names(new) | _names(old)
    for key in [*before, *(key for key in after if key not in before)]:
        yield from _of_row(sheet, _label(sheet, key, names), before.get(key), after.get(key), new)


def _rows(sheet: Sheet, facts: Facts) -> dict[tuple[str, ...], dict[str, Any]]:
    """The rows by key; rows of one key (equal rooms of a school, classes of one label) are told apart by their order."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in getattr(facts, sheet.table).to_dict("records"):
        key = tuple(_text(name, row[name]) for name in _KEYS[sheet.table])
        number = 1
        while (*key, str(number)) in found:
            number += 1
        found[*key, str(number)] = row
    return found


def _names(facts: Facts) -> dict[str, str]:
    schools = facts.school_stages
    return dict(zip(schools["school"].tolist(), schools["name"].tolist(), strict=True))


def _label(sheet: Sheet, key: tuple[str, ...], names: Mapping[str, str]) -> str:
    """The row as people name it: school code and name, stage, class."""
    *parts, number = key
    shown = [_GROUP_WORDS.get(part, part) for part in parts] if sheet is FRAMES else parts
    if sheet.table == "counties":
        return ""
    if "school" in _KEYS[sheet.table]:
        shown = [shown[0], names.get(shown[0], ""), *shown[1:]]
    return " ".join(part for part in (*shown, f"#{number}" if number != "1" else "") if part)


_GROUP_WORDS: Final[dict[str, str]] = {group: word for word, group in GROUPS_BY_WORD.items()}


def _of_row(
    sheet: Sheet, label: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, new: Facts
) -> Iterator[WorkbookDifference]:
    if before is None and after is not None:
        yield WorkbookDifference(
            "added", sheet.name, label, "", "", _summary(sheet, after), _cell(new, sheet, after, "")
        )
    elif before is not None and after is None:
        yield WorkbookDifference("removed", sheet.name, label, "", _summary(sheet, before), "", "")
    elif before is not None and after is not None:
        for field in before:
            if field not in _NAMELESS and not _is_same(before[field], after[field]):
                old_text, new_text = _text(field, before[field]), _text(field, after[field])
                where = _cell(new, sheet, after, field)
                yield WorkbookDifference("changed", sheet.name, label, _header(sheet, field), old_text, new_text, where)


def _summary(sheet: Sheet, row: Mapping[str, Any]) -> str:
    """A row in a few words: its values with their headers, without what names it."""
    skipped = {*_KEYS[sheet.table], *_NAMELESS, "name"}
    shown = [(field, value) for field, value in row.items() if field not in skipped and _text(field, value)]
    return " · ".join(f"{_header(sheet, field)} {_text(field, value)}" for field, value in shown[:4])


def _is_same(old: Any, new: Any) -> bool:
    return bool(old == new) or bool(pd.isna(old) and pd.isna(new))


def _text(field: str, value: Any) -> str:
    if field in _WORDS:
        return _WORDS[field][bool(value)]
    if isinstance(value, float):
        return "" if pd.isna(value) else plain(value)
    return str(value)


def _header(sheet: Sheet, field: str) -> str:
    columns = BASIC_ITEMS if sheet is BASIC else sheet.columns
    own = "pupils" if field == "pupils_max" else field
    return next((column.header for column in columns if column.field == own), field)


def _cell(facts: Facts, sheet: Sheet, row: Mapping[str, Any], field: str) -> str:
    county = str(row["county"])
    return facts.cell(county, sheet.table, int(row["row"]), field) if "row" in row else ""
