"""report.html: one file, complete, escaped, the same truth in every status."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from evaluation.assessment import Assessment
from evaluation.report.contents import report_of
from evaluation.report.html import html_of
from evaluation.report.templating import environment
from evaluation.survey.groups import GROUPS
from evaluation.survey.interval import Estimate
from tests.builders_assessment import rate_of, recognition, sample, some_assessment, warning
from tests.unit.evaluation.report.pages import Page

OUTCOMES = ("certifiable", "not_met", "vetoed", "incomplete")


def page_of(assessment: Assessment, **options: Any) -> Page:
    return Page(html_of(report_of(assessment, **options)))


@pytest.fixture(params=OUTCOMES)
def assessment(request: pytest.FixtureRequest) -> Assessment:
    return some_assessment(request.param)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_is_well_formed_in_every_outcome(assessment: Assessment, language: Any) -> None:
    page = page_of(replace(assessment, made_on=date(2020, 12, 1)), language=language)
    assert page.misnested == []
    assert page.open == []
    assert len(page.ids()) == len(set(page.ids()))


def test_nothing_comes_from_outside_and_nothing_runs(assessment: Assessment) -> None:
    text = html_of(report_of(assessment))
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in page.elements}
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    links = {str(one.get("href")) for one in page.tags("a")}
    assert all(link.startswith("#") for link in links)
    assert set(re.findall(r"https?://[^\"' ]+", text)) <= {"http://www.w3.org/2000/svg"}
    assert "url(" not in text
    assert "@import" not in text


def test_every_link_of_the_contents_leads_somewhere(assessment: Assessment) -> None:
    page = page_of(assessment)
    assert {str(one["href"])[1:] for one in page.tags("a")} <= set(page.ids())


def test_every_indicator_clause_citation_and_evidence_is_there(assessment: Assessment) -> None:
    page = page_of(assessment)
    for indicator in assessment.indicators:
        assert f"indicator-{indicator.id}" in page.ids()
        assert indicator.title in page.text
        for clause in indicator.clauses:
            assert clause.text in page.text
            assert clause.citation.text in page.text
            for part in clause.evidence:
                assert not part.source or f"[{part.source}]" in page.text


def test_every_status_is_marked_not_only_coloured() -> None:
    page = page_of(some_assessment("not_met"))
    assert {"✓ 达到", "× 未达到"} <= set(re.findall("[✓×] (?:未)?达到", page.text))
    assert "? 缺数据" in page_of(some_assessment("incomplete")).text


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("certifiable", "达到认定条件"),
        ("not_met", "未达到认定条件"),
        ("vetoed", "一票否决，不予认定"),
        ("incomplete", "数据不全，暂不能作出结论"),
    ],
)
def test_the_verdict_stands_on_top(outcome: Any, said: str) -> None:
    page = page_of(some_assessment(outcome))
    assert said in page.text[:400]
    assert ("等次：优秀" in page.text[:400]) == (outcome == "certifiable")


def test_evidence_of_what_fails_is_unfolded_and_of_the_rest_folded() -> None:
    assessment = some_assessment("not_met")
    folds = page_of(assessment).tags("details")
    failing = len(assessment.with_status("unmet")) + 1  # indicator 29 is under 80 % of its points
    assert len(folds) == len(assessment.indicators)
    assert sum("open" in one for one in folds) == failing


def test_folded_evidence_is_hidden_on_the_screen_only() -> None:
    style = environment().get_template("report.css").render()
    rules = [line for line in style.splitlines() if "details:not([open])" in line]
    assert len(rules) == 1
    assert rules[0].startswith("@media screen")


def test_every_school_value_stands_in_the_matrix_with_its_mark() -> None:
    assessment = some_assessment("not_met", schools=20)
    page = page_of(assessment)
    for school in assessment.schools:
        assert school.code in page.text
    basic = sum(
        0.85 * one.thresholds[school.stage] <= school.values[one.id] < one.thresholds[school.stage]
        for school in assessment.schools
        for one in assessment.resources
    )
    cells = [one for one in page.tags("td") if str(one.get("class", "")).startswith("v ")]
    assert len(cells) == 20 * 7
    assert sum(one["class"] == "v basic" for one in cells) == basic


def test_schools_that_do_not_comply_come_first() -> None:
    assessment = some_assessment("not_met", schools=30)
    for matrix in report_of(assessment).matrices:
        verdicts = [row.verdict for row in matrix.rows]
        assert verdicts == sorted(verdicts, key=lambda one: one != "below")


def test_whatever_people_type_stands_as_text() -> None:
    nasty = "<script>alert(1)</script> & \"q\" 'a' {{ 7*7 }} <b>"
    plain = some_assessment("not_met")
    schools = tuple(replace(one, name=nasty) for one in plain.schools)
    gaps = tuple(replace(one, name=nasty) for one in plain.gaps)
    vetoes = tuple(replace(one, basis=nasty) for one in plain.vetoes)
    changed = replace(plain, schools=schools, gaps=gaps, vetoes=vetoes, county_name=nasty, warnings=(warning(nasty),))
    text = html_of(report_of(changed))
    page = Page(text)
    assert "<script" not in text
    assert page.misnested == []
    assert nasty in page.text
    assert page.text.count("alert(1)") > len(schools)


def test_school_names_with_chemistry_of_unicode_are_kept() -> None:
    plain = some_assessment("certifiable", schools=2)
    schools = tuple(replace(one, name="䶮湾㛃口𠮷村小学😀") for one in plain.schools)
    assert "䶮湾㛃口𠮷村小学😀" in page_of(replace(plain, schools=schools)).text


def test_a_county_without_survey_scores_or_schools_has_a_report() -> None:
    nothing: dict[str, Any] = {
        "schools": (),
        "gaps": (),
        "coefficients": {},
        "county_values": {},
        "vetoes": (),
        "scores": None,
    }
    bare = replace(some_assessment("incomplete"), **nothing)
    page = page_of(bare)
    assert page.misnested == []
    assert "没有参加判定的学校" in page.text
    assert "没有社会认可度调查结果" in page.text
    assert "scores" not in page.ids()
    assert "vetoes" not in page.ids()


def test_an_absent_coefficient_is_said_not_shown_as_nothing() -> None:
    page = page_of(some_assessment("not_met"))
    assert "初中全县值为0，无法计算差异系数" in page.text
    assert "无法计算" in page.text
    assert "None" not in page.text
    assert "nan" not in page.text


def test_a_coefficient_just_over_its_limit_is_not_rounded_onto_it() -> None:
    text = page_of(some_assessment("not_met")).text
    assert "小学差异系数0.50002，高于上限0.5，超0.00002" in text
    assert "98.999%，低于标准99%，差0.001个百分点" in text


def test_an_invalid_sample_is_said_with_its_reasons() -> None:
    found = recognition(sample=sample(400, reasons=["too_few", "unbalanced:teacher,public"], band=None))
    text = page_of(some_assessment("not_met", recognition=found)).text
    assert "样本无效" in text
    assert "有效答卷400份，应有430份，差30份；各类对象数量相差过大（教师、其他群众）" in text


def test_a_rate_whose_interval_is_not_reliable_says_why() -> None:
    text = page_of(some_assessment("certifiable")).text
    assert "区间仅供参考：学校太少、表态的答卷不足30份" in text


def test_only_the_rate_that_the_rule_judges_is_marked() -> None:
    found = recognition(questionnaires=rate_of(339, 400))
    survey = report_of(some_assessment("certifiable", recognition=found)).survey
    assert survey is not None
    judged = {one.label: one.mark for one in (survey.overall, *survey.items, *survey.units, *survey.groups)}
    assert {label for label, mark in judged.items() if mark} == {"总体", "第36项", "按答题计"}
    assert all("参考" in one.remark for one in survey.groups)
    text = page_of(some_assessment("certifiable", recognition=found)).text
    assert "按答卷计 84.75% 82.75% 至 86.75% 339/400" in text


def test_a_rule_that_counts_questionnaires_marks_their_rate_only() -> None:
    found = recognition(unit="questionnaire")
    survey = report_of(some_assessment("certifiable", recognition=found)).survey
    assert survey is not None
    marked = [one.label for one in (survey.overall, *survey.items, *survey.units, *survey.groups) if one.mark]
    assert marked == ["总体（按答卷计）", "按答卷计"]
    assert survey.overall.base == "360/400"


def test_the_coefficient_and_the_county_value_have_a_result_each() -> None:
    plain = some_assessment("not_met")
    values = {"小学": {**plain.county_values["小学"], "1": 0.5}, "初中": plain.county_values["初中"]}
    one = next(one for one in plain.indicators if one.id == "1")
    fails = replace(one, clauses=tuple(replace(clause, reason="county_below") for clause in one.clauses))
    spared = replace(one, clauses=tuple(replace(clause, reason="") for clause in one.clauses))
    for indicator, result in ((fails, "× 未达到"), (spared, "不作判定")):
        indicators = tuple(indicator if other is one else other for other in plain.indicators)
        report = report_of(replace(plain, indicators=indicators, county_values=values))
        row = report.stages[0].rows[0]
        assert (row.county_result, row.status) == (result, "met")
        text = Page(html_of(report)).text
        assert "全县值结果 差异系数 上限 差异系数结果" in text
        assert f"0.50 ≥ 4.2 {result} 0.230 ≤ 0.5 ✓ 达到" in text


def test_scores_that_come_from_the_survey_are_not_asked_of_evaluators() -> None:
    text = page_of(some_assessment("incomplete")).text
    assert "第8.4款的得分由社会认可度调查折算，尚无样本有效的调查结果，不必填写评分。" in text
    assert "“B评分”表缺少评分：33.3。" in text


def test_a_rate_without_any_base_has_a_report() -> None:
    nobody = Estimate(0, 0, 0, 0, 0, ci_reasons=("small_base",))
    found = recognition(
        items={"36": nobody},
        groups=dict.fromkeys(GROUPS, nobody),
        questionnaires=nobody,
        answers_to_fail=None,
    )
    page = page_of(some_assessment("not_met", recognition=found))
    assert page.misnested == []
    assert "社会认可度 —" in page.text


def test_english_labels_leave_the_rule_in_chinese() -> None:
    page = page_of(some_assessment("not_met"), language="en")
    assert "Not met" in page.text
    assert "附件1 第1条第1款" in page.text
    assert page.tags("html")[0]["lang"] == "en"
    assert "全县值" not in page.text


def test_a_long_county_is_a_small_file() -> None:
    text = html_of(report_of(some_assessment("not_met", schools=90)))
    assert len(text.encode()) < 1_500_000


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    "pair",
    [
        "ink paper",
        "muted paper",
        "muted faint",
        "ink faint",
        "accent paper",
        "limit paper",
        "met met-bg",
        "basic basic-bg",
        "unmet unmet-bg",
        "missing missing-bg",
        "met paper",
        "basic paper",
        "unmet paper",
        "missing paper",
    ],
)
def test_every_text_has_the_contrast_of_wcag_aa(scheme: int, pair: str) -> None:
    style = environment().get_template("report.css").render()
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", re.findall(r":root \{(.*?)\}", style, re.DOTALL)[scheme]))
    ink, paper = pair.split()
    assert contrast(colours[ink], colours[paper]) >= 4.5
