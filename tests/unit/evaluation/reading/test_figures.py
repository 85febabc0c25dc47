"""County figures that are read all the same, with a warning: keys nobody knows, parts beyond their whole, half of the five numbers."""

import pytest

from evaluation.reading.asked import Asked
from evaluation.reading.county import read_county
from evaluation.reading.vocabulary import PARTS_BESIDE_THE_RULE, RETENTION_KEYS
from tests.builders import build_workbook
from tests.unit.evaluation.reading.reading_cases import ASKED, facts_of, warnings_of

FIVE = {"毕业生数": 980, "三年转入": 30, "三年转出": 40, "三年前初一在校生数": 1002, "三年死亡": 2}
DIRECT = {"初中三年巩固人数": 990, "初中三年前入学人数": 1000}


def workbook(folder, values):
    return build_workbook(folder, {"县级数据": [{"指标项": key, "数值": value} for key, value in values.items()]})


def texts(file, language="en"):
    return [one.text(language) for one in read_county(file, ASKED).warnings]


def keys_of(facts):
    return facts.county_figures["key"].tolist()


@pytest.mark.parametrize("absent", RETENTION_KEYS)
def test_rate_without_one_of_the_five_numbers_is_missing_and_the_absent_one_is_named(tmp_path, absent):
    file = workbook(tmp_path, {key: value for key, value in FIVE.items() if key != absent})
    assert not set(DIRECT) & set(keys_of(facts_of(file)))
    first = "县级数据!A2"
    assert warnings_of(file) == [(first, "odd_retention_incomplete")]
    assert f"absent: {absent};" in texts(file)[0]
    assert f"缺少：{absent}；" in texts(file, "zh")[0]


def test_stray_number_beside_the_rates_own_numbers_is_left_aside(tmp_path):
    file = workbook(tmp_path, DIRECT | {"毕业生数": 1})
    values = facts_of(file).county_figures.set_index("key")["value"]
    assert values[list(DIRECT)].tolist() == [990, 1000]
    assert warnings_of(file) == [("县级数据!A4", "odd_retention_stray")]


def test_more_retained_than_entered_is_odd(tmp_path):
    assert warnings_of(workbook(tmp_path, FIVE | {"毕业生数": 1000})) == [("县级数据!B2", "odd_retention_beyond")]
    assert warnings_of(workbook(tmp_path, FIVE)) == []
    assert warnings_of(workbook(tmp_path, FIVE | DIRECT)) == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("持证专任教师", "持证专任教师数"),
        ("小学教职工编制标准（城区）", "小学教职工编制标准_城区"),
        ("三年死亡数", "三年死亡"),
    ],
)
def test_key_that_nobody_asks_for_is_reported_with_what_was_meant(tmp_path, typed, meant):
    file = workbook(tmp_path, {typed: 19})
    assert warnings_of(file) == [("县级数据!A2", "odd_figure_unknown")]
    assert f"did you mean “{meant}”?" in texts(file)[0]


def test_key_that_is_like_no_other_is_reported_without_a_guess(tmp_path):
    file = workbook(tmp_path, {"绿化面积": 5})
    assert texts(file) == ["县级数据!A2: the rulebook does not ask for the figure “绿化面积”"]


def test_without_a_rulebook_any_key_is_taken(tmp_path):
    assert read_county(workbook(tmp_path, {"绿化面积": 5})).warnings == ()


def test_key_is_spelled_as_the_rulebook_spells_it(tmp_path):
    asked = Asked(county_keys={"生均经费（元）": "", "Wi-Fi覆盖学校数": ""})
    facts = read_county(workbook(tmp_path, {"生均经费(元)": 5, "wi-fi 覆盖学校数": 7, "WI-FI覆盖学校": 8}), asked).facts
    assert keys_of(facts) == ["生均经费（元）", "Wi-Fi覆盖学校数", "WI-FI覆盖学校"]


PART_OF = PARTS_BESIDE_THE_RULE | dict(ASKED.parts)


def test_parts_and_wholes_are_keys_of_the_rulebook():
    assert len(PART_OF) == 11
    assert set(PART_OF) | set(PART_OF.values()) <= ASKED.county_keys.keys()


@pytest.mark.parametrize(("part", "whole"), PART_OF.items())
def test_part_larger_than_its_whole_is_odd(tmp_path, part, whole):
    assert warnings_of(workbook(tmp_path, {part: 5, whole: 0})) == [("县级数据!B2", "odd_part_beyond")]
    assert warnings_of(workbook(tmp_path, {part: 5, whole: 5})) == []
