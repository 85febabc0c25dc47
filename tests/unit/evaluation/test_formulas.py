"""The coefficient of variation against published numbers."""

import csv
import math

import numpy as np
import pytest

from evaluation.formulas import weighted_dispersion
from tests.paths import GOLDEN


def rows(name: str) -> list[dict[str, str]]:
    with (GOLDEN / "published" / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_worked_example_of_the_ministry() -> None:
    pupils = np.array([float(row["pupils"]) for row in rows("worked-example.csv")])
    books = np.array([float(row["books"]) for row in rows("worked-example.csv")])
    result = weighted_dispersion(books, pupils, np.zeros(len(pupils), dtype=np.intp), 1)
    assert result.mean[0] == pytest.approx(6.334437086, abs=1e-9)
    assert result.deviation[0] ** 2 == pytest.approx(10.652786703, abs=1e-9)
    assert result.coefficient[0] == pytest.approx(0.515256630, abs=1e-9)


def test_near_miss_that_rounding_would_hide() -> None:
    """Jiujiang 2023, indicator 2: 0.501787 is over 0.50."""
    (row,) = (row for row in rows("jiujiang-2023.csv") if row["indicator"] == "2")
    coefficient = float(row["standard_deviation"]) / float(row["mean"])
    assert coefficient == pytest.approx(float(row["coefficient"]), abs=1e-6)
    mean, deviation = float(row["mean"]), float(row["standard_deviation"])
    totals = (
        np.array([mean - deviation, mean + deviation]) * 100
    )  # two equal schools of 100 pupils with this mean and deviation
    result = weighted_dispersion(totals, np.array([100.0, 100.0]), np.zeros(2, dtype=np.intp), 1)
    assert result.coefficient[0] == pytest.approx(coefficient, rel=1e-12)
    assert result.coefficient[0] > 0.5


def test_groups_do_not_mix() -> None:
    totals, pupils = np.array([10.0, 20.0, 7.0]), np.array([10.0, 10.0, 7.0])
    result = weighted_dispersion(totals, pupils, np.array([0, 0, 1]), 3)
    assert result.mean.tolist()[:2] == [1.5, 1.0]
    assert result.coefficient[0] == pytest.approx(1 / 3)
    assert result.coefficient[1] == 0.0
    assert math.isnan(result.mean[2])


def test_no_total_has_no_coefficient() -> None:
    result = weighted_dispersion(np.zeros(2), np.array([5.0, 6.0]), np.zeros(2, dtype=np.intp), 1)
    assert result.mean[0] == 0
    assert math.isnan(result.coefficient[0])
