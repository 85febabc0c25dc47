"""What the criteria judge: the facts of one or many counties under one rulebook, indexed by county."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.criteria.resources import ResourceValues, resource_values
from evaluation.facts import Facts
from evaluation.rulebook.model import Rulebook
from evaluation.survey.recognition import Recognition


class Figure(NamedTuple):
    """A county figure: its value (NaN where absent) and the row it stands in, one entry a county."""

    value: npt.NDArray[np.float64]
    row: npt.NDArray[np.int64]


@dataclass(frozen=True)
class JudgedCounties:
    """Facts, rulebook and the surveys' recognition (by county; a county without a survey is absent)."""

    facts: Facts
    rulebook: Rulebook
    recognitions: Mapping[str, Recognition]

    @cached_property
    def codes(self) -> "pd.Index[str]":
        """County codes; every array of a verdict has one entry for each, in this order."""
        codes: pd.Index[str] = pd.Index(self.facts.counties["county"], name="county")
        return codes

    def positions(self, table: pd.DataFrame) -> npt.NDArray[np.intp]:
        """The position in `codes` of each row of a table."""
        return np.asarray(self.codes.get_indexer(pd.Index(table["county"])), dtype=np.intp)

    def supplies(self, table: str) -> npt.NDArray[np.bool_]:
        """Which counties supplied a table at all."""
        return np.asarray(self.codes.isin(self.facts.supplies(table)), dtype=bool)

    def any_row(self, table: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Which counties have a row in a table."""
        return self.count_rows(table) > 0

    def count_rows(self, table: pd.DataFrame) -> npt.NDArray[np.intp]:
        """How many rows of a table each county has."""
        return np.bincount(self.positions(table), minlength=len(self.codes))

    def rows(self, table: str, county: str) -> pd.DataFrame:
        """The rows of a county in a table of the facts; each table is split once, however many counties there are."""
        if table not in self._rows_by_county:
            self._rows_by_county[table] = _split(getattr(self.facts, table), "county")
        found = self._rows_by_county[table].get(county)
        return getattr(self.facts, table).iloc[:0] if found is None else found

    @cached_property
    def _rows_by_county(self) -> dict[str, dict[str, pd.DataFrame]]:
        return {}

    def figure(self, key: str) -> Figure:
        """The county figure of this key; NaN where a county has none."""
        return self._figures.get(key) or self._figure([])

    @cached_property
    def _figures(self) -> dict[str, Figure]:
        return {
            str(key): self._figure(numbers) for key, numbers in self.facts.county_figures.groupby("key").indices.items()
        }

    def _figure(self, numbers: npt.ArrayLike) -> Figure:
        """The figure in the rows of these numbers of the table of county figures."""
        value, row = np.full(len(self.codes), np.nan), np.zeros(len(self.codes), dtype=np.int64)
        table = self.facts.county_figures.take(np.asarray(numbers, dtype=np.intp))
        positions = self.positions(table)
        value[positions], row[positions] = table["value"].to_numpy(), table["row"].to_numpy()
        return Figure(value, row)

    @cached_property
    def findings(self) -> dict[str, pd.DataFrame]:
        """The findings on site by clause."""
        return _split(self.facts.findings, "clause")

    @cached_property
    def scores(self) -> dict[str, pd.DataFrame]:
        """The evaluators' scores by clause."""
        return _split(self.facts.scores, "clause")

    def mean_by_county(self, rows: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
        """The mean of a column over each county's rows, NaN for a county without one."""
        positions, size = self.positions(rows), len(self.codes)
        sums = np.bincount(positions, weights=rows[name].to_numpy(dtype=np.float64), minlength=size)
        with np.errstate(invalid="ignore"):
            return sums / np.bincount(positions, minlength=size)

    @cached_property
    def resources(self) -> ResourceValues:
        """The resource indicators of all school rows, counties and stages."""
        return resource_values(self.facts.school_stages, self.codes, self.rulebook.resources)


def _split(table: pd.DataFrame, column: str) -> dict[str, pd.DataFrame]:
    return {str(key): rows for key, rows in table.groupby(column)}
