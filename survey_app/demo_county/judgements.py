"""The sheets people decide: 现场核查, B评分, 一票否决."""

import random

from survey_app.demo_county.roster import read_rows
from survey_app.demo_county.schools import Row

_EVALUATORS = ("评估员甲", "评估员乙", "评估员丙")
_VETO_ITEMS = 6
# a clause's mean share of its points; what inspectors usually find weaker is lower
_WEAKER = {"29.3": 0.86, "30.2": 0.88, "32.4": 0.87, "34.2": 0.87, "35.3": 0.85}
_USUAL = 0.93


def finding_rows() -> list[Row]:
    """A finding for every clause that is decided on site."""
    return [{"条款": row["clause"], "结论": "达标", "依据": row["basis"]} for row in read_rows("on_site.csv")]


def score_rows(randomness: random.Random) -> list[Row]:
    """Two or three evaluators' scores for every clause that carries points and is not taken from the survey."""
    return [one for row in read_rows("scored.csv") for one in _clause_scores(row, randomness)]


def veto_rows() -> list[Row]:
    """All six items answered with 否."""
    basis = "查阅信访、审计和纪检通报，未发现"
    return [{"事项": item, "是否存在": "否", "依据": basis} for item in range(1, _VETO_ITEMS + 1)]


def _clause_scores(row: dict[str, str], randomness: random.Random) -> list[Row]:
    clause, points = row["clause"], float(row["points"])
    evaluators = sorted(randomness.sample(_EVALUATORS, randomness.choice((2, 3))))
    shares = (_WEAKER.get(clause, _USUAL) + randomness.uniform(-0.04, 0.05) for _ in evaluators)
    return [
        {"条款": clause, "评估人": evaluator, "得分": min(points, round(points * share, 1)), "依据": row["basis"]}
        for evaluator, share in zip(evaluators, shares, strict=True)
    ]
