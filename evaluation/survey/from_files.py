"""The recognition rate from files alone: responses, questionnaires and, where known, the sizes of groups and what an export has beside it."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from evaluation.errors import InputProblem, InvalidInput
from evaluation.survey.frames import read_frames
from evaluation.survey.labels import Labels, read_labels, require_fitting_labels
from evaluation.survey.parameters import SurveyParameters
from evaluation.survey.questionnaire import Questionnaires, load_questionnaires
from evaluation.survey.recognition import Recognition, estimate_recognition
from evaluation.survey.responses import Responses, read_responses
from evaluation.survey.sampling import sample_size

Read = TypeVar("Read")


class ReadAnswers(NamedTuple):
    """A survey's answers; `labels` only of an export of the service."""

    responses: Responses
    questionnaires: Questionnaires
    labels: Labels | None


def recognition_from_files(
    responses_file: Path,
    questionnaires_dir: Path,
    population: int,
    parameters: SurveyParameters,
    frames_file: Path | None = None,
    county: str = "",
    *,
    min_sample: int = 0,
    counts_file: Path | None = None,
    units_file: Path | None = None,
) -> Recognition:
    """Read the files and estimate. Raises `InvalidInput` with the mistakes of all of them; responses need sound questionnaires to be read.

    `min_sample` is a campaign's own floor of the sample; counts and units are those beside its export, and mark the survey as the service's.
    """
    problems: list[InputProblem] = []
    frames = _collect(problems, lambda: read_frames(frames_file) if frames_file else {})
    read = _collect(problems, lambda: read_answers(responses_file, questionnaires_dir, county, counts_file, units_file))
    if frames is None or read is None:
        raise InvalidInput(problems)
    required = max(sample_size(population, parameters), min_sample)
    return estimate_recognition(
        read.responses, read.questionnaires, parameters, population, frames, required=required, labels=read.labels
    )


def read_answers(
    responses_file: Path,
    questionnaires_dir: Path,
    county: str = "",
    counts_file: Path | None = None,
    units_file: Path | None = None,
) -> ReadAnswers:
    """Responses with their questionnaires and, of an export, what stands beside it. Raises `InvalidInput` with the mistakes of all files."""
    problems: list[InputProblem] = []
    labels = _collect(problems, lambda: read_labels(counts_file, units_file))
    questionnaires = _collect(problems, lambda: load_questionnaires(questionnaires_dir))
    if questionnaires is None:
        raise InvalidInput(problems)
    responses = _collect(problems, lambda: read_responses(responses_file, questionnaires, county))
    if problems or responses is None:
        raise InvalidInput(problems)
    if labels is not None:
        require_fitting_labels(labels, responses, counts_file, units_file)
    return ReadAnswers(responses, questionnaires, labels)


def _collect(problems: list[InputProblem], read: Callable[[], Read]) -> Read | None:
    """What `read` gives; None if it finds problems, which are added to the list."""
    try:
        return read()
    except InvalidInput as invalid:
        problems.extend(invalid.problems)
        return None
