"""assessment.json is read back as the assessment it was written from, whatever it holds, and written again as the same bytes."""

import json
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluation.assessment import Assessment, ClauseResult
from evaluation.assessment_json import assessment_from_document, json_of
from evaluation.errors import InputProblem, Message, Phrase
from evaluation.survey.interval import Estimate
from evaluation.survey.recognition import Recognition

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(max_size=8)
WORDS = st.text("abc_", min_size=1, max_size=4)
PLAIN = st.one_of(TEXTS, st.integers(), NUMBERS, st.booleans(), st.none())
JSON = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2), max_leaves=4
)


def messages(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Message, dict[str, Any]]]:
    """A message whose sentences have places for the values beside it."""

    def filled(kind: str, en: str, zh: str, given: dict[str, Any]) -> tuple[Message, dict[str, Any]]:
        places = "".join(f"{{{name}}}" for name in given)
        told = [text.replace("{", "").replace("}", "") + places for text in (en, zh)]
        return Message(kind, en=told[0], zh=told[1]), given

    return st.builds(filled, TEXTS, TEXTS, TEXTS, st.dictionaries(WORDS, values, max_size=2))


PHRASES = messages(PLAIN).map(lambda made: Phrase(*made))
PROBLEMS = st.tuples(TEXTS, messages(PLAIN | PHRASES)).map(lambda made: InputProblem(made[0], *made[1]))
REASONS = st.dictionaries(TEXTS.filter(lambda name: name != "key"), JSON, max_size=2)


@st.composite
def recognitions(draw: st.DrawFn) -> Recognition:
    made = draw(
        st.builds(Recognition, signals=st.lists(st.dictionaries(TEXTS, JSON, max_size=2), max_size=2).map(tuple))
    )
    return Recognition(**{**vars(made), "items": {**made.items, made.item: draw(st.from_type(Estimate))}})


st.register_type_strategy(float, NUMBERS)
st.register_type_strategy(str, TEXTS)
st.register_type_strategy(InputProblem, PROBLEMS)
st.register_type_strategy(ClauseResult, st.builds(ClauseResult, reason_values=REASONS))
st.register_type_strategy(Recognition, recognitions())
ASSESSMENTS = st.builds(Assessment, made_on=st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(ASSESSMENTS)
def test_what_is_written_is_read_back_equal_and_written_again_as_the_same_bytes(assessment: Assessment) -> None:
    written = json_of(assessment)
    again = assessment_from_document(json.loads(written))
    assert again == assessment
    assert json_of(again) == written
