"""The per-school resource indicators, computed once for all counties: values, what meets, excuses, coefficients."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.formulas import WeightedDispersion, weighted_dispersion
from evaluation.numeric import least_meeting
from evaluation.rulebook.model import Resources, Scope

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]


@dataclass(frozen=True)
class ResourceValues:
    """The resource indicators of the school rows in scope.

    `schools` is the whole school table, `chosen` the numbers of its n rows in scope; `county` and `stage` number their counties and stages,
    `groups` county × stage. The matrices have a column for each resource of the rulebook: `totals` and `values` (total per pupils), n ×
    resources; `limits` the thresholds, stages × resources.
    """

    rules: Resources
    counties: pd.Index
    schools: pd.DataFrame
    chosen: Positions
    county: Positions
    stage: Positions
    pupils: Floats
    totals: Floats
    limits: Floats

    @cached_property
    def groups(self) -> Positions:
        """The number of each row's county and stage."""
        return self.county * len(self.rules.scope.stages) + self.stage

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The rows in scope of the school table (its columns; index 0 … n−1)."""
        return self.schools.take(self.chosen).reset_index(drop=True)

    @cached_property
    def thresholds(self) -> Floats:
        """The threshold of each row and resource."""
        return self.limits[self.stage]

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
        return np.asarray(self.values >= least_meeting(self.limits)[self.stage])

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
        reaches = np.asarray(self.values >= least_meeting(excuse.share * self.limits)[self.stage])
        return (self.count_met >= excuse.at_least_met) & reaches.all(axis=1)

    @cached_property
    def lowest_ratio(self) -> Floats:
        """The least value / threshold over the resources of each row."""
        lowest: Floats = (self.values / self.thresholds).min(axis=1)
        return lowest

    def column(self, resource: str) -> int:
        """The matrix column of a resource."""
        return [one.id for one in self.rules.indicators].index(resource)

    def dispersion(self, resource: str) -> WeightedDispersion:
        """Sums, mean (per `per_pupils` pupils) and coefficient of each county × stage, numbered as `groups`."""
        return self._dispersions[self.column(resource)]

    @cached_property
    def _dispersions(self) -> list[WeightedDispersion]:
        size = len(self.counties) * len(self.rules.scope.stages)
        return [
            weighted_dispersion(totals, self.pupils / per_pupils, self.groups, size)
            for totals, per_pupils in zip(self.totals.T, self.per_pupils, strict=True)
        ]

    def count_by_county(self, flags: Flags) -> npt.NDArray[np.intp]:
        """How many of the flagged rows each county has."""
        return np.bincount(self.county[flags], minlength=len(self.counties))

    @cached_property
    def has_schools(self) -> Flags:
        """Which counties have any school that the resource indicators are asked of."""
        return np.bincount(self.county, minlength=len(self.counties)) > 0

    def described(self, flags: Flags) -> pd.DataFrame:
        """County, school, name, stage and row of the flagged rows."""
        return self.schools[["county", "school", "name", "stage", "row"]].take(self.chosen[flags])

    def stage_groups(self, stage: str) -> npt.NDArray[np.intp]:
        """The numbers of a stage's groups, one a county, in order."""
        stages = self.rules.scope.stages
        return np.arange(len(self.counties)) * len(stages) + stages.index(stage)

    def is_of_stage(self, stage: str) -> Flags:
        """Which rows belong to a stage."""
        return self._is_of_stage[self.rules.scope.stages.index(stage)]

    @cached_property
    def _is_of_stage(self) -> list[Flags]:
        return [np.asarray(self.stage == number) for number in range(len(self.rules.scope.stages))]


def _positions(words: pd.Series, index: pd.Index) -> Positions:
    """The position in `index` of each word of a long column."""
    codes, different = pd.factorize(words)
    return np.asarray(index.get_indexer(pd.Index(different)), dtype=np.intp)[codes]


def stage_positions(schools: pd.DataFrame, scope: Scope) -> Positions:
    """The number of each row's stage among those of the scope, −1 for a stage that is not."""
    return _positions(schools["stage"], pd.Index(scope.stages))


def is_in_scope(schools: pd.DataFrame, stage: Positions, scope: Scope) -> Flags:
    """Which rows of the school table (with the numbers of their stages) the resource indicators are asked of."""
    # of a long column only its few different words are compared
    kind, kinds = pd.factorize(schools["kind"])
    is_asked: Flags = (stage >= 0) & ~pd.Index(kinds).isin(scope.without_kinds)[kind]
    if scope.small is not None:
        is_kind = pd.Index(kinds).isin([scope.small.kind])[kind]
        is_asked &= ~(is_kind & (schools["pupils"].to_numpy() < scope.small.under_pupils))
    return is_asked


def resource_values(schools: pd.DataFrame, counties: pd.Index, rules: Resources) -> ResourceValues:
    """The resource indicators of a school table (columns of `facts.COLUMNS["school_stages"]`, and the rulebook's own) under its resources."""
    stage = stage_positions(schools, rules.scope)
    chosen = np.flatnonzero(is_in_scope(schools, stage, rules.scope))
    fields = [one.field for one in rules.indicators]
    return ResourceValues(
        rules=rules,
        counties=counties,
        schools=schools,
        chosen=chosen,
        county=_positions(schools["county"], counties)[chosen],
        stage=stage[chosen],
        pupils=schools["pupils"].to_numpy()[chosen],
        totals=schools[fields].to_numpy(dtype=np.float64)[chosen],
        limits=np.array([[one.thresholds[name] for one in rules.indicators] for name in rules.scope.stages]),
    )
