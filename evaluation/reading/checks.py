"""What must hold between rows and sheets: each check returns its problems, with the cells they stand in."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from evaluation.errors import InputProblem, Message, Phrase
from evaluation.reading import wording
from evaluation.reading.cells import expected, plain
from evaluation.reading.columns import BAND_FIELDS, BANDS, SHARED_FIELDS
from evaluation.reading.rows import Row, Table
from evaluation.reading.sharing import PUPIL_FIELDS, is_campus, is_shared, weighted_pupils
from evaluation.reading.vocabulary import (
    ANNEXED,
    ENTERED,
    RETAINED,
    RETENTION_KEYS,
)

LOWEST_WAGE_YUAN = 1_000
YUAN_PER_WAN = 10_000
# what a year's wage in 元 may be, to guess at one typed in 万元
PLAUSIBLE_WAGE_YUAN = (10_000, 1_000_000)
Problems = Iterator[InputProblem]


def problem(table: Table, row: Row, name: str, message: Message, /, **values: object) -> InputProblem:
    """A problem in a field of a row."""
    return InputProblem(table.where(row, name), message, values)


def repeated(table: Table, key: Callable[[Row], Any]) -> Iterator[tuple[Row, Row]]:
    """Each row whose key stood in an earlier row, with that row; rows whose key has a gap are passed over."""
    first: dict[Any, Row] = {}
    for row in table.rows:
        value = key(row)
        if None in (value if isinstance(value, tuple) else (value,)):
            continue
        if value in first:
            yield row, first[value]
        else:
            first[value] = row


def unique(table: Table, *names: str) -> Problems:
    """The fields `names` together occur once."""
    header = table.sheet.column(names[0]).header
    for row, first in repeated(table, lambda row: tuple(row.get(name) for name in names)):
        key = " ".join(_shown(row.get(name)) for name in names)
        where = table.where(first, names[0])
        yield problem(table, row, names[0], wording.KEY_TWICE, header=header, key=key, first=where)


def _shown(value: Any) -> str:
    return plain(value) if isinstance(value, float) else str(value)


def school_stage(row: Row) -> tuple[Any, Any]:
    """The key of a row of 学校."""
    return row.get("school"), row.get("stage")


def once_per_stage(schools: Table) -> Problems:
    """A school has one row a stage."""
    for row, first in repeated(schools, school_stage):
        values = {"school": row.get("school"), "stage": row.get("stage"), "first": schools.where(first, "school")}
        yield problem(schools, row, "school", wording.SCHOOL_TWICE, **values)


def known_schools(table: Table, schools: Table) -> Problems:
    """Every school code of a sheet stands in 学校; where the sheet has stages, with a row of that stage; said once each."""
    codes = {row.get("school") for row in schools.rows}
    stages = {school_stage(row) for row in schools.rows}
    # a row of 学校 whose stage could not be read may be the one that is missed here
    unread = {row.get("school") for row in schools.rows if row.get("stage") is None}
    first_rows = {school_stage(row): row for row in reversed(table.rows)}
    for (code, stage), row in reversed(first_rows.items()):
        if code is not None and code not in codes:
            yield problem(table, row, "school", wording.SCHOOL_UNKNOWN, school=code)
        elif code is not None and stage is not None and (code, stage) not in stages and code not in unread:
            yield problem(table, row, "stage", wording.STAGE_UNKNOWN, school=code, stage=stage)


def four_cells(schools: Table, shared: Table | None) -> Problems:
    """The four shared fields are filled in 学校, or empty there and given as a total in 共用资源."""
    totals = rows_by_school(shared)
    for row in schools.rows:
        if is_shared(row, totals):
            assert shared is not None  # noqa: S101 - it has the school's total
            yield from _filled_beside_total(schools, row, shared.where(totals[row.get("school")]))
        elif shared is None or shared.is_readable:
            yield from _empty_without_total(schools, row)


def rows_by_school(table: Table | None) -> dict[str, Row]:
    """The rows of a sheet by school code."""
    return {row.get("school"): row for row in table.rows if row.get("school") is not None} if table else {}


def _filled_beside_total(schools: Table, row: Row, total: str) -> Problems:
    for name in SHARED_FIELDS:
        if row.get(name) is not None:
            header = schools.sheet.column(name).header
            yield problem(schools, row, name, wording.SHARED_AND_FILLED, header=header, shared=total)
    if row.get("indoor_sports_m2"):
        yield problem(schools, row, "indoor_sports_m2", wording.SHARED_INDOOR, shared=total)


def _empty_without_total(schools: Table, row: Row) -> Problems:
    for name in SHARED_FIELDS:
        if name in row.values and row.get(name) is None:
            column = schools.sheet.column(name)
            yield problem(schools, row, name, wording.NOT_SHARED, header=column.header, expected=expected(column))
    indoor, teaching = row.get("indoor_sports_m2"), row.get("teaching_area_m2")
    if indoor is not None and teaching is not None and indoor > teaching:
        values = {"indoor": plain(indoor), "teaching": plain(teaching)}
        yield problem(schools, row, "indoor_sports_m2", wording.INDOOR_BEYOND, **values)


def shared_pupils(shared: Table, schools: Table) -> Problems:
    """A total can be split: some stage has pupils, and each stage that has them has its row in 学校."""
    stages = {school_stage(row) for row in schools.rows}
    codes = {code for code, stage in stages if stage is not None}
    for row in shared.rows:
        school = row.get("school")
        if all(name in row.values for name in PUPIL_FIELDS.values()) and not weighted_pupils(row.values):
            yield problem(shared, row, "school", wording.SHARED_WITHOUT_PUPILS, school=school)
        for stage, name in PUPIL_FIELDS.items():
            if row.get(name) and school in codes and (school, stage) not in stages:
                values = {"school": school, "stage": stage, "pupils": plain(row.get(name))}
                yield problem(shared, row, name, wording.SHARED_STAGE_ABSENT, **values)


def campuses(schools: Table) -> Problems:
    """A campus names one school, which is no campus itself and has a row of the campus's stage."""
    own_rows = {school_stage(row) for row in schools.rows if not is_campus(row)}
    codes = {row.get("school") for row in schools.rows}
    first: dict[Any, Row] = {}
    for row in filter(is_campus, schools.rows):
        message = _campus_message(row, own_rows, codes)
        values = {"campus": row.get("school"), "school": row.get("belongs_to"), "stage": row.get("stage")}
        if message:
            yield problem(schools, row, "belongs_to", message, **values)
        other = first.setdefault(row.get("school"), row)
        if other.get("belongs_to") != row.get("belongs_to"):
            values |= {"other": other.get("belongs_to"), "first": schools.where(other, "belongs_to")}
            yield problem(schools, row, "belongs_to", wording.CAMPUS_TWO_SCHOOLS, **values)


