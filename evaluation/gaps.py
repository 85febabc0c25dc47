"""What each school lacks to reach the thresholds of the resource indicators."""

import numpy as np
import pandas as pd

from evaluation.criteria.resources import ResourceValues
from evaluation.numeric import round_up_whole
from evaluation.rulebook.model import Resource


def resource_gaps(resources: ResourceValues) -> pd.DataFrame:
    """Every row in scope and resource under its threshold, excused or not.

    Columns: county, school, name, stage, row, indicator, resource, field, unit, actual, required, shortfall (totals; people and rooms are required in whole
    ones, areas and money exactly), value, threshold (per pupil or hundred pupils); index 0 … n−1, by school row, then indicator.
    """
    parts = [_gaps_of(resources, column, resource) for column, resource in enumerate(resources.rules.indicators)]
    together = pd.concat(parts, ignore_index=True)
    return together.sort_values(["position", "column"], kind="stable", ignore_index=True)


def _gaps_of(resources: ResourceValues, column: int, resource: Resource) -> pd.DataFrame:
    is_short = ~resources.meets[:, column]
    actual = resources.totals[is_short, column]
    exact = resources.thresholds[is_short, column] * resources.pupils[is_short] / resource.per_pupils
    required = round_up_whole(exact) if resource.whole else exact
    rows = resources.rows.loc[is_short, ["county", "school", "name", "stage", "row"]]
    return rows.assign(
        indicator=resource.indicator,
        resource=resource.id,
        field=resource.field,
        unit=resource.unit,
        actual=actual,
        required=required,
        shortfall=required - actual,
        value=resources.values[is_short, column],
        threshold=resources.thresholds[is_short, column],
        position=np.flatnonzero(is_short),
        column=column,
    )
