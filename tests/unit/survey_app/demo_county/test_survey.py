"""The finished survey is a valid sample, believable in its rates, and fits the questionnaires."""

import csv
import random
from collections import Counter
from pathlib import Path

import pytest

import questionnaires as instruments
from evaluation.survey.groups import GROUPS
from evaluation.survey.questionnaire import load_questionnaires
from survey_app.demo_county import build_county, build_responses, draw_comment, write_responses_csv

COUNTY = build_county(1)
QUESTIONNAIRES = load_questionnaires(Path(instruments.__file__).parent)


@pytest.fixture(scope="module", params=[1, 2, 3])
def rows(request):
    return build_responses(COUNTY, QUESTIONNAIRES, request.param)


def rate(rows, item):
    counts = Counter()
    for row in rows:
        for question in QUESTIONNAIRES[row["group"]].questions:
            if item in question.items and row.get(question.id):
                (option,) = [one for one in question.options if one.value == int(row[question.id])]
                counts[option.recognises] += 1
    return counts[True] / (counts[True] + counts[False])


def test_same_seed_gives_same_responses():
    assert build_responses(COUNTY, QUESTIONNAIRES, 5) == build_responses(COUNTY, QUESTIONNAIRES, 5)
    assert build_responses(COUNTY, QUESTIONNAIRES, 5) != build_responses(COUNTY, QUESTIONNAIRES, 6)


def test_sample_is_valid(rows):
    valid = Counter(row["group"] for row in rows if row["valid"] == "1")
    others = [valid[group] for group in GROUPS if group != "parent"]
    assert valid.total() >= 646
    assert valid["parent"] >= valid.total() / 2
    assert all(abs(count - sum(others) / 6) <= 0.2 * sum(others) / 6 for count in others)
    assert sum(row["valid"] == "0" for row in rows) == 7


def test_rates_are_near_nine_in_ten_and_homework_is_seen_less_well(rows):
    valid = [row for row in rows if row["valid"] == "1"]
    assert 0.87 <= rate(valid, "36") <= 0.94
    assert 0.80 <= rate(valid, "30.8") < rate(valid, "36")
    assert 0.85 <= rate(valid, "8.4") <= 0.96


def test_every_linked_school_has_ten_answers_of_parents_and_is_in_the_county(rows):
    parents = Counter(row["school"] for row in rows if row["group"] == "parent" and row["valid"] == "1")
    codes = {row["学校代码"] for row in COUNTY["学校"]}
    assert len(parents) == 28
    assert min(parents.values()) >= 10
    assert set(parents) <= codes
    assert {row["school"] for row in rows if row["group"] in ("principal", "npc_deputy", "cppcc_member", "public")} == {
        ""
    }


def test_schools_differ(rows):
    parents = [row for row in rows if row["group"] == "parent"]
    rates = [
        rate([row for row in parents if row["school"] == school], "36") for school in {row["school"] for row in parents}
    ]
    assert max(rates) - min(rates) > 0.12


def test_every_answer_is_an_option_of_its_question_and_required_ones_are_answered(rows):
    for row in rows:
        for question in QUESTIONNAIRES[row["group"]].questions:
            if question.type == "choice" and question.required:
                assert int(row[question.id]) in question.values


def test_file_reads_back(tmp_path, rows):
    write_responses_csv(rows, QUESTIONNAIRES, tmp_path / "responses.csv")
    with (tmp_path / "responses.csv").open(encoding="utf-8", newline="") as lines:
        read = list(csv.DictReader(lines))
    assert [{name: cell for name, cell in row.items() if cell} for row in read] == [
        {name: cell for name, cell in row.items() if cell} for row in rows
    ]
    assert list(read[0])[:5] == ["group", "school", "submitted_at", "duration_s", "valid"]


def test_pupils_write_no_comments_and_some_parents_do():
    randomness = random.Random(1)
    assert {draw_comment("student", randomness) for _ in range(200)} == {None}
    written = [draw_comment("parent", randomness) for _ in range(400)]
    assert 10 < sum(one is not None for one in written) < 80
