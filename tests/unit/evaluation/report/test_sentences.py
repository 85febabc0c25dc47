"""What fails, and by how much, clause by clause."""

from dataclasses import replace
from typing import Any

import pytest

from evaluation.assessment import Assessment, ClauseResult, Evidence, SchoolFailure
from evaluation.report.context import Context
from evaluation.report.figures import figure
from evaluation.report.sentences import clause_sentences, evidence_text
from evaluation.report.wording import Words
from tests.builders_assessment import recognition, sample, some_assessment


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    return some_assessment("certifiable", schools=6)


def clause_of(assessment: Assessment, clause: str, **changes: Any) -> ClauseResult:
    found = next(one for indicator in assessment.indicators for one in indicator.clauses if one.id == clause)
    return replace(found, **changes)


def told(assessment: Assessment, clause: ClauseResult) -> tuple[str, ...]:
    return clause_sentences(Context(assessment, Words("zh")), clause)


def shown(assessment: Assessment, clause: ClauseResult) -> str:
    return figure(Context(assessment, Words("zh")), clause)


def failing(number: int, **changes: Any) -> SchoolFailure:
    one = SchoolFailure(f"43{number}", f"第{number}小学", "小学", "", 3.9, 4.2, "人")
    return replace(one, **changes)


def test_what_is_met_needs_no_sentence(assessment: Assessment) -> None:
    clauses = [one for indicator in assessment.indicators for one in indicator.clauses]
    assert {told(assessment, one) for one in clauses} == {()}


def test_a_county_below_with_all_schools_excused(assessment: Assessment) -> None:
    clause = clause_of(assessment, "1.1", status="unmet", value=4.19, reason="county_below", schools=(), failures=())
    assert told(assessment, clause) == ("全县值4.19人，低于标准4.2人，差0.01人。",)


def test_a_county_value_that_is_not_judged_is_not_held_against_it(assessment: Assessment) -> None:
    clause = clause_of(assessment, "1.1", value=4.19, reason="")
    assert shown(assessment, clause) == "全县值4.19人（不作判定）；全部达标"
    below = replace(clause, status="unmet", reason="schools_below", schools=("431",), failures=(failing(1),))
    assert told(assessment, below) == ("1所学校未达标：第1小学，3.90人，标准4.2人，差0.3人。",)


def test_excused_schools_are_counted_where_all_comply(assessment: Assessment) -> None:
    clause = clause_of(assessment, "1.1", value=5.0, excused=("431", "432"))
    assert shown(assessment, clause) == "5.00人（≥4.2人）；全部达标（2所按基本值）"


def test_many_schools_are_counted_five_are_named_and_the_furthest_is_measured(assessment: Assessment) -> None:
    failures = tuple(failing(number, actual=4.2 - number / 10) for number in range(1, 8))
    codes = tuple(one.school for one in failures)
    clause = clause_of(assessment, "1.1", status="unmet", reason="schools_below", schools=codes, failures=failures)
    first, worst = told(assessment, clause)
    assert first == "7所学校未达标：第1小学、第2小学、第3小学、第4小学、第5小学等7所。"
    assert worst == "差距最大的是第7小学：3.50人，标准4.2人，差0.7人。"


def test_a_school_without_any_teacher_is_the_furthest(assessment: Assessment) -> None:
    failures = (failing(1, actual=0.0), failing(2, actual=3.0))
    clause = clause_of(
        assessment, "1.1", status="unmet", reason="schools_below", schools=("431", "432"), failures=failures
    )
    assert told(assessment, clause)[1].startswith("差距最大的是第1小学：0.00人")


def test_a_share_is_told_in_percent_and_points(assessment: Assessment) -> None:
    failures = (failing(1, actual=0.0785, required=0.08, unit="share"),)
    clause = clause_of(assessment, "28.1", status="unmet", schools=("431",), failures=failures, evidence=())
    assert told(assessment, clause) == ("1所学校培训经费不足：第1小学 培训经费占比，7.85%，标准8%，差0.15个百分点。",)


def test_two_figures_compared_say_how_far_they_are_apart(assessment: Assessment) -> None:
    evidence = (Evidence("教师平均工资", 80000.0, "元/年"), Evidence("公务员平均工资", 81000.5, "元/年"))
    clause = clause_of(assessment, "16.1", status="unmet", evidence=evidence)
    assert told(assessment, clause) == ("教师平均工资：80,000元/年；公务员平均工资：81,000.5元/年；差1000.5元/年。",)


def test_standards_that_differ_are_told_by_their_figures(assessment: Assessment) -> None:
    evidence = (Evidence("小学公用经费定额_城区", 600.0, "元"), Evidence("小学公用经费定额_乡村", 580.0, "元"))
    clause = clause_of(assessment, "10.4", status="unmet", evidence=evidence)
    assert told(assessment, clause) == ("未达到要求，小学公用经费定额_城区：600元；小学公用经费定额_乡村：580元。",)


