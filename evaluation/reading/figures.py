"""What is plausible but odd in 县级数据: a key nobody asks for, a part larger than its whole, five numbers of which some are absent."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from evaluation.errors import InputProblem, Phrase
from evaluation.reading import wording
from evaluation.reading.asked import Asked
from evaluation.reading.cells import plain
from evaluation.reading.checks import figures_by_key, problem, retention_numbers
from evaluation.reading.rows import Row, Table
from evaluation.reading.vocabulary import ENTERED, GRADUATES, PARTS_BESIDE_THE_RULE, RETAINED, RETENTION_KEYS
from evaluation.texts import fold

Warnings = Iterator[InputProblem]


def figure_warnings(figures: Table, asked: Asked) -> Warnings:
    """All warnings about 县级数据 in a workbook that has no errors; where no key is asked for, any is taken."""
    by_key = figures_by_key(figures)
    if asked.figure_keys:
        yield from _unknown_keys(figures, by_key, asked.figure_keys)
    yield from _parts_beyond(figures, by_key, PARTS_BESIDE_THE_RULE | dict(asked.parts))
    yield from _retention(figures, by_key)


def _unknown_keys(figures: Table, by_key: dict[str, Row], keys: Sequence[str]) -> Warnings:
    for key, row in by_key.items():
        if key not in keys:
            near = get_close_matches(key, keys, n=1, cutoff=0.7)
            meant = Phrase(wording.MEANT, {"key": near[0]}) if near else ""
            yield problem(figures, row, "key", wording.FIGURE_UNKNOWN, key=key, meant=meant)


def _parts_beyond(figures: Table, by_key: dict[str, Row], parts: Mapping[str, str]) -> Warnings:
    for part, whole in parts.items():
        if fold(part) in by_key and fold(whole) in by_key:
            row, value, limit = by_key[fold(part)], _value(by_key, part), _value(by_key, whole)
            if value > limit:
                values = {"part": part, "value": plain(value), "whole": whole, "limit": plain(limit)}
                yield problem(figures, row, "value", wording.PART_BEYOND, **values)


def _value(by_key: dict[str, Row], key: str) -> float:
    value: float = by_key[fold(key)].values["value"]
    return value


def _retention(figures: Table, by_key: dict[str, Row]) -> Warnings:
    """Some of the five numbers are no rate: left aside where the rate's own numbers stand, else named as absent."""
    given = [key for key in RETENTION_KEYS if key in by_key]
    absent = [key for key in RETENTION_KEYS if key not in by_key]
    if given and not absent:
        yield from _retained_beyond(figures, by_key)
    elif given:
        message = wording.RETENTION_STRAY if {RETAINED, ENTERED} <= by_key.keys() else wording.RETENTION_PART
        values = {"given": ", ".join(given), "missing": ", ".join(absent)}
        yield problem(figures, by_key[given[0]], "key", message, **values)


def _retained_beyond(figures: Table, by_key: dict[str, Row]) -> Warnings:
    if {RETAINED, ENTERED} <= by_key.keys():
        return  # equal to the numbers computed here, and compared above
    retained, entered = retention_numbers({key: _value(by_key, key) for key in RETENTION_KEYS})
    if retained > entered:
        values = {"retained": plain(retained), "entered": plain(entered)}
        yield problem(figures, by_key[GRADUATES], "value", wording.RETENTION_BEYOND, **values)
