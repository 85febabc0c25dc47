"""The workbook's own findings, scores and vetoes, taken over as a starting point.

What somebody typed here stays: a new workbook never takes its place. What an earlier workbook said and the new one does not say any
more is taken back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from evaluation.facts import Facts
from evaluation.rulebook.model import Rulebook
from survey_app.domain.answers import clean_text
from survey_app.domain.assessments import Entry, EntryKey, EntryKind, Origin, Upload, workbook_owner

_OWNER_LENGTH: Final = 100


@dataclass(frozen=True, slots=True)
class Stated:
    """What a row of the workbook says of a clause or a veto item."""

    key: EntryKey
    value: float
    text: str
    cell: str


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The entries that a new workbook adds, and what it states otherwise than somebody who typed it here."""

    entries: list[Entry]
    overruled: list[Stated]


def take_over(facts: Facts, rulebook: Rulebook, current: Mapping[EntryKey, Entry], upload: Upload) -> TakenOver:
    """What a workbook that was just accepted changes in the entries (`current`: the latest version of each)."""
    stated = {one.key: one for one in stated_by_workbook(facts, rulebook)}
    gone = [one for key, one in current.items() if not one.is_typed and one.value is not None and key not in stated]
    changed = [one for key, one in stated.items() if not _is_said_already(one, current.get(key))]
    fresh = [one for one in changed if not _is_typed(current.get(one.key))]
    return TakenOver(
        entries=[
            *(_entry(one, current.get(one.key), upload) for one in fresh),
            *(_taken_back(one, upload) for one in gone),
        ],
        overruled=[one for one in changed if _is_typed(current.get(one.key)) and one.value != current[one.key].value],
    )


def stated_by_workbook(facts: Facts, rulebook: Rulebook) -> Iterator[Stated]:
    """What the workbook says of the clauses and items of this rulebook."""
    on_site = {clause.id for clause in rulebook.clauses_entered("findings")}
    scored = {clause.id for clause in rulebook.clauses_entered("scores")}
    items = {item.id for item in rulebook.vetoes.items}
    for row in facts.findings.to_dict("records"):
        if row["clause"] in on_site:
            yield _stated(facts, "findings", "is_met", row, EntryKey(EntryKind.FINDING, row["clause"]), row["is_met"])
    for row in facts.scores.to_dict("records"):
        if row["clause"] in scored:
            key = EntryKey(EntryKind.SCORE, row["clause"], owner_of(row["evaluator"]))
            yield _stated(facts, "scores", "score", row, key, row["score"])
    for row in facts.vetoes.to_dict("records"):
        if row["item"] in items:
            yield _stated(facts, "vetoes", "is_present", row, EntryKey(EntryKind.VETO, row["item"]), row["is_present"])


def owner_of(evaluator: str) -> str:
    """The owner of a score of the workbook; a name too long for a key is cut and told apart by its hash."""
    name = clean_text(evaluator)
    if len(name) > _OWNER_LENGTH:
        name = f"{name[:_OWNER_LENGTH]}~{sha256(name.encode()).hexdigest()[:8]}"
    return workbook_owner(name)


def _stated(facts: Facts, table: str, field: str, row: Mapping[Any, Any], key: EntryKey, value: Any) -> Stated:
    cell = facts.cell(str(row["county"]), table, int(row["row"]), field)
    return Stated(key, float(value), clean_text(str(row["basis"])), cell)


def _is_said_already(stated: Stated, current: Entry | None) -> bool:
    if current is None:
        return False
    return (stated.value, stated.text, stated.cell) == (current.value, current.text, current.cell)


def _is_typed(current: Entry | None) -> bool:
    return current is not None and current.is_typed


def _entry(stated: Stated, current: Entry | None, upload: Upload) -> Entry:
    version = current.version + 1 if current else 1
    return _version(stated.key, version, stated.value, stated.text, stated.cell, upload)


def _taken_back(current: Entry, upload: Upload) -> Entry:
    return _version(current.key, current.version + 1, None, "", "", upload)


def _version(key: EntryKey, version: int, value: float | None, text: str, cell: str, upload: Upload) -> Entry:
    moment: datetime = upload.at
    return Entry(key, version, value, text, Origin.WORKBOOK, upload.version, cell, upload.by, moment)
