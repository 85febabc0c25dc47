"""What the commands on files do: read everything, collect every problem, judge, and only then write."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.assessing import assess
from evaluation.assessment import Assessment
from evaluation.errors import InputProblem, InvalidInput, Language
from evaluation.reading.county import Reading, read_county
from evaluation.rulebook.loading import load_rulebook
from evaluation.rulebook.model import Rulebook
from evaluation.rulebook_input import ignored_rows, require_judgeable

if TYPE_CHECKING:
    from evaluation.survey.responses import Responses


@dataclass(frozen=True)
class SurveyFiles:
    """A responses file and the folder of the questionnaires it answers."""

    responses: Path
    questionnaires: Path


def check_workbook(path: Path, rulebook_name: str | None) -> list[InputProblem]:
    """The warnings of a workbook that can be read (and judged by a rulebook). Raises `InvalidInput` with all problems."""
    rulebook = load_rulebook(rulebook_name) if rulebook_name else None
    reading = read_county(path)
    warnings = list(reading.warnings)
    if rulebook is not None:
        require_judgeable(reading.facts, rulebook)
        warnings += ignored_rows(reading.facts, rulebook)
    return warnings


def evaluate_files(
    workbook: Path, rulebook_name: str, survey: SurveyFiles | None, language: Language = "zh"
) -> tuple[Assessment, list[InputProblem]]:
    """Judge one county's workbook, with its survey if there is one; the warnings come beside the result.

    Raises `InvalidInput` with the problems of workbook, rulebook, questionnaires and responses together.
    """
    problems: list[InputProblem] = []
    rulebook = _collect(problems, load_rulebook, rulebook_name)
    reading = _collect(problems, read_county, workbook)
    responses = _collect(problems, _read_survey, survey) if survey else None
    if problems or rulebook is None or reading is None:
        raise InvalidInput(problems)
    return judge_reading(reading, rulebook, responses, language)


def judge_reading(
    reading: Reading,
    rulebook: Rulebook,
    survey: "tuple[Responses, Any, str] | None",
    language: Language = "zh",
) -> tuple[Assessment, list[InputProblem]]:
    """Judge what was read; `survey` is responses, questionnaires and the SHA-256 of where the responses came from."""
    facts = reading.facts
    warnings = [*reading.warnings, *ignored_rows(facts, rulebook)]
    county = str(facts.counties["county"].iloc[0])
    recognitions, sources = {}, {}
    if survey is not None:
        responses, questionnaires, digest = survey
        recognitions[county] = recognition_of_county(reading, rulebook, responses, questionnaires)
        sources["responses_sha256"] = digest
    (assessment,) = assess(facts, rulebook, recognitions, [one.text(language) for one in warnings], sources)
    return assessment, warnings


def recognition_of_county(
    reading: Reading, rulebook: Rulebook, responses: "Responses", questionnaires: Any
) -> dict[str, Any]:
    """The survey's JSON object (contract, section 5) for the one county read, with the frames its workbook names."""
    from evaluation.survey.recognition import estimate_recognition, recognition_document

    counties, frames = reading.facts.counties, reading.facts.frames
    recognition = estimate_recognition(
        responses,
        questionnaires,
        rulebook.survey.parameters,
        population=int(counties["population"].iloc[0]),
        frames={str(group): int(size) for group, size in zip(frames["group"], frames["size"], strict=True)},
    )
    return recognition_document(recognition)


def _read_survey(files: SurveyFiles) -> "tuple[Responses, Any, str]":
    import hashlib

    from evaluation.survey.questionnaire import load_questionnaires
    from evaluation.survey.responses import read_responses

    questionnaires = load_questionnaires(files.questionnaires)
    digest = hashlib.sha256(files.responses.read_bytes()).hexdigest()
    return read_responses(files.responses, questionnaires, county=""), questionnaires, digest


def _collect(problems: list[InputProblem], read: Any, *arguments: Any) -> Any:
    """The result of `read`, or None with its problems added to the list."""
    try:
        return read(*arguments)
    except InvalidInput as error:
        problems.extend(error.problems)
        return None


def template_content(rulebook: Rulebook) -> dict[str, Sequence[str]]:
    """The keys and clauses that a county has to fill in for this rulebook, by sheet."""
    tests = [clause.test for clause in rulebook.clauses()]
    keys = [key for test in tests for key in _county_keys(test)]
    return {
        "county_keys": list(dict.fromkeys(keys)),
        "finding_clauses": [clause.id for clause in rulebook.clauses_tested_by("on_site")],
        "score_clauses": [clause.id for clause in rulebook.clauses_tested_by("scored")],
        "veto_items": [item.id for item in rulebook.vetoes.items],
    }


def _county_keys(test: Any) -> list[str]:
    if test.name == "unified_standards":
        return [key for standard in test.standards for key in standard.keys]
    names = ("denominator", "numerator", "key", "not_below")
    return [getattr(test, name) for name in names if hasattr(test, name)]
