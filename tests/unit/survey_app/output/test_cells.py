import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.output.cells import cut_to_bytes, cut_to_utf16, guarded, visible

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)


@pytest.mark.parametrize("text", ["满意", "𠮷 䶮 㛃", "👨‍👩‍👧", "a\tb\nc", "", "=1+1", "é"])
def test_what_people_write_survives(text):
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x0bb", "a␋b"),
        ("\x00", "␀"),
        ("\x7f", "␡"),
        ("lone \ud800 half", "lone � half"),
        ("\ufffe\uffff\U0001ffff", "���"),
        ("\x85", "�"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
    ],
)
def test_what_no_file_can_hold_is_replaced_visibly(text, shown):
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text", ["=1+1", "＝1", "+86", "-1", "@SUM(A1)", " =1+1", "\t=1", "\n=1", "'quoted", "＋1", "－1", "＠a"]
)
def test_text_that_begins_like_a_formula_is_guarded_and_given_back(text):
    assert guarded(text) == "'" + text


@pytest.mark.parametrize("text", ["", "   ", "满意", "1+1=2", "a@b", "2143990001", "U001"])
def test_other_text_is_left_alone(text):
    assert guarded(text) == text


@given(ANY_TEXT)
def test_one_apostrophe_off_the_front_gives_every_text_back(text):
    cell = guarded(text)
    assert (cell[1:] if cell.startswith("'") else cell) == text


@given(ANY_TEXT)
def test_visible_text_can_be_written_anywhere(text):
    shown = visible(text)
    shown.encode("utf-8")
    assert len(shown) <= len(text)
    assert visible(shown) == shown


@given(st.text(max_size=300), st.integers(min_value=3, max_value=200))
def test_cut_text_fits_its_bytes_and_is_a_beginning_of_the_text(text, most):
    cut = cut_to_bytes(text, most)
    assert len(cut.encode("utf-8")) <= most
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))


@given(st.text(max_size=300), st.integers(min_value=3, max_value=200))
def test_cut_text_wastes_less_than_a_character(text, most):
    cut = cut_to_bytes(text, most)
    if cut != text:
        assert len(cut.encode("utf-8")) > most - 4


def test_characters_beyond_the_basic_plane_count_twice_in_a_spreadsheet():
    assert cut_to_utf16("𠮷" * 10, 20) == "𠮷" * 10
    assert cut_to_utf16("𠮷" * 11, 20) == "𠮷" * 9 + "…"
