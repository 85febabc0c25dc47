"""Whatever is typed into a golden workbook, reading it gives facts or says what is wrong: never another exception.

1,200 mutated workbooks a run, each with one to four changes; a readable one is judged, too, now and then.
"""

import io
import json
import random
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from evaluation.assessment_json import assessment_from_document, json_of
from evaluation.errors import InvalidInput, Phrase
from evaluation.evaluating import case_of
from evaluation.facts import COLUMNS
from evaluation.judging import judge
from evaluation.reading.cells import CellProblem, parse_cell
from evaluation.reading.columns import BASIC_ITEMS, SHEETS, Sheet
from evaluation.reading.county import Reading, read_county
from evaluation.rulebook.loading import load_rulebook
from tests.files.workbooks.nasty import zip_of
from tests.files.workbooks.xlsx_parts import ErrorCell, Formula, RawCell, SheetParts, xlsx_bytes
from tests.paths import GOLDEN

WORKBOOKS = sorted(GOLDEN.glob("counties/*/workbook.xlsx"))
# enough rows of each sheet to hold every kind of row, few enough to read thousands of workbooks
KEPT_ROWS = 60
SHARDS, JUDGED = 4, 4

Rows = list[list[Any]]
Book = dict[str, SheetParts]

ODD_VALUES: Sequence[Any] = (
    None,
    "",
    " ",
    "　",
    "*",
    "-",
    "无",
    "abc",
    "学校代码",
    "合计",
    "示例：1",
    "备注：以上数据",
    "=1/0",
    "#REF!",
    "nan",
    "inf",
    "1e400",
    "4.303E+09",
    "３０５",
    "1,234",
    "1，234.5",
    "12%",
    "１２％",
    "Ⅲ",
    "2020年",
    "😀" * 3,
    "<&\"'>",
    "x" * 5000,
    "\u202e\u200b",
    "_x000D_\n",
    0,
    -1,
    0.5,
    1,
    1e308,
    -1e308,
    1e-320,
    99_999_999_999_999_999,
    0.1 + 0.2,
    True,
    False,
    date(2020, 1, 1),
    ErrorCell("#DIV/0!"),
    ErrorCell(""),
    Formula("SUM(A1:A9)"),
    Formula("A1", 12),
    Formula('""', ""),
    RawCell('<c r="{ref}"><v>NaN</v></c>'),
    RawCell('<c r="{ref}" t="n"><v>INF</v></c>'),
    RawCell('<c r="{ref}" t="s"><v>999</v></c>'),
    RawCell('<c r="{ref}" s="1"><v>-5</v></c>'),
    RawCell('<c r="{ref}" s="1"><v>99999999</v></c>'),
    RawCell('<c r="{ref}" s="2"><v>0.12</v></c>'),
    RawCell('<c r="{ref}" t="d"><v>2020-01-01</v></c>'),
    RawCell('<c r="{ref}" t="?"><v>x</v></c>'),
    RawCell("<c><v>1</v></c>"),
)


@cache
def golden_rows(path: Path) -> dict[str, Rows]:
    """The sheets of a golden workbook, long ones cut."""
    with path.open("rb") as file:
        book = CalamineWorkbook.from_filelike(file)
        names = book.sheet_names
        return {
            name: [list(row) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)[:KEPT_ROWS]]
            for name in names
        }


def set_cell(rows: Rows, chance: random.Random) -> None:
    row = chance.choice(rows)
    row[chance.randrange(len(row))] = chance.choice(ODD_VALUES)


def fill_column(rows: Rows, chance: random.Random) -> None:
    column, value = chance.randrange(len(rows[0])), chance.choice(ODD_VALUES)
    for row in rows[1:]:
        row[column : column + 1] = [value]


def as_text(rows: Rows, chance: random.Random) -> None:
    """A column of numbers stored as text, in some people's way of writing them."""
    column, style = chance.randrange(len(rows[0])), chance.choice(("{}", " {} ", "{}.0", "'{}", "{}%", "{}人", "{}　"))
    for row in rows[1:]:
        row[column : column + 1] = [style.format(row[column] if column < len(row) else "")]


def full_width(rows: Rows, chance: random.Random) -> None:
    wide = {ord(half): chr(ord(half) + 0xFEE0) for half in "0123456789.,-%()"}
    column = chance.randrange(len(rows[0]))
    for row in rows[chance.randrange(2) :]:
        if column < len(row):
            row[column] = str(row[column]).translate(wide)


