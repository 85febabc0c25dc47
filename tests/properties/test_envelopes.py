"""Properties of envelopes and sheets over anything a form can give."""

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from evaluation.survey.questionnaire import questionnaire_from_document
from survey_app.domain.answers import COMMENT_LIMIT, check_answers, clean_text, comment_length
from survey_app.domain.envelope import Destination, open_envelope, padded_length, seal_envelope
from survey_app.domain.sheet import AnswerSheet, answers_length, text_length
from tests.builders_survey import questionnaire_document

PRIVATE_KEY = bytes(range(1, 33))
PUBLIC_KEY = X25519PrivateKey.from_private_bytes(PRIVATE_KEY).public_key().public_bytes_raw()
QUESTIONNAIRE = questionnaire_from_document(questionnaire_document("parent"))
LONG_QUESTIONNAIRE = questionnaire_from_document(questionnaire_document("parent", extra_choices=150))

any_text = st.text(st.characters(exclude_categories=()), max_size=3_000)
option = st.sampled_from(["1", "2", "3", "9"])


@settings(deadline=None)
@given(
    contents=st.binary(max_size=1023),
    label=st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace").decode()),
    batch=st.integers(1, 10**6),
    envelope_id=st.binary(min_size=16, max_size=16),
)
def test_what_is_sealed_comes_back(contents: bytes, label: str, batch: int, envelope_id: bytes) -> None:
    destination = Destination("c", label, batch)
    sealed = seal_envelope(contents, PUBLIC_KEY, destination, envelope_id, 1024)
    assert open_envelope(sealed, PRIVATE_KEY, destination, envelope_id) == contents
    assert len(sealed) == 32 + 1024 + 16


def there_and_back(contents: bytes, length: int) -> bytes:
    destination = Destination("c", "c/parent/s", 1)
    sealed = seal_envelope(contents, PUBLIC_KEY, destination, bytes(16), length)
    assert padded_length(sealed) == length
    return open_envelope(sealed, PRIVATE_KEY, destination, bytes(16))


@settings(max_examples=300, deadline=None)
@given(q01=option, q02=st.lists(option, max_size=1), q03=st.lists(option), comment=any_text)
@example(q01="9", q02=["9"], q03=["1", "2", "3", "9"], comment="好" * COMMENT_LIMIT)
@example(q01="9", q02=["9"], q03=["1", "2", "3", "9"], comment="𠮷" * (COMMENT_LIMIT * 3 // 4))
def test_every_sheet_that_is_accepted_fits_the_two_lengths_and_comes_back(
    q01: str, q02: list[str], q03: list[str], comment: str
) -> None:
    assume(comment_length(clean_text(comment)) <= COMMENT_LIMIT)
    checked = check_answers(QUESTIONNAIRE, {"q01": [q01], "q02": q02, "q03": q03, "q04": [comment]})
    sheet = AnswerSheet(QUESTIONNAIRE.key, checked.answers)
    assert AnswerSheet.from_bytes(there_and_back(sheet.to_bytes(), answers_length(QUESTIONNAIRE))) == sheet
    text = (checked.comment or "").encode()
    assert there_and_back(text, text_length(QUESTIONNAIRE)) == text
    assert (answers_length(QUESTIONNAIRE), text_length(QUESTIONNAIRE)) == (1_024, 8_192)


@settings(deadline=None)
@given(answers=st.lists(option, min_size=151, max_size=151))
def test_a_long_questionnaire_has_longer_envelopes_that_are_all_alike(answers: list[str]) -> None:
    fields = {"q01": answers[:1]} | {f"x{number:02d}": [answers[number]] for number in range(1, 151)}
    sheet = AnswerSheet(LONG_QUESTIONNAIRE.key, check_answers(LONG_QUESTIONNAIRE, fields).answers)
    assert AnswerSheet.from_bytes(there_and_back(sheet.to_bytes(), answers_length(LONG_QUESTIONNAIRE))) == sheet
    assert answers_length(LONG_QUESTIONNAIRE) == 2_048
