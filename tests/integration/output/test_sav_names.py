"""Names of variables: as many as columns and choices, each one that SPSS takes, no two alike, and every answer under its own."""

import re
import tempfile
from pathlib import Path

import pyreadstat
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evaluation.survey.questionnaire import Questionnaires
from evaluation.survey.responses import ResponseRow
from survey_app.output.exports import write_export
from survey_app.output.sav_export import variable_names
from tests.integration.output.surveys import odd_export, option, question, questionnaire

RESERVED = {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"}
IDS = st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True) | st.sampled_from(
    sorted(RESERVED | {f"{word}_" for word in RESERVED} | {"by__", "q05", "q05_1", "q05_11", "q05_1_", "to_1"})
)


def assert_taken_by_spss(names: list[str]) -> None:
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_.]*", name)
        assert not name.endswith(".")
        assert len(name.encode()) <= 64
        assert name.lower() not in RESERVED


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (["by", "by_"], ["by__", "by_"]),
        (["by_", "by"], ["by_", "by__"]),
        (["by", "by_", "by__"], ["by_2", "by_", "by__"]),
        (["to", "TO", "To_"], ["to__", "TO_2", "To_"]),
        (["Q1", "q1"], ["Q1", "q1_"]),
        (["q05_1", "q05_1"], ["q05_1", "q05_1_"]),
        (["end.", "end._"], ["end.__", "end._"]),
        (["a" * 64, "a" * 65], ["a" * 64, "a" * 63 + "_"]),
        (["", "1st", "_x", "题"], ["v", "v1st", "v_x", "v_"]),
    ],
)
def test_a_name_that_spss_takes_stays_and_others_get_free_ones(wanted: list[str], names: list[str]) -> None:
    assert variable_names(wanted) == names


@settings(deadline=None)
@given(st.lists(st.text(max_size=70) | IDS | st.text("aA._b", max_size=66), max_size=40))
@example(["a" * 64] * 30)
@example(["by", "by_", "To", "to_", "TO_"])
def test_any_names_become_as_many_that_spss_takes(wanted: list[str]) -> None:
    names = variable_names(wanted)
    assert len(names) == len(wanted)
    assert_taken_by_spss(names)
    takable = [name if variable_names([name]) == [name] else None for name in wanted]
    lower = [name and name.lower() for name in takable]
    for place, name in enumerate(takable):
        if name is not None and lower.index(name.lower()) == place:
            assert names[place] == name


def survey_of(ids: list[str], several: set[str]) -> Questionnaires:
    asked = [
        question(one, f"题目{one}", "multi", "several", ()) if one in several else question(one, f"题目{one}")
        for one in ids
    ]
    return Questionnaires(
        {"parent": questionnaire("parent", *asked, several=[option(1, "甲"), option(2, "乙"), option(11, "丙")])}
    )


@settings(deadline=None, max_examples=60)
@given(st.lists(IDS, min_size=1, max_size=12, unique=True), st.data())
def test_every_question_has_a_variable_with_its_own_answers(ids: list[str], data: st.DataObject) -> None:
    ids = [one for one in ids if one not in ("group", "school", "valid", "county", "response", "nonce", "started")]
    several = set(data.draw(st.lists(st.sampled_from(ids), unique=True))) if ids else set()
    rows = [
        {
            one: data.draw(st.sampled_from([[1], [2, 11], [1, 2]]) if one in several else st.sampled_from([1, 2, 3]))
            for one in ids
        }
        for _ in range(3)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.sav"
        responses = [ResponseRow("parent", "", True, answers) for answers in rows]
        write_export(path, odd_export(questionnaires=survey_of(ids, several), responses=responses, comments=()))
        frame, meta = pyreadstat.read_sav(str(path), user_missing=True)
    names = list(frame.columns)
    assert len(names) == 5 + len(ids) + 3 * len(several)
    assert_taken_by_spss(names)
    for place, one in enumerate(ids, start=5):
        given_answers = [answers[one] for answers in rows]
        wanted = [";".join(map(str, values)) if one in several else values for values in given_answers]
        assert frame[names[place]].tolist() == wanted
        label = meta.column_names_to_labels[names[place]]
        assert label == (f"题目{one}" if names[place] == one else f"{one}｜题目{one}")
    choices = iter(names[5 + len(ids) :])
    for one in (one for one in ids if one in several):
        for value, text in ((1, "甲"), (2, "乙"), (11, "丙")):
            name = next(choices)
            assert frame[name].tolist() == [float(value in answers[one]) for answers in rows]
            label = f"{text}｜题目{one}"
            assert meta.column_names_to_labels[name] == (
                label if name == f"{one}_{value}" else f"{one}_{value}｜{label}"
            )
