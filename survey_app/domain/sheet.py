"""An answered sheet on its way through the envelope: one line of canonical JSON, then the comment as it is.

No time, no language, no address, no code: what is not in here can't come out of a mix.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from evaluation.survey.questionnaire import Questionnaire
from survey_app.domain.answers import COMMENT_BYTES_LIMIT
from survey_app.domain.envelope import length_class
from survey_app.domain.seal import canonical_json
from survey_app.domain.start_token import BUCKETS_S

Answers = Mapping[str, int | list[int]]

_SEPARATOR = b"\n"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a respondent said, and whether it counts (`valid`: not filled in too fast; fixed here)."""

    questionnaire: str
    answers: Answers
    duration_bucket_s: int
    valid: bool
    comment: str | None = None

    def to_bytes(self) -> bytes:
        """The contents of the envelope."""
        head = {"a": dict(self.answers), "d": self.duration_bucket_s, "q": self.questionnaire, "v": int(self.valid)}
        return canonical_json(head) + _SEPARATOR + (self.comment or "").encode()

    @classmethod
    def from_bytes(cls, contents: bytes) -> "Sheet":
        """The sheet that `to_bytes` gave."""
        head, _, comment = contents.partition(_SEPARATOR)
        values = json.loads(head)
        return cls(values["q"], values["a"], values["d"], bool(values["v"]), comment.decode() or None)


def envelope_length(questionnaire: Questionnaire) -> int:
    """The length of all envelopes of a questionnaire: that of the longest sheet it can give.

    It must not depend on the answers: with 8,192 bytes only for those who wrote a comment, the length would tell who did.
    """
    fullest = Sheet(questionnaire.key, _fullest_answers(questionnaire), duration_bucket_s=BUCKETS_S[-1], valid=True)
    texts = [question.id for question in questionnaire.questions if question.type == "text"]
    comment = sum(COMMENT_BYTES_LIMIT + len(f"\n\n{id_}: ") for id_ in texts)
    return length_class(len(fullest.to_bytes()) + comment)


def _fullest_answers(questionnaire: Questionnaire) -> dict[str, int | list[int]]:
    answers: dict[str, int | list[int]] = {}
    for question in questionnaire.questions:
        if question.type == "choice":
            answers[question.id] = max(question.values)
        elif question.type == "multi":
            answers[question.id] = sorted(question.values)
    return answers
