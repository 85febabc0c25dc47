"""The recognition rate from files alone: responses, questionnaires and, where known, the sizes of groups."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from evaluation.errors import InputProblem, InvalidInput
from evaluation.survey.frames import read_frames
from evaluation.survey.parameters import SurveyParameters
from evaluation.survey.questionnaire import load_questionnaires
from evaluation.survey.recognition import Recognition, estimate_recognition
from evaluation.survey.responses import read_responses

Read = TypeVar("Read")


def recognition_from_files(
    responses_file: Path,
    questionnaires_dir: Path,
    population: int,
    parameters: SurveyParameters,
    frames_file: Path | None = None,
    county: str = "",
) -> Recognition:
    """Read the files and estimate. Raises `InvalidInput` with the mistakes of all of them; responses need sound questionnaires to be read."""
    problems: list[InputProblem] = []
    frames = _collect(problems, lambda: read_frames(frames_file) if frames_file else {})
    questionnaires = _collect(problems, lambda: load_questionnaires(questionnaires_dir))
    if questionnaires is None:
        raise InvalidInput(problems)
    responses = _collect(problems, lambda: read_responses(responses_file, questionnaires, county))
    if responses is None or frames is None:
        raise InvalidInput(problems)
    return estimate_recognition(responses, questionnaires, parameters, population, frames)


def _collect(problems: list[InputProblem], read: Callable[[], Read]) -> Read | None:
    """What `read` gives; None if it finds problems, which are added to the list."""
    try:
        return read()
    except InvalidInput as invalid:
        problems.extend(invalid.problems)
        return None
