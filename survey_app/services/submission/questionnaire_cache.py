"""Questionnaires as the hot path needs them: read once a process, and known again by their hash, since they are frozen."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from evaluation.survey.questionnaire import Questionnaire, questionnaire_from_document
from survey_app.domain.errors import DatabaseMismatch
from survey_app.domain.quotas import hash_text
from survey_app.domain.sheet import answers_length, text_length
from survey_app.services.campaigns.terms import fast_seconds_of

_MOST = 256  # questionnaires kept; a county has seven


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire, the lengths of its envelopes (0: it asks for no text), and below how many seconds a sheet counts as fast."""

    questionnaire: Questionnaire
    answers_length: int
    text_length: int
    fast_seconds: float


def instrument(sha256: str, read_text: Callable[[], str]) -> Instrument:
    """The instrument with this hash; its text is asked for when the process meets it for the first time.

    Raises `DatabaseMismatch` where the text is another.
    """
    found = _known.get(sha256)
    if found is None:
        text = read_text()
        if hash_text(text) != sha256:
            raise DatabaseMismatch("a questionnaire is not the one that its campaign was opened with")
        if len(_known) >= _MOST:
            _known.clear()
        found = _known[sha256] = _instrument(text)
    return found


_known: dict[str, Instrument] = {}


def _instrument(text: str) -> Instrument:
    questionnaire = questionnaire_from_document(json.loads(text))
    return Instrument(
        questionnaire, answers_length(questionnaire), text_length(questionnaire), fast_seconds_of(questionnaire)
    )