def test_an_invalid_sample_leaves_a_rate_open_that_is_high_enough(assessment: Assessment) -> None:
    values = {"reasons": ["parents", "unbalanced:principal"]}
    clause = clause_of(assessment, "36.3", status="missing", reason="sample_not_valid", reason_values=values)
    uncounted = replace(assessment, recognition=None)
    assert told(uncounted, clause) == (
        "调查样本无效，不能据以认定：家长占有效答卷的份额不足、各类对象数量相差过大（校长）。",
    )


def test_an_invalid_sample_is_counted_where_the_survey_tells_how_many(assessment: Assessment) -> None:
    reasons = ["too_few", "parents", "unbalanced:teacher,public"]
    by_group = {"parent": 200, "student": 40, "teacher": 52, "principal": 40, "public": 20}
    counted = sample(421, reasons=reasons, by_group=by_group, band=(31, 45))
    surveyed = replace(assessment, recognition=recognition(sample=counted))
    values = {"reasons": reasons}
    clause = clause_of(surveyed, "36.3", status="missing", reason="sample_not_valid", reason_values=values)
    (said,) = told(surveyed, clause)
    assert "有效答卷421份，应有430份，差9份" in said
    assert "家长200份，不足有效答卷421份的50%（应不少于211份）" in said
    assert "教师52份、其他群众20份，应在31至45份之间" in said


def test_absent_county_figures_are_named(assessment: Assessment) -> None:
    keys = {"keys": ["优质高中招生名额", "优质高中分配到初中名额"]}
    clause = clause_of(assessment, "22.1", status="missing", reason="missing_figures", reason_values=keys)
    assert told(assessment, clause) == ("“县级数据”缺少：优质高中招生名额、优质高中分配到初中名额。",)


@pytest.mark.parametrize(
    ("label", "is_at_least", "said"),
    [
        ("56-60", True, "第1小学 56—60人的班，至少56人，标准45人，至少超11人"),
        ("66人以上", True, "第1小学 66人及以上的班，至少56人，标准45人，至少超11人"),
        ("三年级1班", False, "第1小学 三年级1班，56人，标准45人，超11人"),
    ],
)
def test_a_band_of_class_sizes_is_no_exact_class(
    assessment: Assessment, label: str, is_at_least: bool, said: str
) -> None:
    one = failing(1, label=label, actual=56.0, required=45.0, unit="pupil", is_at_least=is_at_least)
    clause = clause_of(assessment, "13.2", status="unmet", schools=("431",), failures=(one,))
    assert told(assessment, clause) == (f"1个班超过标准班额：{said}。",)


def test_the_furthest_of_a_lone_school_does_not_name_it_again(assessment: Assessment) -> None:
    rooms = tuple(
        failing(1, label=label, actual=1.0, required=needed, unit="room")
        for label, needed in (("音乐", 3.0), ("美术", 2.0))
    )
    clause = clause_of(assessment, "11.1", status="unmet", schools=("431",), failures=rooms)
    assert told(assessment, clause) == (
        "1所学校专用教室不足：第1小学。",
        "差距最大的是音乐专用教室：1间，标准3间，差2间。",
    )


def test_the_totals_behind_a_county_value_read_as_words(assessment: Assessment) -> None:
    context = Context(assessment, Words("zh"))
    assert evidence_text(context, Evidence("小学 · 高于规定学历教师数", 1029.0, "人", key="total")) == (
        "小学高于规定学历教师数合计：1029人"
    )
    assert evidence_text(context, Evidence("小学", 33577.00000000001, "pupil", key="total_pupils")) == (
        "小学学生数合计：33,577人"
    )


def test_a_school_and_its_band_stay_apart_in_evidence(assessment: Assessment) -> None:
    evidence = Evidence("第1小学 · 56-60", 56.0, "pupil")
    assert evidence_text(Context(assessment, Words("zh")), evidence) == "第1小学 · 56—60人的班：56人"


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("18.2", "“现场核查”表没有这一款的结论。"),
        ("22.1", "“县级数据”缺少计算所需的数值。"),
        ("36.3", "没有社会认可度调查结果。"),
        ("31.1", "没有“质量监测”表。"),
        ("1.1", "缺少判定所需的数据。"),
    ],
)
def test_what_is_missing_says_where(assessment: Assessment, clause: str, said: str) -> None:
    assert told(assessment, clause_of(assessment, clause, status="missing")) == (said,)


def test_a_clause_finds_its_resource_whatever_its_indicator_is_called() -> None:
    plain = some_assessment("not_met")
    six = next(one for one in plain.indicators if one.id == "6")
    clause = replace(six.clauses[2], id="R6.3")
    assert told(plain, clause) == ("小学差异系数0.50002，高于上限0.5，超0.00002。",)
