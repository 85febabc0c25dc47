"""Documents generated from the code's own data, so that they can't go stale: `python -m evaluation.documents docs`."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from evaluation.reading import wording
from evaluation.reading.cells import plain
from evaluation.reading.columns import BASIC, BASIC_ITEMS, Column, Sheet
from evaluation.reading.vocabulary import ENTERED, PARTS_BESIDE_THE_RULE, RETAINED, RETENTION_KEYS, UNIT_WORDS
from evaluation.rulebook.asked import asked_by
from evaluation.rulebook.document import rulebooks_document
from evaluation.rulebook.loading import load_rulebook

# kinds of rooms, veto items, keys and further columns are the rulebook's; the page shows those of this one
_ASKED = asked_by(load_rulebook("xiangtan-2018"))


def workbook_document() -> str:
    """docs/workbook.md: every sheet and column of the statistics workbook."""
    return (
        "\n".join(
            [*wording.WORKBOOK_INTRODUCTION, *(line for sheet in _ASKED.sheets for line in _sheet_section(sheet))]
        )
        + "\n"
    )


def _sheet_section(sheet: Sheet) -> Iterator[str]:
    yield f"## {sheet.name}"
    yield ""
    yield f"{'Required. ' if sheet.is_required else ''}{sheet.note.en}"
    yield ""
    yield _TABLE_HEAD
    yield _TABLE_RULE
    yield from (_column_line(column) for column in sheet.columns)
    yield ""
    if sheet is BASIC:
        yield "Its rows:"
        yield ""
        yield _TABLE_HEAD
        yield _TABLE_RULE
        yield from (_column_line(item) for item in BASIC_ITEMS)
        yield ""
    if any(column.kind == "key" for column in sheet.columns):
        yield from _keys_section()


def _keys_section() -> Iterator[str]:
    yield f"The keys are {', '.join(_ASKED.county_keys)}; instead of {RETAINED} and {ENTERED}, {', '.join(RETENTION_KEYS)}, all five."
    yield "Another key is reported (with the one that may be meant) and decides nothing. A key that is absent"
    yield "makes its clause missing; some of the five numbers without the others count as absent, and are reported."
    yield ""
    yield f"Reported as odd: {'; '.join(f'{part} above {whole}' for part, whole in {**_ASKED.parts, **PARTS_BESIDE_THE_RULE}.items())}."
    yield ""


def _column_line(column: Column) -> str:
    cells = (column.header, _holds(column), _units(column), _words(column), "、".join(column.aliases[:4]))
    return f"| {' | '.join(cells)} |"


def _holds(column: Column) -> str:
    presence = "optional column; " if not column.is_required else "may be empty; " if column.may_be_empty else ""
    limit = (
        f", at most {plain(column.maximum)}"
        if column.kind in ("number", "whole") and column.maximum < float("inf")
        else ""
    )
    return f"{presence}{_KINDS[column.kind]}{limit}: {column.note.en}"


_TABLE_HEAD = "| column | holds | unit | words | also called |"
_TABLE_RULE = "| --- | --- | --- | --- | --- |"
_KINDS = {
    "text": "text",
    "code": "code",
    "county_code": "six digits",
    "clause": "clause number",
    "key": "name of a figure",
    "choice": "one of the words",
    "number": "number, not below 0",
    "whole": "whole number, not below 0",
    "year": "year",
    "share": "share",
    "any": "value",
}


def _units(column: Column) -> str:
    if not column.unit or column.kind in ("share", "year"):
        return ""
    other = next((f" ({word} × {factor:,g})" for word, factor in UNIT_WORDS[column.unit].items() if factor != 1), "")
    return f"{column.unit}{other}"


def _words(column: Column) -> str:
    if column.choices is None:
        return ""
    also: dict[str, list[str]] = {}
    for word, ours in column.choices.also.items():
        also.setdefault(ours, []).extend([] if word == ours else [word])
    ours_first = [f"{word} ({', '.join(also[word])})" if word in also else word for word in column.choices.words]
    return "; ".join(
        [
            *ours_first,
            *(f"{ours} ({', '.join(words)})" for ours, words in also.items() if ours not in column.choices.words),
        ]
    )


DOCUMENTS: Mapping[str, Callable[[], str]] = {
    "workbook.md": workbook_document,
    "rulebooks.md": rulebooks_document,
}


def write_documents(folder: Path) -> None:
    """Write every generated document into `folder`."""
    for name, document in DOCUMENTS.items():
        part = folder / f"{name}.part"
        part.write_text(document(), encoding="utf-8")
        part.replace(folder / name)


if __name__ == "__main__":
    write_documents(Path(sys.argv[1]))
