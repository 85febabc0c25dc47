"""What a rulebook asks of the facts before they can be judged by it, and what of them it has no use for.

The checks go over rows, wherever these come from: the tables of `Facts`, or the typed rows of a workbook of which no tables are made
(`evaluation.workbook_rows`), so that `junheng check` needs no pandas and tells these problems together with the reader's.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from evaluation.errors import InputProblem, InvalidInput, Message
from evaluation.numeric import is_at_least, is_at_most
from evaluation.rulebook.model import Rulebook
from evaluation.rulebook.tests import Entered, Scored

if TYPE_CHECKING:
    import pandas as pd

    from evaluation.facts import Facts

NO_PUPILS = Message(
    "no_pupils",
    en="{name} has 0 pupils, but its values per pupil are to be judged; expected its number of pupils, or no row for a school that teaches nobody",
    zh="{name}学生数为0，而生均值需要评估；请填实际学生数，没有学生的学校不要列入",
)
SCORE_OUTSIDE = Message(
    "score_outside",
    en="clause {clause}: the score {score:g} is outside its points; expected 0 to {points:g}",
    zh="条款{clause}得分{score:g}超出分值；应为0至{points:g}",
)
CLAUSE_IGNORED = Message(
    "clause_ignored",
    en="clause {clause} is not one that {rulebook} decides by this sheet; the row is ignored",
    zh="条款{clause}不是{rulebook}按本表判定的条款；该行已忽略",
)
VETO_UNKNOWN = Message(
    "veto_unknown",
    en="{rulebook} has no veto item {item}; expected one of: {expected}",
    zh="{rulebook}没有一票否决事项{item}；应为：{expected}",
)


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A row of facts and the way to its cells; a value that could not be read is absent from `values`."""

    values: Mapping[str, Any]
    where: Callable[[str], str]


AskedRows = Mapping[str, Iterable[AskedRow]]
"""The rows of `school_stages`, `scores`, `vetoes` and `findings`, by these names."""


def require_judgeable(facts: "Facts", rulebook: Rulebook) -> None:
    """Raise `InvalidInput` with everything in the facts that this rulebook can't judge."""
    problems = list(unjudgeable_rows(rows_of_facts(facts), rulebook))
    if problems:
        raise InvalidInput(problems)


def ignored_rows(facts: "Facts", rulebook: Rulebook) -> list[InputProblem]:
    """Warnings: findings and scores of clauses that this rulebook does not decide by them (another rulebook's, or the survey's)."""
    return list(rows_without_use(rows_of_facts(facts), rulebook))


def rows_of_facts(facts: "Facts") -> AskedRows:
    """The rows of the tables; of the schools only those without pupils, since no rule asks anything of the others."""
    schools = facts.school_stages
    tables = {"school_stages": schools[~(schools["pupils"] > 0)]}
    tables |= {name: getattr(facts, name) for name in ("scores", "vetoes", "findings")}
    return {name: list(_rows_of_table(facts, name, table)) for name, table in tables.items()}


def _rows_of_table(facts: "Facts", name: str, table: "pd.DataFrame") -> Iterator[AskedRow]:
    for values in table.to_dict("records"):
        yield AskedRow(
            {str(key): value for key, value in values.items()},
            partial(facts.cell, str(values["county"]), name, int(values["row"])),
        )


def unjudgeable_rows(rows: AskedRows, rulebook: Rulebook) -> Iterator[InputProblem]:
    """Problems: schools in scope without pupils, scores outside their points, veto items that the rulebook hasn't."""
    yield from _schools_without_pupils(rows["school_stages"], rulebook)
    yield from _scores_outside(rows["scores"], rulebook)
    yield from _unknown_vetoes(rows["vetoes"], rulebook)


def rows_without_use(rows: AskedRows, rulebook: Rulebook) -> Iterator[InputProblem]:
    """Warnings: rows of findings and scores that decide nothing under this rulebook."""
    tables: tuple[Entered, ...] = ("findings", "scores")
    for table in tables:
        known = {clause.id for clause in rulebook.clauses_entered(table)}
        for row in rows[table]:
            clause = row.values.get("clause")
            if clause is not None and clause not in known:
                yield InputProblem(row.where("clause"), CLAUSE_IGNORED, {"rulebook": rulebook.id, "clause": clause})


def _schools_without_pupils(rows: Iterable[AskedRow], rulebook: Rulebook) -> Iterator[InputProblem]:
    scope = rulebook.resources.scope
    for row in rows:
        values = row.values
        if any(values.get(name) is None for name in ("kind", "stage", "pupils")) or values["pupils"] > 0:
            continue
        if scope.asks(values["stage"], values["kind"], values["pupils"]):
            name = values.get("name") or values.get("school")
            yield InputProblem(row.where("pupils") or str(name), NO_PUPILS, {"name": name})


def _scores_outside(rows: Iterable[AskedRow], rulebook: Rulebook) -> Iterator[InputProblem]:
    limits = {clause.id: clause.test.points for clause in rulebook.clauses() if isinstance(clause.test, Scored)}
    for row in rows:
        clause, score = row.values.get("clause"), row.values.get("score")
        points = limits.get(str(clause))
        if points is None or score is None or (is_at_least(score, 0) and is_at_most(score, points)):
            continue
        yield InputProblem(row.where("score"), SCORE_OUTSIDE, {"clause": clause, "score": score, "points": points})


def _unknown_vetoes(rows: Iterable[AskedRow], rulebook: Rulebook) -> Iterator[InputProblem]:
    known = [item.id for item in rulebook.vetoes.items]
    for row in rows:
        item = row.values.get("item")
        if item is not None and item not in known:
            values = {"rulebook": rulebook.id, "item": item, "expected": ", ".join(known)}
            yield InputProblem(row.where("item"), VETO_UNKNOWN, values)
