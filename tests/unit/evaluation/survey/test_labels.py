"""What the service knows by label: counts and units beside an export, withheld sheets in the sample, units as PSUs."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from evaluation.errors import InvalidInput
from evaluation.survey.from_files import recognition_from_files
from evaluation.survey.groups import GROUPS, OTHER_GROUPS
from evaluation.survey.labels import LabelCount, Labels, read_counts, read_labels, read_units
from evaluation.survey.recognition import recognition_document
from tests.paths import REPOSITORY
from tests.unit.evaluation.survey.rules import XIANGTAN
from tests.unit.evaluation.survey.test_recognition import recognition, row, spread

COUNT_HEADER = "group,unit,answered,withheld,lost,fast"


def write(file: Path, *lines: str) -> Path:
    file.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return file


def problems(read: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        read()
    for problem in caught.value.problems:
        assert "{" not in problem.text("en") + problem.text("zh")
    return [(problem.where, problem.kind) for problem in caught.value.problems]


# --- the files ---------------------------------------------------------------------------------------------------------------------


def test_counts_are_read_in_any_order_of_columns(tmp_path: Path) -> None:
    file = write(tmp_path / "c.csv", "unit,group,fast,lost,withheld,answered,more", 'U001,parent,2,0,1,"1,012",x')
    assert read_counts(file) == [LabelCount("parent", "U001", 1012, 1, 0, 2)]
    assert read_counts(write(tmp_path / "none.csv", COUNT_HEADER)) == []


def test_every_mistake_of_the_counts_is_named(tmp_path: Path) -> None:
    rows = (
        "parents,U001,5,0,0,0",
        "parent,U001,x,-1,,1.5",
        "student,,5,4,2,0",
        "student,,9,0,0,0",
        "teacher,,5,5",
        "teacher,,5,0,0,6",
    )
    assert problems(lambda: read_counts(write(tmp_path / "c.csv", COUNT_HEADER, *rows))) == [
        ("c.csv:2 group", "unknown_group"),
        ("c.csv:3 answered", "count_not_a_number"),
        ("c.csv:3 withheld", "count_not_a_number"),
        ("c.csv:3 lost", "count_not_a_number"),
        ("c.csv:3 fast", "count_not_a_number"),
        ("c.csv:4 answered", "count_too_small"),
        ("c.csv:5 unit", "label_twice"),
        ("c.csv:6", "csv_ragged"),
        ("c.csv:7 answered", "count_too_small"),
    ]


def test_columns_that_are_missing_are_named_for_both_files(tmp_path: Path) -> None:
    counts, units = write(tmp_path / "c.csv", "group,unit,answered,lost"), write(tmp_path / "u.csv", "单元", "U001")
    assert problems(lambda: read_labels(counts, units)) == [
        ("c.csv:1 withheld", "column_missing"),
        ("c.csv:1 fast", "column_missing"),
        ("u.csv:1 学校代码", "column_missing"),
    ]


def test_every_mistake_of_the_units_is_named(tmp_path: Path) -> None:
    rows = ("U001,S1", "U001,S1", "U002,S1", ",S2", "U003,", "U003,2.14399E+09")
    assert problems(lambda: read_units(write(tmp_path / "u.csv", "单元,学校代码", *rows))) == [
        ("u.csv:4 学校代码", "school_in_two_units"),
        ("u.csv:5 单元", "unit_cell_empty"),
        ("u.csv:6 学校代码", "unit_cell_empty"),
        ("u.csv:7 学校代码", "school_scientific"),
    ]


def test_an_imported_survey_has_no_labels() -> None:
    assert read_labels(None, None) is None


# --- the sample --------------------------------------------------------------------------------------------------------------------

ANSWERED = [row("parent", "yyyyn")] * 30 + [row(group, "yyynn") for group in OTHER_GROUPS[:5] for _ in range(5)]
WITHHELD = LabelCount("public", "", 5, 5, 0, 0)


def test_withheld_sheets_count_for_the_sample_and_for_no_rate() -> None:
    without, with_them = (
        recognition(ANSWERED, population=40_000, labels=labels) for labels in (None, Labels([WITHHELD]))
    )
    assert without.sample.reasons == ("too_few", "unbalanced:public")
    assert with_them.sample.is_valid
    assert (with_them.sample.valid, with_them.sample.by_group["public"], with_them.responses) == (60, 5, 55)
    assert with_them.estimate.recognise == without.estimate.recognise
    assert (with_them.rate, with_them.groups["public"].base) == (without.rate, 0)
    sample = recognition_document(with_them)["sample"]
    assert sample["withheld"] == {**dict.fromkeys(GROUPS, 0), "public": 5}
    assert sample["valid"] == sum(sample["by_group"].values()) == 60


def test_lost_sheets_count_for_nothing() -> None:
    lost = LabelCount("public", "", 5, 0, 5, 0)
    assert recognition(ANSWERED, population=40_000, labels=Labels([lost])).sample.valid == 55


def test_withheld_sheets_exhaust_a_frame() -> None:
    # everybody of a group of two has answered, so that it is left out of the mean of the others
    rows = [row("parent", "yyyyn")] * 32 + [row(group, "yyynn") for group in OTHER_GROUPS[:5] for _ in range(6)]
    labels = Labels([LabelCount("public", "", 2, 2, 0, 0)])
    arguments = {"population": 40_000, "frames": {"public": 2}}
    assert recognition(rows, **arguments).sample.reasons == ("unbalanced:public",)
    assert recognition(rows, **arguments, labels=labels).sample.is_valid


# --- the PSUs ----------------------------------------------------------------------------------------------------------------------


def test_a_school_of_a_unit_counts_as_the_unit() -> None:
    rows = spread(20, 3)
    joined = recognition(rows, labels=Labels(units={"s01": "U001", "s02": "U001", "s03": "s03"}))
    renamed = [one if one.school not in ("s01", "s02") else row_of_unit(one, "U001") for one in rows]
    assert joined.answers == recognition(renamed).answers
    assert joined.answers.psus == 19


def row_of_unit(one: object, unit: str) -> object:
    return type(one)(one.group, unit, one.valid, one.answers)  # type: ignore[attr-defined, call-arg]


def variance_by_hand(psus: dict[tuple[str, object], list[tuple[int, int]]]) -> float:
    """Statistics, 1.3, over (recognise, base) of the responses by stratum and PSU."""
    everybody = np.array([one for responses in psus.values() for one in responses])
    recognise, base = everybody.sum(axis=0)
    totals: dict[str, list[float]] = {}
    for (stratum, _), responses in psus.items():
        totals.setdefault(stratum, []).append(sum(a - recognise / base * b for a, b in responses) / base)
    variance = 0.0
    for parts in totals.values():
        m, mean = len(parts), np.mean(parts) if len(parts) > 1 else 0.0
        variance += m / max(m - 1, 1) * sum((part - mean) ** 2 for part in parts)
    return float(variance)


def test_responses_that_lost_their_unit_are_one_psu_a_group() -> None:
    linked = spread(12, 4)
    lost = [row("parent", "ynnnn"), row("parent", "yynnn"), row("teacher", "nnnnn"), row("teacher", "ynnnn")]
    alone = [row("principal", "yyyyy"), row("principal", "nyyyy"), row("public", "yyynn"), row("public", "ynnnn")]
    found = recognition([*linked, *lost, *alone], labels=Labels()).answers
    by_letters = {"y": 1, "n": 0}
    psus: dict[tuple[str, object], list[tuple[int, int]]] = {}
    for place, one in enumerate([*linked, *lost, *alone]):
        values = [value for value in one.answers.values() if value != 9]
        key = ("~school", one.school) if one.school else (one.group, one.group if one in lost else place)
        psus.setdefault(key, []).append((sum(value == by_letters["y"] for value in values), len(values)))
    assert found.psus == len(psus) == 12 + 2 + 4
    assert found.se == pytest.approx(variance_by_hand(psus) ** 0.5, rel=1e-12)
    assert "unit_lost" in found.ci_reasons


@pytest.mark.parametrize(("lost", "told"), [(5, False), (6, True)])
def test_lost_units_are_told_above_a_twentieth_of_the_base(lost: int, told: bool) -> None:
    # 5 of 100 people are exactly a twentieth
    linked = [row("parent", "yyyyn" if school % 3 else "yyynn", f"s{school:02}") for school in range(19)] * 5
    found = recognition([*linked, *[row("student", "yyyyn")] * lost], labels=Labels())
    assert ("unit_lost" in found.answers.ci_reasons) == told
    assert "unit_lost" in found.groups["student"].ci_reasons
    assert "unit_lost" not in found.groups["parent"].ci_reasons


def test_an_imported_survey_keeps_its_design() -> None:
    rows = [*spread(12, 4), *[row("parent", "ynnnn")] * 20]
    assert recognition(rows).answers.psus == 12 + 20
    assert "unit_lost" not in recognition(rows).answers.ci_reasons


# --- all files ---------------------------------------------------------------------------------------------------------------------


def from_files(folder: Path, *, counts: tuple[str, ...], units: tuple[str, ...] = (), **options: object) -> object:
    responses = write(folder / "r.csv", "group,school,valid,q01,q02", "parent,U001,1,1,", "parent,S3,1,3,1;2")
    return recognition_from_files(
        responses,
        REPOSITORY / "tests" / "files" / "questionnaires" / "valid",
        4000,
        XIANGTAN,
        counts_file=write(folder / "c.csv", COUNT_HEADER, *counts),
        units_file=write(folder / "u.csv", "单元,学校代码", *units) if units else None,
        **options,  # type: ignore[arg-type]
    )


def test_files_of_one_export_are_judged_with_the_campaigns_floor(tmp_path: Path) -> None:
    counts = ("parent,U001,4,2,1,0", "parent,S3,1,0,0,0", "student,,3,3,0,0")
    found = from_files(tmp_path, counts=counts, units=("U001,S1", "U001,S2", "S3,S3"), min_sample=20)
    assert (found.sample.required, found.sample.valid, found.responses) == (20, 7, 2)
    assert sum(found.plan.values()) == 20
    assert from_files(tmp_path, counts=counts, min_sample=2).sample.required == 6


def test_counts_and_units_of_another_export_are_refused(tmp_path: Path) -> None:
    assert problems(lambda: from_files(tmp_path, counts=("parent,U001,4,1,0,0",), units=("U002,S1",))) == [
        ("c.csv", "counts_of_other_responses"),
        ("u.csv", "unit_not_listed"),
    ]


def test_mistakes_of_counts_units_and_responses_come_together(tmp_path: Path) -> None:
    counts = ("parents,U001,4,1,0,0",)
    assert problems(lambda: from_files(tmp_path, counts=counts, units=("U001,",))) == [
        ("c.csv:2 group", "unknown_group"),
        ("u.csv:2 学校代码", "unit_cell_empty"),
    ]
