"""Verdicts on one clause, of all counties at once: three-valued, with the failing schools and the evidence beside them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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


Rows = list[dict[str, Any]]
"""Rows by column name. A clause lists few of them: as a table each would cost pandas a millisecond."""

Listing = Callable[[], Rows]
"""Lists rows when somebody asks for them: names, cells and words cost more than the verdicts of all counties."""


@dataclass(frozen=True)
class ClauseVerdicts:
    """The verdicts on one clause.

    `status` (int8: `MET`, `UNMET`, `MISSING`) and `value` (float, NaN where no single number decides) have one entry a county, in their order.
    `failures` has the columns `FAILURE_COLUMNS`, `evidence` `EVIDENCE_COLUMNS`, `excused` `EXCUSED_COLUMNS`; each is made by its listing when
    it is asked for. `reasons` has one key of the reports' wording a county, "" where the status says it all.
    """

    status: Statuses
    value: npt.NDArray[np.float64] | None = None
    threshold: float | None = None
    unit: str = ""
    limit: Limit = ""
    judges_schools: bool = False
    list_failures: Listing = list
    list_excused: Listing = list
    list_evidence: Listing = list
    reasons: Sequence[str] | None = None
    reason_values: Sequence[Mapping[str, Any]] | None = None
    score: npt.NDArray[np.float64] | None = None
    points: float | None = None

    @cached_property
    def failures(self) -> Rows:
        """What fails, school by school."""
        return self.list_failures()

    @cached_property
    def excused(self) -> Rows:
        """The schools that are excused."""
        return self.list_excused()

    @cached_property
    def evidence(self) -> Rows:
        """What the verdicts rest on."""
        return self.list_evidence()


def status_of(is_met: npt.ArrayLike, is_known: npt.ArrayLike = True) -> Statuses:
    """MET or UNMET where known, MISSING elsewhere."""
    return np.where(is_known, np.where(is_met, MET, UNMET), MISSING).astype(np.int8)


def all_of(statuses: Sequence[Statuses]) -> Statuses:
    """The conjunction: unmet if any part is unmet, else missing if any is missing, else met."""
    together = np.stack(statuses)
    is_unmet = (together == UNMET).any(axis=0)
    is_missing = (together == MISSING).any(axis=0)
    return np.where(is_unmet, UNMET, np.where(is_missing, MISSING, MET)).astype(np.int8)


def rows_of(table: pd.DataFrame) -> Rows:
    """The rows of a table."""
    if table.empty:  # of most clauses, and looking at each column takes time
        return []
    columns = [table[name].tolist() for name in table.columns]
    return [dict(zip(table.columns, cells, strict=True)) for cells in zip(*columns, strict=True)]


def computed_evidence(counties: pd.Index, key: str, label: str, values: npt.ArrayLike, unit: str = "") -> Rows:
    """Evidence of one number a county that was computed, so that no single cell is its source (columns `EVIDENCE_COLUMNS`)."""
    same = {"key": key, "label": label, "unit": unit, "table": "", "row": 0, "field": ""}
    numbers = np.asarray(values).tolist()
    return [{"county": county, "value": value, **same} for county, value in zip(counties, numbers, strict=True)]
