"""The one place where a number is compared with a threshold, and where people and rooms are rounded up to whole ones.

Numbers are compared unrounded, with a relative tolerance of 1e-9, so that 4.2 typed as 21 teachers to 500 pupils meets 4.2 although
the quotient of two floats may fall a bit short of it. NaN compares false with everything: callers decide what a missing number means.
"""

from typing import Any

RELATIVE_TOLERANCE = 1e-9


def _slack(limit: Any) -> Any:
    return RELATIVE_TOLERANCE * abs(limit)


def least_meeting(limit: Any) -> Any:
    """The least number that counts as at least `limit`: for many values against few limits, compare with `>=`."""
    return limit - _slack(limit)


def is_at_least(value: Any, limit: Any) -> Any:
    """Whether `value` ≥ `limit`, a boundary value included; scalars or arrays of the same shape."""
    return value >= least_meeting(limit)


def is_at_most(value: Any, limit: Any) -> Any:
    """Whether `value` ≤ `limit`, a boundary value included; scalars or arrays of the same shape."""
    return value <= limit + _slack(limit)


def is_less(value: Any, limit: Any) -> Any:
    """Whether `value` < `limit`: a value equal to the limit within the tolerance is not less."""
    return value < limit - _slack(limit)


def is_more(value: Any, limit: Any) -> Any:
    """Whether `value` > `limit`: a value equal to the limit within the tolerance is not more."""
    return value > limit + _slack(limit)


def is_equal(value: Any, other: Any) -> Any:
    """Whether two numbers are the same within the tolerance."""
    return is_at_least(value, other) & is_at_most(value, other)


def round_up_whole(value: Any) -> Any:
    """The least whole number that is at least `value`; 42.00000000001 people, an artefact of floats, are 42."""
    # numpy stays out of commands that only check an input
    import numpy as np

    return np.ceil(value - _slack(value))