def drop_column(rows: Rows, chance: random.Random) -> None:
    column = chance.randrange(len(rows[0]))
    for row in rows:
        del row[column : column + 1]


def double_column(rows: Rows, chance: random.Random) -> None:
    column = chance.randrange(len(rows[0]))
    for row in rows:
        row.append(row[column] if column < len(row) else "")


def double_rows(rows: Rows, chance: random.Random) -> None:
    first = chance.randrange(len(rows))
    rows[first:first] = [list(row) for row in rows[first : first + chance.randrange(1, 5)]]


def drop_rows(rows: Rows, chance: random.Random) -> None:
    first = chance.randrange(len(rows))
    del rows[first : first + chance.choice((1, 2, 1000))]


def shuffle_rows(rows: Rows, chance: random.Random) -> None:
    chance.shuffle(rows)


def transpose(rows: Rows, _chance: random.Random) -> None:
    width = max(map(len, rows), default=0)
    rows[:] = [[row[column] if column < len(row) else "" for row in rows] for column in range(width)]


def title_above(rows: Rows, chance: random.Random) -> None:
    rows[0:0] = [[chance.choice(("A", "统计表", "单位：万元", 1))] * chance.randrange(1, 4)] * chance.randrange(1, 45)


def rename_header(rows: Rows, chance: random.Random) -> None:
    column = chance.randrange(len(rows[0]))
    suffix = chance.choice(
        ("（万元）", "（亿元）", "(人)", "\n万㎡", "（）", "（", "）", "%", "_x000D_", " 备注", "（万元）（元）")
    )
    rows[0][column] = f"{rows[0][column]}{suffix}"


def negate(rows: Rows, chance: random.Random) -> None:
    numbers = [(row, column) for row in rows for column, value in enumerate(row) if isinstance(value, float)]
    if numbers:
        row, column = chance.choice(numbers)
        row[column] = row[column] * chance.choice((-1, 0, 1e-9, 1e4, 1e12, 1e300))


ROW_CHANGES: Sequence[Callable[[Rows, random.Random], None]] = (
    set_cell,
    set_cell,
    set_cell,
    fill_column,
    as_text,
    full_width,
    drop_column,
    double_column,
    double_rows,
    drop_rows,
    shuffle_rows,
    transpose,
    title_above,
    rename_header,
    negate,
)


def change_book(book: dict[str, Rows], special: dict[str, Any], chance: random.Random) -> dict[str, Rows]:
    """A change of the list of sheets: two swapped, one away, one twice, one hidden, cells merged, ends cut."""
    names = list(book)
    one, other = chance.choice(names), chance.choice(names)
    change = chance.randrange(6)
    if change == 0:
        return book | {one: book[other], other: book[one]}
    if change == 1:
        return {name: rows for name, rows in book.items() if name != one} or book
    if change == 2:
        return book | {f"{chance.choice(('1.', '表2 ', '', ' '))}{one}{chance.choice(('', ' ', '（2）'))}": book[other]}
    if change == 3:
        special.setdefault(one, {})["state"] = chance.choice(("hidden", "veryHidden"))
    elif change == 4:
        special.setdefault(one, {})["merged"] = [
            chance.choice(("A1:A2", "A2:A5", "B2:C2", "A1:XFD1048576", "C3:E9", "Z1:Z9"))
        ]
    return {one: book[one]} if change == 5 and chance.random() < 0.2 else book


def mutated(seed: int, changes: int) -> dict[str, SheetParts]:
    chance = random.Random(seed)
    book = {name: [list(row) for row in rows] for name, rows in golden_rows(chance.choice(WORKBOOKS)).items()}
    special: dict[str, Any] = {}
    for _ in range(changes):
        if chance.random() < 0.15:
            book = change_book(book, special, chance)
            continue
        rows = book[chance.choice(list(book))]
        if rows and rows[0]:
            chance.choice(ROW_CHANGES)(rows, chance)
    return {name: SheetParts(rows, **special.get(name, {})) for name, rows in book.items()}


