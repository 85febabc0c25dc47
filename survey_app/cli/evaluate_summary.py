"""What `junheng evaluate` says of its result: outcome, what fails or is missing, the scored part."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.errors import Language
from survey_app.cli.wording import LISTED, OUTCOMES, PASSES, TOTAL, TOTAL_MISSING, WRITTEN

if TYPE_CHECKING:
    from evaluation.assessment import Assessment, ScoreBoard


def summary_lines(assessment: "Assessment", out: Path, language: Language) -> list[str]:
    """The lines for standard output, in the language of the command."""
    outcome = OUTCOMES[assessment.outcome].text(language, {})
    head = f"{assessment.county_name} ({assessment.county_code}) {assessment.year}: {outcome} {assessment.grade or ''}"
    written = WRITTEN.text(language, {"out": out})
    return [head.rstrip(), *_listed(assessment, language), *_scored(assessment.scores, language), written]


def _listed(assessment: "Assessment", language: Language) -> Iterator[str]:
    scores = assessment.scores
    lists = {
        "unmet": assessment.with_status("unmet"),
        "missing": assessment.with_status("missing"),
        "below": scores.below_passing if scores else (),
        "scores_missing": scores.missing if scores else (),
        "vetoes": assessment.vetoes_present,
        "vetoes_missing": assessment.vetoes_missing,
    }
    for name, ids in lists.items():
        if ids:
            share = f"{scores.passing_share:.0%}" if scores else ""
            yield LISTED[name].text(language, {"ids": ", ".join(ids), "share": share})


def _scored(scores: "ScoreBoard | None", language: Language) -> Iterator[str]:
    if scores is None:
        return
    values = {"points": f"{scores.points:g}", "passing": f"{scores.passing_total:g}"}
    verdict = PASSES[scores.passes].text(language, {})
    message = TOTAL_MISSING if scores.total is None else TOTAL
    total = "" if scores.total is None else f"{scores.total:.2f}"
    yield message.text(language, values | {"total": total, "verdict": verdict})
