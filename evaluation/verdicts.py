"""Verdicts on one clause, of all counties at once: three-valued, with the failing schools and the evidence beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.assessment import Status

MISSING, UNMET, MET = -1, 0, 1
STATUSES: Mapping[int, Status] = {MISSING: "missing", UNMET: "unmet", MET: "met"}

Statuses = npt.NDArray[np.int8]
Limit = Literal["at_least", "at_most", "less_than", ""]

FAILURE_COLUMNS = ["county", "school", "name", "stage", "label", "actual", "required", "unit", "table", "row", "field"]
EXCUSED_COLUMNS = ["county", "school"]
EVIDENCE_COLUMNS = ["county", "key", "label", "value", "unit", "table", "row", "field"]


def _no_rows(columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})


# shared by all verdicts that have none, which never change them
_NO_FAILURES, _NO_EVIDENCE, _NO_EXCUSED = map(_no_rows, (FAILURE_COLUMNS, EVIDENCE_COLUMNS, EXCUSED_COLUMNS))


@dataclass(frozen=True)
class ClauseVerdicts:
    """The verdicts on one clause.

    `status` (int8: `MET`, `UNMET`, `MISSING`) and `value` (float, NaN where no single number decides) have one entry a county, in their order.
    `failures` has the columns `FAILURE_COLUMNS`, `evidence` `EVIDENCE_COLUMNS`; `excused` county, school. `reasons` has one key of the
    reports' wording a county, "" where the status says it all.
    """

    status: Statuses
    value: npt.NDArray[np.float64] | None = None
    threshold: float | None = None
    unit: str = ""
    limit: Limit = ""
    judges_schools: bool = False
    failures: pd.DataFrame = field(default_factory=lambda: _NO_FAILURES)
    excused: pd.DataFrame = field(default_factory=lambda: _NO_EXCUSED)
    evidence: pd.DataFrame = field(default_factory=lambda: _NO_EVIDENCE)
    reasons: Sequence[str] | None = None
    reason_values: Sequence[Mapping[str, Any]] | None = None
    score: npt.NDArray[np.float64] | None = None
    points: float | None = None


def status_of(is_met: npt.ArrayLike, is_known: npt.ArrayLike = True) -> Statuses:
    """MET or UNMET where known, MISSING elsewhere."""
    return np.where(is_known, np.where(is_met, MET, UNMET), MISSING).astype(np.int8)


def all_of(statuses: Sequence[Statuses]) -> Statuses:
    """The conjunction: unmet if any part is unmet, else missing if any is missing, else met."""
    together = np.stack(statuses)
    is_unmet = (together == UNMET).any(axis=0)
    is_missing = (together == MISSING).any(axis=0)
    return np.where(is_unmet, UNMET, np.where(is_missing, MISSING, MET)).astype(np.int8)


def computed_evidence(counties: pd.Index, key: str, label: str, values: npt.ArrayLike, unit: str = "") -> pd.DataFrame:
    """Evidence of one number a county that was computed, so that no single cell is its source (columns `EVIDENCE_COLUMNS`)."""
    columns = {"key": key, "label": label, "value": values, "unit": unit, "table": "", "row": 0, "field": ""}
    return pd.DataFrame({"county": counties, **columns})


def figure_evidence(figure: pd.DataFrame, label: str, unit: str) -> pd.DataFrame:
    """Evidence of a county figure (index county, columns value, row) where it is present."""
    present = figure.dropna(subset="value")
    columns = {"key": "", "label": label, "unit": unit, "table": "county_figures", "field": "value"}
    return present.rename_axis("county").reset_index()[["county", "value", "row"]].assign(**columns)
