"""Evidence of clauses that every school or class is asked: how many were asked, and which lies nearest to the limit (or furthest beyond)."""

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.criteria.judged_counties import JudgedCounties
from evaluation.verdicts import Rows, computed_evidence

LABEL_JOIN = " · "
Extreme = Literal["largest", "least"]


def count_asked(counties: JudgedCounties, key: str, counts: npt.ArrayLike) -> Rows:
    """How many were asked in each county (columns `EVIDENCE_COLUMNS`)."""
    return computed_evidence(counties.codes, key, "", np.asarray(counts, dtype=np.float64))


def extreme_rows(rows: pd.DataFrame, value: str, extreme: Extreme) -> pd.DataFrame:
    """The row of each county with the largest or least `value`, the first of equal ones; counties without a number have none."""
    known = rows.dropna(subset=value).reset_index(drop=True)
    by_county = known.groupby("county", sort=False)[value]
    return known.loc[by_county.idxmax() if extreme == "largest" else by_county.idxmin()]


def value_evidence(rows: pd.DataFrame, key: str, value: str, unit: str, table: str, field: str) -> Rows:
    """A number of each row, labelled by the school's name (or by a column `label`), with its cell (columns `EVIDENCE_COLUMNS`)."""
    label = rows["label"] if "label" in rows else rows["name"]
    columns = {"key": key, "unit": unit, "table": table, "field": field}
    found = zip(*(one.tolist() for one in (rows["county"], label, rows[value].astype(float), rows["row"])), strict=True)
    return [
        {"county": county, "label": said, "value": number, "row": row, **columns} for county, said, number, row in found
    ]
