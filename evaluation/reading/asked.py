"""What a rulebook asks of a county's workbook, as reading and the empty template need it: words, keys, years and further columns.

`evaluation.rulebook.asked.asked_by` makes it from a rulebook. Without one (`NOTHING_ASKED`) a workbook is read for what every workbook
holds: any kind of room, veto item or figure is taken as it stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from evaluation.reading import wording
from evaluation.reading.columns import (
    BASIC,
    BASIC_ITEMS,
    FIGURES,
    FINANCE,
    FINDINGS,
    FRAMES,
    ROOMS,
    SCHOOLS,
    SCORES,
    SHEETS,
    VETOES,
    Column,
    Note,
    Sheet,
)
from evaluation.reading.vocabulary import ENTERED, RETAINED, RETENTION_KEYS, WAGE_UNIT, room_choices, veto_choices
from evaluation.survey.wording import GROUPS_BY_WORD
from evaluation.texts import Choices


@dataclass(frozen=True)
class Asked:
    """What a rulebook asks a county to fill in.

    `units` and `parts` say of a key its unit, and of what other one it counts some. For each key of 县级数据, clause or veto item the text that explains it ("" if none); the kinds of special rooms; how many `finance_years`
    are looked back on (None: any); further `columns` of 学校.
    """

    title: str = ""
    county_keys: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    finding_clauses: Mapping[str, str] = field(default_factory=dict)
    score_clauses: Mapping[str, str] = field(default_factory=dict)
    veto_items: Mapping[str, str] = field(default_factory=dict)
    room_kinds: tuple[str, ...] = ()
    finance_years: int | None = None
    columns: tuple[Column, ...] = ()

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """The sheets of the workbook, with this rulebook's words, examples and further columns."""
        changed = {
            SCHOOLS: replace(SCHOOLS, columns=(*SCHOOLS.columns, *self.columns)) if self.columns else SCHOOLS,
            ROOMS: _rooms(self.room_kinds),
            FINANCE: _finance(self.finance_years),
            VETOES: _with_choices(VETOES, "item", veto_choices(tuple(self.veto_items))),
        }
        return tuple(_with_own_example(changed.get(sheet, sheet), self.rows(sheet)) for sheet in SHEETS)

    @cached_property
    def figure_keys(self) -> tuple[str, ...]:
        """The keys that a row of 县级数据 may have: those asked for, and the five numbers that the rate of retention may be typed as."""
        five = RETENTION_KEYS if {RETAINED, ENTERED} <= self.county_keys.keys() else ()
        return (*self.county_keys, *(key for key in five if key not in self.county_keys))

    @property
    def wage_keys(self) -> frozenset[str]:
        """The keys whose figures are 元 a year."""
        return frozenset(key for key, unit in self.units.items() if unit == WAGE_UNIT)

    def rows(self, sheet: Sheet) -> Mapping[str, str]:
        """The keys that the template fills in beforehand on a sheet, with their explanations."""
        known = {
            BASIC.name: {item.header: item.note.zh for item in BASIC_ITEMS},
            FIGURES.name: self.county_keys,
            FINDINGS.name: self.finding_clauses,
            SCORES.name: self.score_clauses,
            VETOES.name: self.veto_items,
            FRAMES.name: dict.fromkeys(GROUPS_BY_WORD, ""),
        }
        return known.get(sheet.name, {})


NOTHING_ASKED = Asked()


def _with_own_example(sheet: Sheet, rows: Mapping[str, str]) -> Sheet:
    """The sheet with an example that this rulebook asks for: the first key."""
    first = sheet.columns[0]
    if sheet is BASIC or sheet is FRAMES or not rows or first.example in rows:
        return sheet
    return replace(sheet, columns=(replace(first, example=next(iter(rows))), *sheet.columns[1:]))


def _with_choices(sheet: Sheet, name: str, choices: Choices) -> Sheet:
    """The sheet with a closed list of words in one column; as it is where the list is empty."""
    if not choices.words:
        return sheet
    example = sheet.column(name).example
    example = example if example in choices.words else choices.words[0]
    columns = (
        replace(column, kind="choice", choices=choices, example=example) if column.field == name else column
        for column in sheet.columns
    )
    return replace(sheet, columns=tuple(columns))


def _rooms(kinds: tuple[str, ...]) -> Sheet:
    return _with_choices(ROOMS, "kind", room_choices(kinds))


def _finance(years: int | None) -> Sheet:
    if years is None:
        return FINANCE
    note = Note(wording.FINANCE_NOTE.text("zh", {"years": years}), wording.FINANCE_NOTE.text("en", {"years": years}))
    return replace(FINANCE, note=note)
