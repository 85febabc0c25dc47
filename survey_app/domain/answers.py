"""Posted fields and a questionnaire → checked answers, or one problem for each field that can't be taken.

A comment is kept as it was written, in a form that every export can hold: line ends become `\\n`; what no file format of ours can
carry (control characters, halves of surrogate pairs, noncharacters) goes or is replaced by U+FFFD.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evaluation.survey.questionnaire import Question, Questionnaire
from survey_app.domain.errors import AnswerProblem, InvalidAnswers

COMMENT_LIMIT: Final = 2_000
"""The longest text of one question, in characters as `comment_length` counts them."""

COMMENT_BYTES_LIMIT: Final = 3 * COMMENT_LIMIT
"""The same in bytes of UTF-8: what an envelope must have room for."""

Fields = Mapping[str, Sequence[str]]
Answer = int | list[int]

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")  # \x0b is Word's line break inside a paragraph
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_NONCHARACTERS = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class CheckedAnswers:
    """The answers of one sheet by question (several values of `multi` ascending); unanswered questions are left out."""

    answers: dict[str, Answer]
    comment: str | None


class _Refused(Exception):
    """One field can't be taken."""

    def __init__(self, kind: str, **values: object) -> None:
        self.kind = kind
        self.values = values
        super().__init__(kind)


def check_answers(questionnaire: Questionnaire, fields: Fields) -> CheckedAnswers:
    """The answers in `fields`; fields that no question has are ignored.

    Raises `InvalidAnswers` with one problem a field: `missing`, `several` (of a single choice), `unknown_value`, `too_long`.
    """
    found: dict[str, Answer | str] = {}
    problems = []
    for question in questionnaire.questions:
        try:
            answer = _CHECKS[question.type](question, fields.get(question.id, ()))
        except _Refused as refused:
            problems.append(AnswerProblem(question.id, refused.kind, refused.values))
            continue
        if answer is not None:
            found[question.id] = answer
    if problems:
        raise InvalidAnswers(problems)
    return _checked(found)


def clean_text(text: str) -> str:
    """The text somebody typed, without what can't be stored or exported, and without blank ends."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    lines = _LINE_ENDS.sub("\n", whole)
    return _NONCHARACTERS.sub("\ufffd", _CONTROLS.sub("", lines)).strip()


def comment_length(text: str) -> int:
    """Its characters; rare ones and emoji take four bytes instead of three and count a third more, so that bytes are bounded too."""
    return max(len(text), math.ceil(len(text.encode("utf-8", "surrogatepass")) / 3))


def _checked(found: Mapping[str, Answer | str]) -> CheckedAnswers:
    texts = {id_: answer for id_, answer in found.items() if isinstance(answer, str)}
    answers = {id_: answer for id_, answer in found.items() if not isinstance(answer, str)}
    return CheckedAnswers(answers, _joined(texts))


def _joined(texts: Mapping[str, str]) -> str | None:
    """One comment a sheet; the texts of several questions are told apart by the question's id."""
    if len(texts) <= 1:
        return next(iter(texts.values()), None)
    return "\n\n".join(f"{id_}: {text}" for id_, text in texts.items())


def _choice(question: Question, posted: Sequence[str]) -> int | None:
    if len(posted) == 1 and posted[0] in question.value_by_text:  # what a form of ours posts
        return question.value_by_text[posted[0]]
    values = _option_values(question, posted)
    if len(values) > 1:
        raise _Refused("several")
    return values[0] if values else None


def _multi(question: Question, posted: Sequence[str]) -> list[int] | None:
    return _option_values(question, posted) or None


def _option_values(question: Question, posted: Sequence[str]) -> list[int]:
    """The values chosen, ascending and each once."""
    known = question.value_by_text
    chosen = {text.strip() for text in posted} - {""}
    if not chosen <= known.keys():
        raise _Refused("unknown_value")
    if not chosen and question.required:
        raise _Refused("missing")
    return sorted(known[text] for text in chosen)


def _text(question: Question, posted: Sequence[str]) -> str | None:
    text = clean_text("\n".join(posted))
    if comment_length(text) > COMMENT_LIMIT:
        raise _Refused("too_long", length=comment_length(text), limit=COMMENT_LIMIT)
    if not text and question.required:
        raise _Refused("missing")
    return text or None


_CHECKS: Final[Mapping[str, Callable[[Question, Sequence[str]], Answer | str | None]]] = {
    "choice": _choice,
    "multi": _multi,
    "text": _text,
}
