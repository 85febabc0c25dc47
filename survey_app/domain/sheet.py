"""An answered sheet on its way through the envelope: one line of canonical JSON, then the comment as it is.

No time, no language, no address, no code: what is not in here can't come out of a mix.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from survey_app.domain.envelope import length_class
from survey_app.domain.seal import canonical_json

Answers = Mapping[str, int | list[int]]

_SEPARATOR = b"\n"
_LONGEST_CHARACTER = 4  # bytes of UTF-8


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


def envelope_length(fullest: Sheet, comment_limit: int) -> int:
    """The length of all envelopes of a questionnaire, from its fullest sheet and the longest comment it takes, in characters.

    It must not depend on the answers: with 8,192 bytes only for those who wrote a comment, the length would tell who did.
    """
    return length_class(len(fullest.to_bytes()) + comment_limit * _LONGEST_CHARACTER)
