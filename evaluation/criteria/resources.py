"""The per-school resource indicators (1–7), computed once for all counties: values, what meets, excuses, coefficients."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.formulas import Dispersion, weighted_dispersion
from evaluation.numeric import is_at_least
from evaluation.rulebook.model import Resources, Scope

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ResourceValues:
    """The resource indicators of the school rows in scope.

    `rows` are the rows in scope of the school table (its columns; index 0 … n−1). The matrices have a column for each resource of the rulebook:
    `totals` and `values` (total per pupils) and `thresholds`, n × resources. `groups` numbers county × stage.
    """

    rules: Resources
    counties: pd.Index
    rows: pd.DataFrame
    groups: npt.NDArray[np.intp]
    pupils: Floats
    totals: Floats
    thresholds: Floats

    @cached_property
    def per_pupils(self) -> Floats:
        """How many pupils each resource is counted by."""
        return np.array([float(resource.per_pupils) for resource in self.rules.indicators])

    @cached_property
    def values(self) -> Floats:
        """Total per (hundred) pupils of each row and resource."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.totals / self.pupils[:, None] * self.per_pupils

    @cached_property
    def meets(self) -> Flags:
        """Whether each value reaches its threshold."""
        return np.asarray(is_at_least(self.values, self.thresholds))

    @cached_property
    def count_met(self) -> npt.NDArray[np.intp]:
        """How many resources each row meets."""
        return np.asarray(np.count_nonzero(self.meets, axis=1), dtype=np.intp)

    @cached_property
    def is_compliant(self) -> Flags:
        """Whether a row meets all resources, or enough of them, and the share of the threshold in the others (which excuses them)."""
        excuse = self.rules.excuse
        if excuse is None:
            return np.asarray(self.meets.all(axis=1))
        reaches = np.asarray(is_at_least(self.values, excuse.share * self.thresholds))
        return (self.count_met >= excuse.at_least_met) & reaches.all(axis=1)

    @cached_property
    def lowest_ratio(self) -> Floats:
        """The least value / threshold over the resources of each row."""
        lowest: Floats = (self.values / self.thresholds).min(axis=1)
        return lowest

    def column(self, resource: str) -> int:
        """The matrix column of a resource."""
        return [one.id for one in self.rules.indicators].index(resource)

    def dispersion(self, resource: str) -> Dispersion:
        """Sums, mean (per `per_pupils` pupils) and coefficient of each county × stage, numbered as `groups`."""
        return self._dispersions[self.column(resource)]

    @cached_property
    def _dispersions(self) -> list[Dispersion]:
        size = len(self.counties) * len(self.rules.scope.stages)
        return [
            weighted_dispersion(totals, self.pupils / per_pupils, self.groups, size)
            for totals, per_pupils in zip(self.totals.T, self.per_pupils, strict=True)
        ]

    def count_by_county(self, flags: Flags) -> npt.NDArray[np.intp]:
        """How many of the flagged rows each county has."""
        positions = self.groups[flags] // len(self.rules.scope.stages)
        return np.bincount(positions, minlength=len(self.counties))

    @cached_property
    def has_schools(self) -> Flags:
        """Which counties have any school that the resource indicators are asked of."""
        return self.count_by_county(np.ones(len(self.groups), dtype=bool)) > 0

    def described(self, flags: Flags) -> pd.DataFrame:
        """County, school, name, stage and row of the flagged rows."""
        return self.rows[["county", "school", "name", "stage", "row"]].take(np.flatnonzero(flags))

    def stage_groups(self, stage: str) -> npt.NDArray[np.intp]:
        """The numbers of a stage's groups, one a county, in order."""
        stages = self.rules.scope.stages
        return np.arange(len(self.counties)) * len(stages) + stages.index(stage)

    def is_of_stage(self, stage: str) -> Flags:
        """Which rows belong to a stage."""
        return np.asarray(self.groups % len(self.rules.scope.stages) == self.rules.scope.stages.index(stage))


def is_in_scope(schools: pd.DataFrame, scope: Scope) -> Flags:
    """Which rows of the school table the resource indicators are asked of."""
    is_asked = schools["stage"].isin(scope.stages) & ~schools["kind"].isin(scope.without_kinds)
    if scope.small is not None:
        is_small = (schools["kind"] == scope.small.kind) & (schools["pupils"] < scope.small.under_pupils)
        is_asked &= ~is_small
    return is_asked.to_numpy(dtype=bool)


def resource_values(schools: pd.DataFrame, counties: pd.Index, rules: Resources) -> ResourceValues:
    """The resource indicators of a school table (columns of `facts.COLUMNS["school_stages"]`) under a rulebook's resources."""
    rows = schools[is_in_scope(schools, rules.scope)].reset_index(drop=True)
    stage = pd.Index(rules.scope.stages).get_indexer(pd.Index(rows["stage"]))
    groups = counties.get_indexer(pd.Index(rows["county"])) * len(rules.scope.stages) + stage
    limits = np.array([[one.thresholds[name] for one in rules.indicators] for name in rules.scope.stages])
    return ResourceValues(
        rules=rules,
        counties=counties,
        rows=rows,
        groups=groups,
        pupils=rows["pupils"].to_numpy(),
        totals=rows[[one.field for one in rules.indicators]].to_numpy(dtype=np.float64),
        thresholds=limits[stage],
    )
