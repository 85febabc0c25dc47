"""What a rulebook asks of the facts before they can be judged by it, and what of them it has no use for."""

from collections.abc import Iterator

from evaluation.criteria.resources import is_in_scope
from evaluation.errors import InputProblem, InvalidInput, Message
from evaluation.facts import Facts
from evaluation.numeric import is_at_least, is_at_most
from evaluation.rulebook.criteria import Scored
from evaluation.rulebook.model import Rulebook

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


def require_judgeable(facts: Facts, rulebook: Rulebook) -> None:
    """Raise `InvalidInput` with everything in the facts that this rulebook can't judge."""
    problems = [
        *_schools_without_pupils(facts, rulebook),
        *_scores_outside(facts, rulebook),
        *_unknown_vetoes(facts, rulebook),
    ]
    if problems:
        raise InvalidInput(problems)


def _schools_without_pupils(facts: Facts, rulebook: Rulebook) -> Iterator[InputProblem]:
    schools = facts.school_stages
    asked = schools[is_in_scope(schools, rulebook.resources.scope)]
    for _, row in asked[~(asked["pupils"] > 0)].iterrows():
        where = facts.cell(str(row["county"]), "school_stages", int(row["row"]), "pupils")
        yield InputProblem(where or str(row["school"]), NO_PUPILS, {"name": row["name"]})


def _scores_outside(facts: Facts, rulebook: Rulebook) -> Iterator[InputProblem]:
    points = {clause.id: clause.test.points for clause in rulebook.clauses() if isinstance(clause.test, Scored)}
    limit = facts.scores["clause"].map(points).astype(float)
    is_outside = ~(is_at_least(facts.scores["score"], 0) & is_at_most(facts.scores["score"], limit)) & limit.notna()
    for _, row in facts.scores[is_outside].iterrows():
        where = facts.cell(str(row["county"]), "scores", int(row["row"]), "score")
        values = {"clause": row["clause"], "score": row["score"], "points": points[row["clause"]]}
        yield InputProblem(where, SCORE_OUTSIDE, values)


def _unknown_vetoes(facts: Facts, rulebook: Rulebook) -> Iterator[InputProblem]:
    known = [item.id for item in rulebook.vetoes.items]
    for _, row in facts.vetoes[~facts.vetoes["item"].isin(known)].iterrows():
        where = facts.cell(str(row["county"]), "vetoes", int(row["row"]), "item")
        values = {"rulebook": rulebook.id, "item": row["item"], "expected": ", ".join(known)}
        yield InputProblem(where, VETO_UNKNOWN, values)


def ignored_rows(facts: Facts, rulebook: Rulebook) -> list[InputProblem]:
    """Warnings: findings and scores of clauses that this rulebook does not decide by them (another rulebook's, or the survey's)."""
    tables = [("findings", "on_site"), ("scores", "scored")]
    return [problem for table, test in tables for problem in _ignored(facts, rulebook, table, test)]


def _ignored(facts: Facts, rulebook: Rulebook, table: str, test: str) -> Iterator[InputProblem]:
    rows = getattr(facts, table)
    known = {clause.id for clause in rulebook.clauses_tested_by(test)}
    for _, row in rows[~rows["clause"].isin(known)].iterrows():
        where = facts.cell(str(row["county"]), table, int(row["row"]), "clause")
        yield InputProblem(where, CLAUSE_IGNORED, {"rulebook": rulebook.id, "clause": row["clause"]})
