"""The rate of a survey as a ratio estimator, its variance by Taylor linearisation, and its Korn–Graubard interval.

Method: docs/statistics.md, 1. Särndal, Swensson & Wretman (1992) ch. 5 (ratio, linearisation); Korn & Graubard (1998) Survey
Methodology 24:193 (interval); Satterthwaite degrees of freedom; NCHS Vital Health Stat 2(175) (when an interval is not reliable).
Results equal those of R's `survey` package with `survey.lonely.psu="adjust"`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.numeric import is_at_least, is_less, is_more
from evaluation.survey.groups import GROUPS, UNIT_GROUPS

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MIN_DF = 8
MAX_LONELY_SHARE = 0.05
MAX_SCHOOL_SHARE = 0.25
MAX_UNIT_LOST_SHARE = 0.05
MIN_RESPONSES = 30


@dataclass(frozen=True)
class Design:
    """Which primary sampling unit and stratum each response belongs to.

    `psu`, `school` (−1: none), `unit_lost`: one entry a response; `stratum`: one entry a PSU; PSUs and strata are numbered from 0.
    """

    psu: Whole
    school: Whole
    stratum: Whole
    is_one_school: bool
    unit_lost: Flags


@dataclass(frozen=True)
class Estimate:
    """A rate with its uncertainty. None where nothing can be said: all of it at an empty base; `deff` and `df` without variance.

    `recognise` of `base` answers recognise; `dont_know` and `missing` answers are outside the base. `se` is the linearised standard error,
    `deff` the variance against that of independent answers, `n_eff` the effective number of answers (of PSUs where there is no variance),
    `df` Satterthwaite's degrees of freedom, `ci95` the limits of the interval.
    """

    recognise: int
    base: int
    dont_know: int
    missing: int
    psus: int
    rate: float | None = None
    se: float | None = None
    deff: float | None = None
    n_eff: float | None = None
    df: float | None = None
    ci95: tuple[float, float] | None = None
    ci_reasons: tuple[str, ...] = ()

    @property
    def ci_reliable(self) -> bool:
        """Whether nothing speaks against relying on the interval."""
        return not self.ci_reasons

    @property
    def dont_know_share(self) -> float | None:
        """Don't-know answers among all that were asked for."""
        return self._share(self.dont_know)

    @property
    def missing_share(self) -> float | None:
        """Questions left out among all that were asked."""
        return self._share(self.missing)

    def _share(self, number: int) -> float | None:
        asked = self.base + self.dont_know + self.missing
        return number / asked if asked else None

    def document(self) -> dict[str, Any]:
        """The JSON object of one estimate (docs/interfaces.md, "assessment.json"), with the shares outside the base."""
        return {
            "recognise": self.recognise,
            "base": self.base,
            "dont_know": self.dont_know,
            "missing": self.missing,
            "rate": self.rate,
            "se": self.se,
            "deff": self.deff,
            "n_eff": self.n_eff,
            "df": self.df,
            "ci95": None if self.ci95 is None else list(self.ci95),
            "ci_reliable": self.ci_reliable,
            "ci_reasons": list(self.ci_reasons),
            "psus": self.psus,
            "dont_know_share": self.dont_know_share,
            "missing_share": self.missing_share,
        }


@dataclass(frozen=True)
class Tally:
    """Answers of each response to the questions of one item (one entry a response), 0 outside the group that is looked at."""

    recognise: Whole
    base: Whole
    dont_know: Whole
    missing: Whole

    def only(self, inside: npt.NDArray[np.bool_]) -> "Tally":
        """The tally of a subpopulation: same responses, nothing counted outside it."""
        return Tally(self.recognise * inside, self.base * inside, self.dont_know * inside, self.missing * inside)


def design_of(group: Whole, school: Whole, has_units: bool = False) -> Design:
    """The default design (docs/statistics.md, 1.2) of responses with a group code and a school code (−1: none).

    A school is one PSU across groups, and all schools are one stratum; every other response is a PSU in the stratum of its group. With fewer
    than two schools every response is a PSU in its group's stratum.

    In the service's own surveys (`has_units`: docs/statistics.md, 1.2) a unit takes the place of the school, and who belongs to one by the group but
    came out without lost it where few answered. Those may all be of one school: they are one PSU a group, in the stratum of the group.
    """
    is_one_school = len(np.unique(school[school >= 0])) < 2
    linked = (school >= 0) & (not is_one_school)
    unit_lost = (school < 0) & np.isin(group, [GROUPS.index(one) for one in UNIT_GROUPS]) & has_units
    # schools, groups and single responses as keys that can't meet: school code, or −1 − group, or below that the number of the response
    alone = np.where(unit_lost, -1 - group, -1 - len(GROUPS) - np.arange(len(school)))
    _, first, psu = np.unique(np.where(linked, school, alone), return_index=True, return_inverse=True)
    strata = np.where(linked, -1, group)
    _, stratum = np.unique(strata[first], return_inverse=True)
    return Design(psu.astype(np.int64), school, stratum.astype(np.int64), is_one_school, unit_lost)


