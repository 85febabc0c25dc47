"""Judging 2,850 counties: the library against bare numpy on the same arrays, in one run."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from evaluation.criteria import judge_clause
from evaluation.criteria.judged_counties import JudgedCounties
from evaluation.facts import COLUMNS, Facts, empty_table
from evaluation.rulebook.loading import load_rulebook

COUNTIES, ROWS = 2_850, 80
FIELDS = [
    "qualified_teachers",
    "backbone_teachers",
    "pe_art_teachers",
    "teaching_area_m2",
    "sports_area_m2",
    "equipment_yuan",
    "multimedia_rooms",
]
PER_PUPIL = np.array([0.055, 0.012, 0.011, 6.5, 11.0, 2700.0, 0.027])
THRESHOLDS = np.array([[0.042, 0.01, 0.009, 4.5, 7.5, 2000.0, 0.023], [0.053, 0.01, 0.009, 5.8, 10.2, 2500.0, 0.024]])


def school_stages() -> pd.DataFrame:
    """A made-up school table of all counties, 228,000 rows."""
    random = np.random.default_rng(2018)
    size = COUNTIES * ROWS
    pupils = random.integers(60, 2000, size).astype(float)
    stage = np.where(random.random(size) < 0.65, "小学", "初中")
    table = pd.DataFrame(
        {name: pd.Series([0] * size, dtype=kind) for name, kind in COLUMNS["school_stages"].items() if kind != "str"}
    )
    for name, mean in zip(FIELDS, PER_PUPIL, strict=True):
        table[name] = pupils * mean * random.lognormal(0, 0.15, size)
    codes = np.repeat(np.arange(COUNTIES), ROWS)
    texts = {
        "county": (100_000 + codes).astype(str),
        "school": np.arange(size).astype(str),
        "name": "校",
        "kind": "小学",
        "stage": stage,
    }
    table = table.assign(pupils=pupils, location="城区", owner="公办", **texts)
    return table[list(COLUMNS["school_stages"])]


def facts_of(table: pd.DataFrame) -> Facts:
    """Facts with nothing but the school table."""
    codes = pd.unique(table["county"])
    counties = pd.DataFrame({"county": codes, "name": codes, "year": 2020, "population": 400_000.0})
    supplied = empty_table("supplied")
    return Facts(counties=counties, school_stages=table, supplied=supplied)


def judge_with_library(facts: Facts) -> Any:
    """Indicators 1–7 of every county: values, excuses, coefficients, verdicts, failing schools."""
    rulebook = load_rulebook("xiangtan-2018")
    clauses = [one for one in rulebook.clauses() if one.test.judged_resource()]

    def judge() -> Any:
        counties = JudgedCounties(facts, rulebook, {})
        return [judge_clause(counties, clause) for clause in clauses]

    return judge


def judge_bare(facts: Facts) -> Any:
    """The same numbers with numpy alone: no names, no tables, no three values, no failing schools."""
    table = facts.school_stages
    county = pd.factorize(table["county"])[0]
    stage = (table["stage"] == "初中").to_numpy().astype(int)
    pupils, totals = table["pupils"].to_numpy(), table[FIELDS].to_numpy()

    def judge() -> Any:
        groups = county * 2 + stage
        size = COUNTIES * 2
        everyone = np.bincount(groups, weights=pupils, minlength=size)
        values = totals / pupils[:, None]
        meets = values >= THRESHOLDS[stage] * (1 - 1e-9)
        excused = (meets.sum(axis=1) >= 6) & (values >= 0.85 * THRESHOLDS[stage]).all(axis=1)
        failing = ~meets & ~excused[:, None]
        results = []
        for column in range(len(FIELDS)):
            mean = np.bincount(groups, weights=totals[:, column], minlength=size) / everyone
            squares = np.bincount(groups, weights=pupils * (values[:, column] - mean[groups]) ** 2, minlength=size)
            results.append(
                (
                    mean,
                    np.sqrt(squares / everyone) / mean,
                    np.bincount(groups, weights=failing[:, column], minlength=size),
                )
            )
        return results

    return judge


def best_of(action: Callable[[], Any], times: int = 5) -> float:
    """The shortest of some runs, in seconds."""
    durations = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        durations.append(time.perf_counter() - start)
    return min(durations)


def run() -> list[str]:
    """Lines to print."""
    facts = facts_of(school_stages())
    library, bare = best_of(judge_with_library(facts)), best_of(judge_bare(facts))
    return [
        f"resource indicators of {COUNTIES} counties, {COUNTIES * ROWS} rows: library {library:.3f} s, bare numpy {bare:.3f} s,"
        f" ratio {library / bare:.1f} (at most 3)"
    ]
