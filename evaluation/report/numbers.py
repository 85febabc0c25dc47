"""Numbers as people read them, so that a rounded number never contradicts the verdict beside it.

Values have 2 decimals, coefficients 3, shares 2 as percentages (docs/statistics.md, 4.2). Where that many would hide on which side of its threshold a number
lies, it is shown with more: 0.5000178 against 0.5 stands as 0.50002. Rounding is half up, on the decimal digits a person sees.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Literal

from evaluation import numeric

Limit = Literal["at_least", "at_most", "less_than", ""]

ABSENT = "—"
# Wide enough for any float with MOST_PLACES decimals.
WIDE = Context(prec=400)
# A float holds at most 17 significant digits; past this many decimals no ordinary number gains any.
MOST_PLACES = 30


@dataclass(frozen=True, slots=True)
class Form:
    """How a quantity is written: decimals, whether trailing zeros go, and the factor and sign of a percentage."""

    places: int
    trims: bool = False
    scale: int = 1
    sign: str = ""


VALUE = Form(2)
COUNT = Form(2, trims=True)
COEFFICIENT = Form(3)
SCORE = Form(2)
PERCENT = Form(2, scale=100, sign="%")
SHARE_UNIT = "share"


def form_of(unit: str, otherwise: Form = VALUE) -> Form:
    """The form of a quantity in `unit`: shares (0 to 1) are percentages."""
    return PERCENT if unit == SHARE_UNIT else otherwise


def show(value: float | None, form: Form = VALUE) -> str:
    """The number rounded to its form; a dash for None."""
    return ABSENT if value is None else _written(_decimal(value, form), form, form.places)


def show_threshold(threshold: float, form: Form = VALUE) -> str:
    """A threshold as the rule states it: unrounded but for the dust of floats, without trailing zeros."""
    return _plain(_threshold(threshold, form)) + form.sign


def show_against(
    value: float | None, threshold: float | None, limit: Limit, form: Form = VALUE, also: float | None = None
) -> str:
    """The number with as many decimals as it takes to lie on the right side of the threshold as it is shown, and of `also`.

    The right side is the one that `evaluation.numeric` finds with the unrounded numbers and its tolerance.
    """
    if value is None or threshold is None or not limit:
        return show(value, form)
    bounds = [threshold] if also is None else [threshold, also]
    exact = next((_threshold(one, form) for one in bounds if numeric.is_equal(value, one)), _decimal(value, form))
    places = _places_against(value, exact, bounds, limit, form)
    return _written(exact, form, places)


def _places_against(value: float, exact: Decimal, bounds: list[float], limit: Limit, form: Form) -> int:
    """The least decimals with which the number lies on the right side of every bound at once."""
    sides = [(_threshold(one, form), is_met(value, one, limit)) for one in bounds]
    for places in range(form.places, MOST_PLACES):
        rounded = _rounded(exact, places)
        if all(_meets(rounded, bound, limit) == meets for bound, meets in sides):
            return places
    return MOST_PLACES


def show_difference(value: float, other: float, form: Form = VALUE) -> str:
    """How far two numbers are apart, with enough decimals not to stand as nothing; a percentage in points, without its sign."""
    apart = abs(_decimal(value, form) - _decimal(other, form))
    places = form.places
    while apart and not _rounded(apart, places) and places < MOST_PLACES:
        places += 1
    return _written(apart, Form(places, trims=True), places)


def is_met(value: float, threshold: float, limit: Limit) -> bool:
    """Whether the unrounded value is on the good side of its threshold."""
    tests = {"at_least": numeric.is_at_least, "at_most": numeric.is_at_most, "less_than": numeric.is_less}
    return bool(tests[limit](value, threshold))


def decimals_needed(value: float, other: float, least: int = 0, most: int = 6) -> int:
    """Decimals with which two different numbers stay different and neither is rounded, `most` at the utmost."""
    for places in range(least, most):
        if all(_rounded(one, places) == one for one in (_dustless(value), _dustless(other))):
            return places
    return most


def _decimal(value: float, form: Form) -> Decimal:
    return Decimal(repr(float(value))) * form.scale


def _dustless(value: float) -> Decimal:
    return Decimal(f"{float(value):.12g}")


def _threshold(threshold: float, form: Form) -> Decimal:
    return _dustless(threshold) * form.scale


def _rounded(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=WIDE)


def _meets(value: Decimal, threshold: Decimal, limit: Limit) -> bool:
    if limit == "at_least":
        return value >= threshold
    return value <= threshold if limit == "at_most" else value < threshold


def _written(number: Decimal, form: Form, places: int) -> str:
    rounded = _rounded(number, places)
    rounded = rounded or abs(rounded)  # no -0.00
    return (_plain(rounded) if form.trims else _grouped(f"{rounded:f}")) + form.sign


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return _grouped(text.rstrip("0").rstrip(".") if "." in text else text)


def _grouped(text: str) -> str:
    """Thousands apart from five digits on: 2000 as the rule prints it, 1,205,000."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = digits.partition(".")
    return sign + (f"{int(whole):,}" if len(whole) > 4 else whole) + point + rest