def estimate_rate(design: Design, tally: Tally) -> Estimate:
    """The rate of a tally with its variance and interval (docs/statistics.md, 1.1 to 1.4)."""
    recognise, base = int(tally.recognise.sum()), int(tally.base.sum())
    asked = tally.base > 0
    psus = int(np.count_nonzero(np.bincount(design.psu[asked])))
    counts = (recognise, base, int(tally.dont_know.sum()), int(tally.missing.sum()), psus)
    if not base:
        return Estimate(*counts, ci_reasons=("small_base",))
    rate = recognise / base
    by_stratum, sizes = _stratum_variances(design, (tally.recognise - rate * tally.base) / base)
    reasons = _reasons_of_base(design, tally)
    variance, spread = float(by_stratum.sum()), rate * (1 - rate)
    if recognise in (0, base) or is_less(variance, 1e-12 * max(spread, 1e-9) / base):
        ci95 = korn_graubard(rate, psus)
        return Estimate(*counts, rate, 0.0, None, float(psus), None, ci95, ("no_variance", *reasons))
    df = max(1.0, variance**2 / float((by_stratum**2 / np.maximum(sizes - 1, 1)).sum()))
    n_eff = min(float(base), spread / variance)
    ci95 = korn_graubard(rate, n_eff * _t_ratio(base - 1, df) ** 2)
    if is_less(df, MIN_DF):
        reasons = ("few_psus", *reasons)
    if is_more(by_stratum[sizes == 1].max(initial=0), MAX_LONELY_SHARE * variance):
        reasons = (*reasons, "lonely")
    return Estimate(*counts, rate, variance**0.5, variance * base / spread, n_eff, df, ci95, reasons)


def _stratum_variances(design: Design, residuals: Floats) -> tuple[Floats, Whole]:
    """The variance that each stratum adds, and its number of PSUs; a stratum of one PSU is centred at the overall mean, 0."""
    totals = np.bincount(design.psu, residuals)
    sizes = np.bincount(design.stratum)
    means = np.where(sizes > 1, np.bincount(design.stratum, totals) / sizes, 0.0)
    squares: Floats = np.bincount(design.stratum, (totals - means[design.stratum]) ** 2).astype(np.float64)
    return squares * np.where(sizes > 1, sizes / np.maximum(sizes - 1, 1), 1.0), sizes.astype(np.int64)


def _reasons_of_base(design: Design, tally: Tally) -> tuple[str, ...]:
    """Reasons against the interval that lie in who answered, whatever the answers."""
    reasons = []
    if design.is_one_school:
        reasons.append("one_school")
    linked = design.school >= 0
    largest = int(np.bincount(design.school[linked], tally.base[linked]).max()) if linked.any() else 0
    if is_more(largest, MAX_SCHOOL_SHARE * tally.base.sum()):
        reasons.append("dominant_school")
    if is_more(int(tally.base[design.unit_lost].sum()), MAX_UNIT_LOST_SHARE * tally.base.sum()):
        reasons.append("unit_lost")
    if np.count_nonzero(tally.base) < MIN_RESPONSES:
        reasons.append("small_base")
    return tuple(reasons)


def _t_ratio(df_independent: float, df: float) -> float:
    """t(0.975; B − 1) / t(0.975; df): how much wider the interval is for the few degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(df_independent, 0.975) / stdtrit(df, 0.975))


def korn_graubard(rate: float, n: float) -> tuple[float, float]:
    """The 95% limits of Clopper and Pearson at an effective, not whole, number of answers `n`; 0 and 1 belong to rates of 0 and 1."""
    from scipy.special import betaincinv

    successes, failures = n * rate, n * (1 - rate)
    lower = float(betaincinv(successes, failures + 1, 0.025)) if rate > 0 else 0.0
    upper = float(betaincinv(successes + 1, failures, 0.975)) if rate < 1 else 1.0
    return lower, upper


def interval_verdict(ci95: tuple[float, float] | None, threshold: float) -> str | None:
    """`above`, `below` or `cannot_tell`: where the interval lies against the threshold; None without an interval."""
    if ci95 is None:
        return None
    if is_at_least(ci95[0], threshold):
        return "above"
    return "below" if is_less(ci95[1], threshold) else "cannot_tell"
