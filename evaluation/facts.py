"""Facts of counties as tables, whatever they were read from.

Every table has a column `county` (code), so that one county and all of China's take the same path through `evaluation.criteria`.
A column `row` (1-based row of the sheet, 0 if unknown) and `Facts.layouts` lead a value back to its cell. Words of the domain
(school kinds, stages, locations, keys of county figures) are kept as the workbook writes them: they are data, which rulebooks name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from types import MappingProxyType
from typing import Any

import pandas as pd

TEXT, NUMBER, WHOLE, FLAG = "str", "float64", "int64", "bool"

COLUMNS: dict[str, dict[str, str]] = {
    # one row a county
    "counties": {"county": TEXT, "name": TEXT, "year": WHOLE, "population": NUMBER},
    # one row a school a stage, shared totals split and campuses added; resources, funding and pupils are totals; a rulebook's further
    # columns of 学校 stand behind these, as totals too
    "school_stages": {
        "county": TEXT,
        "school": TEXT,
        "name": TEXT,
        "kind": TEXT,
        "stage": TEXT,
        "location": TEXT,
        "owner": TEXT,
        "pupils": NUMBER,
        "classes": NUMBER,
        "qualified_teachers": NUMBER,
        "backbone_teachers": NUMBER,
        "pe_art_teachers": NUMBER,
        "teaching_area_m2": NUMBER,
        "sports_area_m2": NUMBER,
        "equipment_yuan": NUMBER,
        "multimedia_rooms": NUMBER,
        "funded_pupils": NUMBER,
        "budget_yuan": NUMBER,
        "training_yuan": NUMBER,
        "row": WHOLE,
    },
    # a class of n pupils is (n, n, 1); a band of a size distribution is (lower, upper, number of classes), upper inf if open
    "classes": {
        "county": TEXT,
        "school": TEXT,
        "stage": TEXT,
        "label": TEXT,
        "pupils_min": NUMBER,
        "pupils_max": NUMBER,
        "count": NUMBER,
        "row": WHOLE,
    },
    "rooms": {"county": TEXT, "school": TEXT, "kind": TEXT, "area_m2": NUMBER, "row": WHOLE},
    "finance": {"county": TEXT, "year": WHOLE, "spending_wan_yuan": NUMBER, "pupils": NUMBER, "row": WHOLE},
    "county_figures": {"county": TEXT, "key": TEXT, "value": NUMBER, "row": WHOLE},
    # dispersion: the 校际差异率, 0 to 1
    "monitoring": {"county": TEXT, "subject": TEXT, "level": WHOLE, "dispersion": NUMBER, "row": WHOLE},
    "findings": {"county": TEXT, "clause": TEXT, "is_met": FLAG, "basis": TEXT, "row": WHOLE},
    "scores": {"county": TEXT, "clause": TEXT, "evaluator": TEXT, "score": NUMBER, "basis": TEXT, "row": WHOLE},
    "vetoes": {"county": TEXT, "item": TEXT, "is_present": FLAG, "basis": TEXT, "row": WHOLE},
    # size of a respondent group's frame; group as in evaluation.survey (parent, student, …)
    "frames": {"county": TEXT, "group": TEXT, "size": NUMBER, "row": WHOLE},
    # which of the tables above a county supplied at all: a table that is absent makes its clauses `missing`
    "supplied": {"county": TEXT, "table": TEXT},
    # a school's campus whose row was added to the school's row (for tracing; its figures are in school_stages already)
    "campuses": {"county": TEXT, "school": TEXT, "stage": TEXT, "campus": TEXT, "name": TEXT, "row": WHOLE},
    # totals of multi-stage schools as reported, before they were split over the stages
    "shared_resources": {
        "county": TEXT,
        "school": TEXT,
        "primary_pupils": NUMBER,
        "junior_pupils": NUMBER,
        "senior_pupils": NUMBER,
        "teaching_area_m2": NUMBER,
        "sports_area_m2": NUMBER,
        "equipment_yuan": NUMBER,
        "multimedia_rooms": NUMBER,
        "row": WHOLE,
    },
}


@dataclass(frozen=True, slots=True)
class County:
    """A county in the year of its facts: code, name, residents."""

    code: str
    name: str
    year: int
    population: int


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """Where a table's fields stand in one county's workbook: the sheet's name and the column letter of each field."""

    sheet: str
    columns: Mapping[str, str]


