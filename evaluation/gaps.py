"""What each school lacks to reach the thresholds of the resource indicators."""

import numpy as np
import pandas as pd

from evaluation.criteria.resources import ResourceValues
from evaluation.numeric import round_up_whole


def resource_gaps(resources: ResourceValues) -> pd.DataFrame:
    """Every row in scope and resource under its threshold, excused or not.

    Columns: county, school, name, stage, row, indicator, resource, field, unit, actual, required, shortfall (totals; people and rooms are required in whole
    ones, areas and money exactly), value, threshold (per pupil or hundred pupils); index 0 … n−1, by school row, then indicator.
    """
    row, column = np.nonzero(~resources.meets)
    rules = resources.rules.indicators
    actual, threshold = resources.totals[row, column], resources.thresholds[row, column]
    exact = threshold * resources.pupils[row] / resources.per_pupils[column]
    required = np.where(np.array([one.whole for one in rules], dtype=bool)[column], round_up_whole(exact), exact)
    schools = resources.rows[["county", "school", "name", "stage", "row"]].take(row).reset_index(drop=True)
    texts = {name: [getattr(rules[one], name) for one in column] for name in ("indicator", "field", "unit")}
    return schools.assign(
        resource=[rules[one].id for one in column],
        **texts,
        actual=actual,
        required=required,
        shortfall=required - actual,
        value=resources.values[row, column],
        threshold=threshold,
    )