def check_reading(reading: Reading) -> None:
    """What every reader of facts relies on."""
    facts = reading.facts
    assert facts.counties.loc[0, "county"].isdecimal()
    for name, columns in COLUMNS.items():
        table = getattr(facts, name)
        assert list(table.columns) == list(columns)
        numbers = table.select_dtypes("number")
        assert not numbers.isna().any().any()
        assert (numbers >= 0).all().all()
    assert not facts.school_stages.duplicated(["school", "stage"]).any()
    assert set(facts.classes["school"]) | set(facts.rooms["school"]) <= set(facts.school_stages["school"])
    for warning in reading.warnings:
        assert warning.text("zh") != ""
        # what assessment.json can hold, and give back equal
        assert {type(value) for value in warning.values.values()} <= {str, int, float, bool, type(None), Phrase}


def read_or_refuse(path: Path) -> Reading | None:
    try:
        reading = read_county(path)
    except InvalidInput as error:
        refusal = error
    else:
        check_reading(reading)
        return reading
    assert refusal.problems
    for problem in [*refusal.problems, *refusal.warnings]:
        assert problem.text("zh") != ""
        assert "\n" not in problem.text("en")
    return None


@pytest.mark.parametrize("examples", [60, pytest.param(300, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("shard", range(SHARDS))
def test_mutated_workbook_is_read_or_refused(shard: int, examples: int, tmp_path: Path) -> None:
    rulebook = load_rulebook("xiangtan-2018")
    outcomes = {"read": 0, "refused": 0}

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(seed=st.integers(0, 10**6), changes=st.integers(1, 4))
    def check(seed: int, changes: int) -> None:
        path = tmp_path / "workbook.xlsx"
        path.write_bytes(xlsx_bytes(mutated(SHARDS * seed + shard, changes)))
        reading = read_or_refuse(path)
        outcomes["refused" if reading is None else "read"] += 1
        if reading is not None and outcomes["read"] <= JUDGED:
            judge_or_refuse(reading, rulebook)

    check()
    # a mutation that no reader could fail on would prove nothing, nor would one that is always refused
    assert min(outcomes.values()) > examples // 10


def judge_or_refuse(reading: Reading, rulebook: Any) -> None:
    try:
        (assessment,) = judge([case_of(reading, rulebook, None)], rulebook)
    except InvalidInput:
        return
    assert assessment_from_document(json.loads(json_of(assessment))) == assessment


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.table)
def test_every_odd_value_in_every_column(sheet: Sheet) -> None:
    """Each column alone, without the way through a file."""
    moments = (datetime(2020, 1, 1, tzinfo=UTC), time(1), timedelta(days=1))
    for column, value in product((*sheet.columns, *BASIC_ITEMS), (*ODD_VALUES, *moments)):
        for factor in (1, 10_000, 1e-4):
            parsed = parse_cell(value, column, factor)
            if isinstance(parsed, CellProblem):
                assert column.header in parsed.message.text("zh", parsed.values)


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The bytes with a few places changed, cut or filled with something else."""
    result = bytearray(content)
    for _ in range(chance.randrange(1, 6)):
        place = chance.randrange(len(result) or 1)
        result[place : place + chance.choice((0, 1, 1, 50))] = chance.choice(_SPLINTERS) or chance.randbytes(
            chance.choice((1, 50))
        )
    return bytes(result)


_SPLINTERS = (
    b"",
    b"",
    b"<c>",
    b"</c>",
    b"<v>",
    b"&amp;",
    b"&x;",
    b"9",
    b'"',
    b' t="e"',
    b' t="s"',
    b' r="A0"',
    b' r="ZZZ99999999999"',
    b"<f>",
    b"\x00",
    b"-",
)


@pytest.mark.parametrize("shard", range(2))
def test_damaged_file_is_read_or_refused(shard: int, tmp_path: Path) -> None:
    """A packed file with bytes changed, and one whose parts were damaged before they were packed."""
    sound = xlsx_bytes({name: SheetParts(rows) for name, rows in golden_rows(WORKBOOKS[shard]).items()})
    with zipfile.ZipFile(io.BytesIO(sound)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    chance = random.Random(shard)
    path = tmp_path / "workbook.xlsx"
    for _ in range(60):
        path.write_bytes(damaged(sound, chance))
        read_or_refuse(path)
        part = chance.choice(list(parts))
        path.write_bytes(zip_of(parts | {part: damaged(parts[part], chance)}))
        read_or_refuse(path)
