"""Where a result differs from an expected one, as the golden data mean it.

Whatever is expected must be there with the same value; the result may say more: further keys, scored (B) indicators, stages out of scope.
Numbers agree within a relative 1e-6, and lists stand in any order.
"""

import math
from collections.abc import Iterator
from typing import Any

ROWS = {
    "indicators": ("id",),
    "clauses": ("id",),
    "schools": ("code", "stage"),
    "gaps": ("school", "stage", "indicator"),
}
"""Lists of objects, and what names a row of each."""


def differences(expected: Any, actual: Any, where: str = "$") -> Iterator[str]:
    """One line for each place."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        yield from _of_objects(expected, actual, where)
    elif isinstance(expected, list) and isinstance(actual, list):
        yield from _of_lists(expected, actual, where)
    elif not _same(expected, actual):
        yield f"{where}: {actual!r:.120}, expected {expected!r:.120}"


def _of_objects(expected: dict[str, Any], actual: dict[str, Any], where: str) -> Iterator[str]:
    for key, value in expected.items():
        if key not in actual:
            yield f"{where}.{key}: absent, expected {value!r:.120}"
        else:
            yield from differences(value, actual[key], f"{where}.{key}")


def _of_lists(expected: list[Any], actual: list[Any], where: str) -> Iterator[str]:
    if not any(isinstance(row, dict) for row in [*expected, *actual]):
        if sorted(map(str, expected)) != sorted(map(str, actual)):
            yield f"{where}: {actual!r:.120}, expected {expected!r:.120}"
        return
    names = ROWS[where.rpartition(".")[2]]
    wanted, found = ({tuple(str(row[name]) for name in names): row for row in rows} for rows in (expected, actual))
    if len(found) < len(actual):
        yield f"{where}: two rows of the same {names}"
    for key in wanted.keys() - found.keys():
        yield f"{where}{list(key)}: absent"
    for key in found.keys() - wanted.keys():
        if found[key].get("kind") != "B" and found[key].get("in_scope") is not False:
            yield f"{where}{list(key)}: not expected"
    for key in wanted.keys() & found.keys():
        yield from differences(wanted[key], found[key], f"{where}{list(key)}")


def _same(expected: Any, actual: Any) -> bool:
    if isinstance(expected, bool) or not isinstance(expected, int | float):
        return type(expected) is type(actual) and bool(expected == actual)
    if isinstance(actual, bool) or not isinstance(actual, int | float):
        return False
    return math.isclose(expected, actual, rel_tol=1e-6, abs_tol=1e-9)