def _campus_message(row: Row, own_rows: set[tuple[Any, Any]], codes: set[Any]) -> Message | None:
    school = row.get("belongs_to")
    if school not in codes:
        return wording.CAMPUS_SCHOOL_UNKNOWN
    if not any(code == school for code, _ in own_rows):
        return wording.CAMPUS_CHAIN
    is_known = row.get("stage") is None or (school, row.get("stage")) in own_rows or (school, None) in own_rows
    return None if is_known else wording.CAMPUS_STAGE_UNKNOWN


def host_kinds(schools: Table) -> Mapping[str, str]:
    """The kind of each school by its code, annexed classes left aside."""
    return {
        row.get("school"): row.get("kind")
        for row in reversed(schools.rows)
        if row.get("school") is not None and row.get("kind") not in (None, ANNEXED)
    }


def annexed_classes(schools: Table) -> Problems:
    """An annexed class (附设班) stands under the code of a school that has a row of its own kind."""
    hosts = host_kinds(schools)
    for row in schools.rows:
        if row.get("kind") == ANNEXED and row.get("school") not in hosts:
            yield problem(schools, row, "kind", wording.ANNEXED_WITHOUT_SCHOOL, got=ANNEXED)


def classes_once(classes: Table | None, bands: Table | None) -> Problems:
    """A school's classes of a stage are listed in 班级 or counted in 班额分布, not both."""
    listed: dict[Any, Row] = {}
    for row in classes.rows if classes else ():
        listed.setdefault(school_stage(row), row)
    for row in bands.rows if bands else ():
        other = listed.get(school_stage(row))
        if other is not None and classes is not None and bands is not None:
            values = {"school": row.get("school"), "stage": row.get("stage"), "other": classes.where(other, "school")}
            yield problem(bands, row, "school", wording.CLASSES_TWICE, **values)


def wages(figures: Table, keys: Collection[str]) -> Problems:
    """The figures of these keys, wages, are in 元 a year."""
    for row in figures.rows:
        value = row.get("value")
        if row.get("key") in keys and value is not None and value < LOWEST_WAGE_YUAN:
            values = {"key": row.get("key"), "got": plain(value), "then": _in_yuan(value)}
            yield problem(figures, row, "value", wording.WAGE_TOO_LOW, **values)


def _in_yuan(value: float) -> Phrase | str:
    """The wage to write if 万元 were typed, where that is plausible."""
    lowest, highest = PLAUSIBLE_WAGE_YUAN
    yuan = value * YUAN_PER_WAN
    return Phrase(wording.WRITE_WAGE, {"wan": plain(yuan)}) if lowest <= yuan <= highest else ""


def retention(figures: Table) -> Problems:
    """The five numbers of retention, where all are given, are possible and do not contradict numbers given directly."""
    by_key = figures_by_key(figures)
    if all(key in by_key and by_key[key].get("value") is not None for key in RETENTION_KEYS):
        yield from _computed_retention(figures, by_key)


def _computed_retention(figures: Table, by_key: Mapping[str, Row]) -> Problems:
    retained, entered = retention_numbers({key: by_key[key].get("value") for key in RETENTION_KEYS})
    if retained < 0 or entered <= 0:
        values = {"retained": plain(retained), "entered": plain(entered)}
        yield problem(figures, by_key[RETENTION_KEYS[0]], "value", wording.RETENTION_BASE, **values)
    for key, computed in ((RETAINED, retained), (ENTERED, entered)):
        given = by_key[key].get("value") if key in by_key else None
        if given is not None and given != computed:
            values = {"key": key, "got": plain(given), "computed": plain(computed)}
            yield problem(figures, by_key[key], "value", wording.RETENTION_TWICE, **values)


def figures_by_key(figures: Table) -> dict[str, Row]:
    """The rows of 县级数据 by key."""
    return {row.get("key"): row for row in figures.rows if row.get("key") is not None}


def retention_numbers(values: Mapping[str, float]) -> tuple[float, float]:
    """Retained and entered, from the five numbers of the form: (毕业生数 − 三年转入 + 三年转出), (三年前初一在校生数 − 三年死亡)."""
    graduates, moved_in, moved_out, enrolled, died = (values[key] for key in RETENTION_KEYS)
    return graduates - moved_in + moved_out, enrolled - died


def band_counts(row: Row) -> Iterable[tuple[str, float, float, float]]:
    """Header, smallest, largest size and number of classes of each band of a row of 班额分布 that has classes."""
    for (header, low, high), name in zip(BANDS, BAND_FIELDS, strict=True):
        if row.get(name):
            yield header, low, high, row.get(name)
