"""Questionnaires as the hot path needs them: read once a process, and known again by their hash, since they are frozen."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from evaluation.survey.questionnaire import Questionnaire, questionnaire_from_document
from survey_app.domain.sheet import envelope_length

_MOST = 256  # questionnaires kept; a county has seven


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire, the length of all its envelopes, and the least time it takes where the campaign names none."""

    questionnaire: Questionnaire
    envelope_length: int
    min_seconds: int


def instrument(sha256: str, read_text: Callable[[], str]) -> Instrument:
    """The instrument with this hash; its text is asked for when the process meets it for the first time."""
    found = _known.get(sha256)
    if found is None:
        if len(_known) >= _MOST:
            _known.clear()
        found = _known[sha256] = _instrument(read_text())
    return found


_known: dict[str, Instrument] = {}


def _instrument(text: str) -> Instrument:
    questionnaire = questionnaire_from_document(json.loads(text))
    required = sum(question.required for question in questionnaire.questions)
    return Instrument(questionnaire, envelope_length(questionnaire), min_seconds=required)
