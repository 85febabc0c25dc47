"""Weighted means and coefficients of variation of many counties at once, on plain arrays.

`groups` gives each row's group as an integer 0 … `size` − 1; results have one number a group. A group without rows gives NaN.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]


class WeightedDispersion(NamedTuple):
    """Of each group: rows, Σ totals, Σ pupils, mean X̄, standard deviation S, and coefficient of variation CV = S/X̄ (NaN where X̄ is 0)."""

    rows: Integers
    total: Floats
    pupils: Floats
    mean: Floats
    deviation: Floats
    coefficient: Floats


def sum_by_group(numbers: Floats, groups: Integers, size: int) -> Floats:
    """The sum of the numbers of each group."""
    return np.bincount(groups, weights=numbers, minlength=size).astype(np.float64, copy=False)


def weighted_dispersion(totals: Floats, pupils: Floats, groups: Integers, size: int) -> WeightedDispersion:
    """The mean and the coefficient of variation of totals a pupil, weighted by pupils.

    Xᵢ = xᵢ/Pᵢ, X̄ = Σxᵢ/P, S = √Σ(Pᵢ/P)(Xᵢ−X̄)², CV = S/X̄, with P = ΣPᵢ over the rows of a group. A group of one row has CV 0.

    Source: 教督〔2017〕6号, formula as in 义务教育均衡发展差异系数计算方法及数据来源, whose worked example gives 0.5153.
    """
    rows = np.bincount(groups, minlength=size)
    all_pupils = sum_by_group(pupils, groups, size)
    all_totals = sum_by_group(totals, groups, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = all_totals / all_pupils
        distances = totals / pupils - mean[groups]
        variance = sum_by_group(pupils * distances * distances, groups, size) / all_pupils
        # the one row of a group is its mean: a rest of rounding is not a difference between schools
        deviation = np.where(rows == 1, 0.0, np.sqrt(variance))
        coefficient = np.where(mean == 0, np.nan, deviation / mean)
    return WeightedDispersion(rows, all_totals, all_pupils, mean, deviation, coefficient)