def empty_table(table: str) -> pd.DataFrame:
    """The table without rows, with its columns and types."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in COLUMNS[table].items()})


def table_from_rows(
    table: str, rows: Sequence[Mapping[str, Any]], further: Mapping[str, str] = MappingProxyType({})
) -> pd.DataFrame:
    """A table from row mappings; every column of `COLUMNS[table]`, and the `further` ones with their types, must be in each row."""
    columns = COLUMNS[table] | dict(further)
    return pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=kind) for name, kind in columns.items()})


@dataclass(frozen=True)
class Facts:
    """All tables of one or many counties (columns: `COLUMNS`).

    `layouts` maps (county, table) to a `SheetLayout`; `sources` maps a county to the SHA-256 of its workbook; `moved` maps
    (county, table, row, field) to the address of a value that was typed elsewhere than in its row (all may be empty).
    """

    counties: pd.DataFrame
    school_stages: pd.DataFrame
    classes: pd.DataFrame = field(default_factory=partial(empty_table, "classes"))
    rooms: pd.DataFrame = field(default_factory=partial(empty_table, "rooms"))
    finance: pd.DataFrame = field(default_factory=partial(empty_table, "finance"))
    county_figures: pd.DataFrame = field(default_factory=partial(empty_table, "county_figures"))
    monitoring: pd.DataFrame = field(default_factory=partial(empty_table, "monitoring"))
    findings: pd.DataFrame = field(default_factory=partial(empty_table, "findings"))
    scores: pd.DataFrame = field(default_factory=partial(empty_table, "scores"))
    vetoes: pd.DataFrame = field(default_factory=partial(empty_table, "vetoes"))
    frames: pd.DataFrame = field(default_factory=partial(empty_table, "frames"))
    supplied: pd.DataFrame = field(default_factory=partial(empty_table, "supplied"))
    campuses: pd.DataFrame = field(default_factory=partial(empty_table, "campuses"))
    shared_resources: pd.DataFrame = field(default_factory=partial(empty_table, "shared_resources"))
    layouts: Mapping[tuple[str, str], SheetLayout] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[tuple[str, str, int, str], str] = field(default_factory=dict)

    def cell(self, county: str, table: str, row: int, name: str = "") -> str:
        """The address of a value, such as `学校!G5`; without a known field or row, the row or the sheet alone; "" if unknown."""
        moved = self.moved.get((county, table, row, name))
        if moved is not None:
            return moved
        layout = self.layouts.get((county, table))
        if layout is None:
            return ""
        if not row:
            return layout.sheet
        return f"{layout.sheet}!{layout.columns.get(name, '')}{row}"

    def each_county(self) -> tuple[County, ...]:
        """The counties, in the order of their table."""
        columns = [self.counties[name].tolist() for name in ("county", "name", "year", "population")]
        return tuple(
            County(str(code), str(name), int(year), int(people))
            for code, name, year, people in zip(*columns, strict=True)
        )

    def supplies(self, table: str) -> set[str]:
        """The counties that supplied `table`."""
        return set(self.supplied.loc[self.supplied["table"] == table, "county"])


def join_facts(parts: Sequence[Facts]) -> Facts:
    """The facts of several counties as one; the counties must differ."""
    if len(parts) == 1:
        return parts[0]
    tables = {name: pd.concat([getattr(part, name) for part in parts], ignore_index=True) for name in COLUMNS if parts}
    layouts = {key: value for part in parts for key, value in part.layouts.items()}
    sources = {key: value for part in parts for key, value in part.sources.items()}
    moved = {key: value for part in parts for key, value in part.moved.items()}
    return Facts(**tables, layouts=layouts, sources=sources, moved=moved)


assert {one.name for one in fields(Facts)} - {"layouts", "sources", "moved"} == set(COLUMNS)  # noqa: S101 - holds both lists together
