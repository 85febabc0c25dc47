"""What is plausible but odd in a workbook: each finder returns warnings; none of them changes a number."""

from collections.abc import Iterable, Iterator, Mapping
from math import inf
from statistics import median
from typing import Any

from evaluation.errors import InputProblem, Phrase
from evaluation.reading import wording
from evaluation.reading.asked import Asked
from evaluation.reading.basics import Basics
from evaluation.reading.cells import plain, rounded
from evaluation.reading.checks import band_counts, problem, repeated, rows_by_school, school_stage
from evaluation.reading.columns import CLASS_BANDS, CLASSES, FIGURES, FINANCE, SCHOOLS, SHARED, SHARED_FIELDS, Sheet
from evaluation.reading.figures import figure_warnings
from evaluation.reading.rows import Row, Table
from evaluation.reading.sharing import PUPIL_FIELDS, is_shared, split_rows
from evaluation.reading.vocabulary import JUNIOR, PRIMARY
from evaluation.reading.wording import PER_PUPIL

LOWEST_YUAN_A_PUPIL = 50
TIMES_MEDIAN = 10
FEWEST_FOR_MEDIAN = 3
SPENDING_A_PUPIL = (500, 1_000_000)
# Pupils a staff member of the staffing norm (编制标准: 小学 19:1, 初中 13.5:1); a school may have twice as many, or three a class.
STAFFING_NORM = {PRIMARY: 19.0, JUNIOR: 13.5}
STAFF_A_CLASS = 3
STAFF_FIELDS = ("qualified_teachers", "backbone_teachers", "pe_art_teachers")

Warnings = Iterator[InputProblem]
Tables = Mapping[str, Table]


def find_warnings(tables: Tables, basics: Basics, asked: Asked) -> Warnings:
    """All warnings about a workbook that has no errors."""
    schools, shared = tables[SCHOOLS.name], tables.get(SHARED.name)
    rows = split_rows(schools.rows, rows_by_school(shared))
    places = _Places(schools, shared)
    yield from _money_a_pupil(places, rows)
    yield from _far_above_median(places, rows, schools.sheet)
    yield from _staff(schools)
    yield from _schools(schools)
    yield from _names(schools)
    yield from _classes(tables)
    yield from _finance(tables.get(FINANCE.name), asked.finance_years)
    if FIGURES.name in tables:
        yield from figure_warnings(tables[FIGURES.name], asked)
    yield from _shared_pupils(shared, schools)
    yield from _population(schools, basics)


class _Places:
    """The cell a value of a row of 学校 was typed in: for a split total, that of 共用资源."""

    def __init__(self, schools: Table, shared: Table | None) -> None:
        self._schools, self._shared, self._totals = schools, shared, rows_by_school(shared)

    def where(self, row: Row, name: str) -> str:
        if self._shared is not None and name in SHARED_FIELDS and is_shared(row, self._totals):
            return self._shared.where(self._totals[row.values["school"]], name)
        return self._schools.where(row, name)


def _money_a_pupil(places: _Places, rows: Iterable[Row]) -> Warnings:
    """Money a pupil so low that 万元 may have been typed for 元; a total that was split is said once."""
    said = set()
    for row in rows:
        for name, message in (("equipment_yuan", wording.EQUIPMENT_LOW), ("budget_yuan", wording.BUDGET_LOW)):
            pupils, where = row.values["pupils"], places.where(row, name)
            if pupils and row.values[name] / pupils < LOWEST_YUAN_A_PUPIL and where not in said:
                said.add(where)
                yield InputProblem(where, message, {"value": f"{row.values[name] / pupils:.2f}"})


def _far_above_median(places: _Places, rows: Iterable[Row], sheet: Sheet) -> Warnings:
    by_stage: dict[str, list[Row]] = {}
    for row in rows:
        by_stage.setdefault(row.values["stage"], []).append(row)
    found: dict[str, InputProblem] = {}
    for peers in by_stage.values():
        if len(peers) >= FEWEST_FOR_MEDIAN:
            for name in sheet.added_fields:
                header = sheet.column(name).header
                for row, values in _above(peers, name):
                    where = places.where(row, name)
                    values |= {"header": header}
                    found.setdefault(where, InputProblem(where, wording.FAR_ABOVE_MEDIAN, values))
    yield from found.values()


