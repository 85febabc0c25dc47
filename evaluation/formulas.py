"""Weighted means and coefficients of variation of many counties at once, on plain arrays.

`groups` gives each row's group as an integer 0 … `size` − 1; results have one number a group. A group without rows gives NaN.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]


class Dispersion(NamedTuple):
    """Of each group: rows, mean X̄, standard deviation S, and coefficient of variation CV = S/X̄ (NaN where X̄ is 0)."""

    rows: Integers
    mean: Floats
    deviation: Floats
    coefficient: Floats


def weighted_dispersion(totals: Floats, pupils: Floats, groups: Integers, size: int) -> Dispersion:
    """The mean and the coefficient of variation of totals a pupil, weighted by pupils.

    Xᵢ = xᵢ/Pᵢ, X̄ = Σxᵢ/P, S = √Σ(Pᵢ/P)(Xᵢ−X̄)², CV = S/X̄, with P = ΣPᵢ over the rows of a group. A group of one row has CV 0.

    Source: 教督〔2017〕6号, formula as in ../domain/national-2017-rules.md, 2.2; the worked example 义务教育均衡发展差异系数计算方法及数据来源 gives 0.5153.
    """
    rows = np.bincount(groups, minlength=size)
    all_pupils = np.bincount(groups, weights=pupils, minlength=size)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(groups, weights=totals, minlength=size) / all_pupils
        distances = totals / pupils - mean[groups]
        variance = np.bincount(groups, weights=pupils * distances * distances, minlength=size) / all_pupils
        # the one row of a group is its mean: a rest of rounding is not a difference between schools
        deviation = np.where(rows == 1, 0.0, np.sqrt(variance))
        coefficient = np.where(mean == 0, np.nan, deviation / mean)
    return Dispersion(rows, mean, deviation, coefficient)
