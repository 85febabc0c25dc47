"""Properties of envelopes, sheets and remainders over anything a form can give."""

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from evaluation.survey.questionnaire import questionnaire_from_document
from survey_app.domain.answers import COMMENT_LIMIT, check_answers, clean_text, comment_length
from survey_app.domain.envelope import Destination, open_envelope, padded_length, seal_envelope
from survey_app.domain.mixing_rules import plan_remainders
from survey_app.domain.sheet import Sheet, envelope_length
from survey_app.domain.start_token import BUCKETS_S
from tests.builders_survey import questionnaire_document

PRIVATE_KEY = bytes(range(1, 33))
PUBLIC_KEY = X25519PrivateKey.from_private_bytes(PRIVATE_KEY).public_key().public_bytes_raw()
QUESTIONNAIRE = questionnaire_from_document(questionnaire_document("parent"))

any_text = st.text(st.characters(exclude_categories=()), max_size=3_000)
option = st.sampled_from(["1", "2", "3", "9"])


@given(
    contents=st.binary(max_size=1023),
    label=st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace").decode()),
    batch=st.integers(1, 10**6),
)
def test_what_is_sealed_comes_back(contents: bytes, label: str, batch: int) -> None:
    destination = Destination("c", label, batch, PUBLIC_KEY)
    sealed = seal_envelope(contents, destination, 1024)
    assert open_envelope(sealed, PRIVATE_KEY, destination) == contents
    assert len(sealed) == 32 + 1024 + 16


@settings(max_examples=300)
@given(
    q01=option,
    q02=st.lists(option, max_size=1),
    q03=st.lists(option),
    comment=any_text,
    bucket_s=st.sampled_from(BUCKETS_S),
    valid=st.booleans(),
)
@example(q01="9", q02=["9"], q03=["1", "2", "3", "9"], comment="好" * COMMENT_LIMIT, bucket_s=600, valid=True)
@example(
    q01="9", q02=["9"], q03=["1", "2", "3", "9"], comment="𠮷" * (COMMENT_LIMIT * 3 // 4), bucket_s=600, valid=True
)
def test_every_sheet_that_is_accepted_fits_the_one_length_and_comes_back(
    q01: str, q02: list[str], q03: list[str], comment: str, bucket_s: int, valid: bool
) -> None:
    assume(comment_length(clean_text(comment)) <= COMMENT_LIMIT)
    checked = check_answers(QUESTIONNAIRE, {"q01": [q01], "q02": q02, "q03": q03, "q04": [comment]})
    sheet = Sheet(QUESTIONNAIRE.key, checked.answers, bucket_s, valid, checked.comment)
    destination = Destination("c", "c/parent/s", 1, PUBLIC_KEY)
    sealed = seal_envelope(sheet.to_bytes(), destination, envelope_length(QUESTIONNAIRE))
    assert padded_length(sealed) == 8_192
    assert Sheet.from_bytes(open_envelope(sealed, PRIVATE_KEY, destination)) == sheet


@given(pending=st.dictionaries(st.text("abc", max_size=3), st.integers(0, 30), max_size=8), k=st.integers(1, 12))
def test_every_remainder_comes_out_once_and_in_a_crowd_where_there_is_one(pending: dict[str, int], k: int) -> None:
    plan = plan_remainders(pending, k)
    placed = [unit for remainder in plan for unit in remainder.units]
    assert sorted(placed) == sorted(unit for unit, count in pending.items() if count)
    crowds = [sum(pending[unit] for unit in remainder.units) for remainder in plan]
    assert all(crowd >= min(k, sum(pending.values())) for crowd in crowds)
    assert all(remainder.keeps_unit or len(remainder.units) > 1 or sum(pending.values()) < k for remainder in plan)