def _above(peers: list[Row], name: str) -> Iterator[tuple[Row, dict[str, Any]]]:
    """The rows whose value is far above the stage's median, by itself or a pupil.

    A school that is merely large is told by its pupils alone, not by each of its figures.
    """
    usual_pupils = median(row.values["pupils"] for row in peers)
    is_large = {row.number: row.values["pupils"] > TIMES_MEDIAN * usual_pupils for row in peers}
    totals = [(row, row.values[name]) for row in peers if name == "pupils" or not is_large[row.number]]
    yield from _beyond(totals, median(row.values[name] for row in peers), is_per_pupil=False)
    if name != "pupils":
        ratios = [(row, row.values[name] / row.values["pupils"]) for row in peers if row.values["pupils"]]
        yield from _beyond(ratios, median(value for _, value in ratios) if ratios else 0, is_per_pupil=True)


def _beyond(
    values: Iterable[tuple[Row, float]], usual: float, *, is_per_pupil: bool
) -> Iterator[tuple[Row, dict[str, Any]]]:
    for row, value in values:
        if usual > 0 and value > TIMES_MEDIAN * usual:
            yield (
                row,
                {
                    "per_pupil": Phrase(PER_PUPIL) if is_per_pupil else "",
                    "value": rounded(value),
                    "times": f"{value / usual:.1f}",
                    "stage": row.values["stage"],
                    "median": rounded(usual),
                },
            )


def _staff(schools: Table) -> Warnings:
    for row in schools.rows:
        norm = STAFFING_NORM.get(row.values["stage"])
        if norm is None:
            continue
        pupils, classes = row.values["pupils"], row.values["classes"]
        plausible = max(2 * pupils / norm, STAFF_A_CLASS * classes)
        for name in STAFF_FIELDS:
            if row.values[name] > plausible:
                values = {"header": SCHOOLS.column(name).header, "value": plain(row.values[name])}
                values |= {"plausible": f"{plausible:.0f}", "pupils": plain(pupils), "classes": plain(classes)}
                yield problem(schools, row, name, wording.STAFF_HIGH, **values)


def _schools(schools: Table) -> Warnings:
    for row in schools.rows:
        if not row.values["pupils"]:
            yield problem(schools, row, "pupils", wording.NO_PUPILS)
        training, budget = row.values["training_yuan"], row.values["budget_yuan"]
        if training > budget:
            values = {"training": plain(training), "budget": plain(budget)}
            yield problem(schools, row, "training_yuan", wording.TRAINING_HIGH, **values)
        if row.get("belongs_to") is not None and row.get("belongs_to") == row.values["school"]:
            yield problem(schools, row, "belongs_to", wording.OWN_CAMPUS)


def _names(schools: Table) -> Warnings:
    """One school, one name and kind; one name, one school."""
    for row, first in repeated(schools, lambda row: row.get("school")):
        for name in ("name", "kind", "location", "owner"):
            if row.values[name] != first.values[name]:
                values = {"school": row.values["school"], "header": SCHOOLS.column(name).header}
                values |= {"got": row.values[name], "other": first.values[name], "first": schools.where(first, name)}
                yield problem(schools, row, name, wording.SCHOOL_DIFFERS, **values)
    for row, first in repeated(schools, lambda row: row.get("name")):
        if row.values["school"] != first.values["school"] and row.get("belongs_to") is None:
            values = {"name": row.values["name"], "other": first.values["school"]}
            yield problem(schools, row, "name", wording.NAME_TWICE, first=schools.where(first, "name"), **values)


def _classes(tables: Tables) -> Warnings:
    classes, bands = tables.get(CLASSES.name), tables.get(CLASS_BANDS.name)
    if classes is not None:
        yield from _classes_twice(classes, tables[SCHOOLS.name])
    listed, pupils = _listed_classes(classes, bands)
    if not listed:
        return
    sheet = classes.name if classes is not None and classes.rows else CLASS_BANDS.name
    schools = tables[SCHOOLS.name]
    for row in schools.rows:
        yield from _compare_classes(
            schools, row, sheet, listed.get(school_stage(row), 0), pupils.get(school_stage(row))
        )


