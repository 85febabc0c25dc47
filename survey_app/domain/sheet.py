"""An answered sheet on its way through the envelope: one line of canonical JSON. What was written goes in an envelope of its own.

No time, no language, no address, no code: what is not in here can't come out at the closing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from evaluation.survey.questionnaire import Questionnaire
from survey_app.domain.answers import COMMENT_BYTES_LIMIT
from survey_app.domain.envelope import ANSWERS_LENGTH, TEXT_LENGTH, length_for
from survey_app.domain.seal import canonical_json

Answers = Mapping[str, int | list[int]]


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """What a respondent chose; `questionnaire` is its id and version, such as `parent/1`."""

    questionnaire: str
    answers: Answers

    def to_bytes(self) -> bytes:
        """The contents of the envelope."""
        return canonical_json({"a": dict(self.answers), "q": self.questionnaire})

    @classmethod
    def from_bytes(cls, contents: bytes) -> "AnswerSheet":
        """The sheet that `to_bytes` gave."""
        values = json.loads(contents)
        return cls(values["q"], values["a"])


def answers_length(questionnaire: Questionnaire) -> int:
    """The length of all envelopes with answers to a questionnaire: that of the longest sheet it can give."""
    fullest = AnswerSheet(questionnaire.key, _fullest_answers(questionnaire))
    return length_for(len(fullest.to_bytes()), ANSWERS_LENGTH)


def text_length(questionnaire: Questionnaire) -> int:
    """The length of all envelopes with what was written, empty ones too; 0 where the questionnaire asks for no text."""
    texts = [question.id for question in questionnaire.questions if question.type == "text"]
    longest = sum(COMMENT_BYTES_LIMIT + len(f"\n\n{id_}: ") for id_ in texts)
    return length_for(longest, TEXT_LENGTH) if texts else 0


def _fullest_answers(questionnaire: Questionnaire) -> dict[str, int | list[int]]:
    answers: dict[str, int | list[int]] = {}
    for question in questionnaire.questions:
        if question.type == "choice":
            answers[question.id] = max(question.values)
        elif question.type == "multi":
            answers[question.id] = sorted(question.values)
    return answers
