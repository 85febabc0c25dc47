"""What is plausible but odd in a workbook: each finder returns warnings; none of them changes a number."""

from collections.abc import Iterator, Mapping

from evaluation.errors import InputProblem
from evaluation.reading.basics import Basics
from evaluation.reading.rows import Table


def find_oddities(tables: Mapping[str, Table], basics: Basics) -> Iterator[InputProblem]:
    """All warnings about a workbook that has no errors."""
    yield from ()