def _listed_classes(
    classes: Table | None, bands: Table | None
) -> tuple[dict[Any, float], dict[Any, tuple[float, float]]]:
    """By school and stage: the number of classes, and the fewest and most pupils they can hold together."""
    listed: dict[Any, float] = {}
    pupils: dict[Any, tuple[float, float]] = {}
    sizes = [
        (school_stage(row), row.values["pupils"], row.values["pupils"], 1.0)
        for row in (classes.rows if classes else ())
    ]
    sizes += [(school_stage(row), *band[1:]) for row in (bands.rows if bands else ()) for band in band_counts(row)]
    for key, low, high, count in sizes:
        fewest, most = pupils.get(key, (0.0, 0.0))
        listed[key] = listed.get(key, 0) + count
        pupils[key] = (fewest + low * count, most + high * count)
    return listed, pupils


def _compare_classes(
    schools: Table, row: Row, sheet: str, listed: float, pupils: tuple[float, float] | None
) -> Warnings:
    values: dict[str, object] = {name: row.values[name] for name in ("school", "name", "stage")} | {"sheet": sheet}
    values |= {"stated": plain(row.values["classes"]), "listed": plain(listed)}
    if pupils is None:
        # classes are judged in these stages; those of another need not be listed
        if row.values["classes"] and row.values["stage"] in STAFFING_NORM:
            yield problem(schools, row, "classes", wording.CLASSES_NONE, **values)
        return
    if listed != row.values["classes"]:
        yield problem(schools, row, "classes", wording.CLASSES_COUNT, **values)
    if not pupils[0] <= row.values["pupils"] <= pupils[1]:
        values |= {"stated": plain(row.values["pupils"]), "listed": _span(*pupils)}
        yield problem(schools, row, "pupils", wording.CLASSES_PUPILS, **values)


def _span(low: float, high: float) -> Phrase:
    message = wording.AT_LEAST if high == inf else wording.EXACTLY if low == high else wording.FROM_TO
    return Phrase(message, {"low": plain(low), "high": plain(high)})


def _classes_twice(classes: Table, schools: Table) -> Warnings:
    names = ("school", "stage", "grade", "class_name")
    known = {row.get("school"): row.values["name"] for row in schools.rows}
    for row, first in repeated(classes, lambda row: tuple(row.get(name) for name in names)):
        school = row.values["school"]
        values = {"school": school, "name": known[school], "stage": row.values["stage"]}
        values |= {
            "label": f"{row.values['grade']} {row.values['class_name']}",
            "first": classes.where(first, "class_name"),
        }
        yield problem(classes, row, "class_name", wording.CLASS_TWICE, **values)


def _finance(finance: Table | None, asked_years: int | None) -> Warnings:
    if finance is None or not finance.rows:
        return
    lowest, highest = SPENDING_A_PUPIL
    for row in finance.rows:
        pupils = row.values["pupils"]
        spending = row.values["spending_wan_yuan"] * 10_000 / pupils if pupils else lowest
        if not lowest <= spending <= highest:
            values = {"value": f"{spending:.2f}", "low": lowest, "high": highest}
            yield problem(finance, row, "spending_wan_yuan", wording.SPENDING_ODD, **values)
    years = sorted(row.values["year"] for row in finance.rows)
    if asked_years and (len(years) != asked_years or years[-1] - years[0] != asked_years - 1):
        values = {"count": len(years), "years": ", ".join(map(str, years)), "expected": asked_years}
        yield InputProblem(finance.name, wording.FINANCE_YEARS, values)


def _shared_pupils(shared: Table | None, schools: Table) -> Warnings:
    """Pupils in 共用资源 that differ from those of the school's own row."""
    stated = {school_stage(row): row.values["pupils"] for row in schools.rows}
    for row in shared.rows if shared is not None else ():
        for stage, name in PUPIL_FIELDS.items():
            pupils, own = row.get(name) or 0, stated.get((row.values["school"], stage), 0)
            if pupils != own and shared is not None:
                values = {"header": shared.sheet.column(name).header, "stage": stage}
                yield problem(
                    shared, row, name, wording.SHARED_PUPILS, shared=plain(pupils), stated=plain(own), **values
                )


def _population(schools: Table, basics: Basics) -> Warnings:
    pupils = sum(row.values["pupils"] for row in schools.rows)
    if basics.population < pupils:
        values = {"population": plain(basics.population), "pupils": plain(pupils)}
        yield InputProblem(basics.where["population"], wording.POPULATION_LOW, values)
