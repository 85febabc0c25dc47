"""The made-up county adds up, falls short exactly where it should, and covers what the rulebook asks."""

import math
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

import evaluation
from survey_app.demo_county import build_county, write_schools_csv, write_workbook

RULEBOOK = Path(evaluation.__file__).parent / "rulebooks" / "xiangtan-2018.yaml"
SHARED = ("教学及辅助用房面积", "体育运动场馆面积", "教学仪器设备值", "网络多媒体教室数")
# each resource of 附件1 第1—7条: a pupil's share in 小学 and 初中
STANDARDS = {
    "高于规定学历教师数": (0.042, 0.053),
    "县级以上骨干教师数": (0.01, 0.01),
    "体育艺术专任教师数": (0.009, 0.009),
    "教学及辅助用房面积": (4.5, 5.8),
    "体育运动场馆面积": (7.5, 10.2),
    "教学仪器设备值": (2000, 2500),
    "网络多媒体教室数": (0.023, 0.024),
}
WEIGHTS = {"小学": 1, "初中": 1.1, "高中": 1.32}


@pytest.fixture(params=[1, 2, 2026])
def county(request):
    return build_county(request.param)


def split_amount(county, row, resource):
    if row[resource] is not None:
        return row[resource] - (row["室内体育用房面积"] if resource == "教学及辅助用房面积" else 0)
    (total,) = [one for one in county["共用资源"] if one["学校代码"] == row["学校代码"]]
    weighted = sum(weight * total[f"{stage}生数"] for stage, weight in WEIGHTS.items())
    return total[resource] * WEIGHTS[row["学段"]] * row["学生数"] / weighted


def in_scope(county):
    for row in county["学校"]:
        if row["学段"] in ("小学", "初中") and not (row["办学类型"] == "教学点" and row["学生数"] < 50):
            yield row


def ratios(county, row):
    stage = 0 if row["学段"] == "小学" else 1
    return {
        name: split_amount(county, row, name) / row["学生数"] / thresholds[stage]
        for name, thresholds in STANDARDS.items()
    }


def test_same_seed_gives_same_county_and_another_seed_another():
    assert build_county(7) == build_county(7)
    assert build_county(7) != build_county(8)


def test_pupils_and_classes_of_every_row_add_up(county):
    pupils, classes = Counter(), Counter()
    for one in county["班级"]:
        pupils[one["学校代码"], one["学段"]] += one["学生数"]
        classes[one["学校代码"], one["学段"]] += 1
    assert {(row["学校代码"], row["学段"]): row["学生数"] for row in county["学校"]} == pupils
    assert {(row["学校代码"], row["学段"]): row["班级数"] for row in county["学校"]} == classes
    assert len({(one["学校代码"], one["学段"], one["年级"], one["班级"]) for one in county["班级"]}) == len(
        county["班级"]
    )


def test_shared_totals_name_the_pupils_of_their_rows_and_leave_the_four_cells_empty(county):
    rows = defaultdict(dict)
    for row in county["学校"]:
        rows[row["学校代码"]][row["学段"]] = row
    for total in county["共用资源"]:
        for stage in ("小学", "初中"):
            assert total[f"{stage}生数"] == (
                rows[total["学校代码"]][stage]["学生数"] if stage in rows[total["学校代码"]] else 0
            )
        assert all(row[name] is None for row in rows[total["学校代码"]].values() for name in SHARED)
    shared = {total["学校代码"] for total in county["共用资源"]}
    assert shared == {row["学校代码"] for row in county["学校"] if row["办学类型"] in ("九年一贯制学校", "完全中学")}


def test_only_the_schools_meant_to_fall_short_do(county):
    short = {
        (row["学校名称"], name): round(ratio, 2)
        for row in in_scope(county)
        for name, ratio in ratios(county, row).items()
        if ratio < 1 - 1e-9
    }
    assert set(short) == {
        ("白水镇中心小学", "县级以上骨干教师数"),
        ("石桥镇初级中学", "县级以上骨干教师数"),
        ("城关第一小学", "体育运动场馆面积"),
        ("柳溪镇中心小学", "教学及辅助用房面积"),
    }
    assert short["柳溪镇中心小学", "教学及辅助用房面积"] >= 0.85
    assert all(ratio < 0.85 for (school, _), ratio in short.items() if school != "柳溪镇中心小学")


def test_county_values_and_coefficients_meet_the_standards(county):
    for stage, limit in (("小学", 0.5), ("初中", 0.45)):
        rows = [row for row in in_scope(county) if row["学段"] == stage]
        pupils = sum(row["学生数"] for row in rows)
        for name in STANDARDS:
            mean = sum(ratios(county, row)[name] * row["学生数"] for row in rows) / pupils
            spread = sum(row["学生数"] * (ratios(county, row)[name] - mean) ** 2 for row in rows) / pupils
            assert mean >= 1
            assert 0.03 < math.sqrt(spread) / mean <= limit


def test_one_class_and_one_school_are_too_large_and_one_music_room_too_small(county):
    names = {row["学校代码"]: row["学校名称"] for row in county["学校"]}
    limits = {"小学": 45, "初中": 50, "特教": 99}
    large = [one for one in county["班级"] if one["学生数"] > limits[one["学段"]]]
    assert [(names[one["学校代码"]], one["学生数"]) for one in large] == [("城关第二小学", 48)]
    assert [row["学校名称"] for row in county["学校"] if row["学生数"] > 2000] == ["清溪县实验小学"]
    small = [one for one in county["专用教室"] if one["面积"] < {"音乐": 96, "美术": 90}[one["类型"]]]
    assert [names[one["学校代码"]] for one in small] == ["龙潭镇中心小学"]


def test_every_school_but_points_and_special_has_a_room_of_each_kind_for_twelve_classes(county):
    classes, rooms = Counter(), Counter((one["学校代码"], one["类型"]) for one in county["专用教室"])
    for row in county["学校"]:
        if row["办学类型"] not in ("教学点", "特殊教育学校"):
            classes[row["学校代码"]] += row["班级数"]
    assert rooms == {
        (code, kind): math.ceil(count / 12) for code, count in classes.items() for kind in ("音乐", "美术")
    }


def test_money_of_every_row_follows_the_rule(county):
    for row in county["学校"]:
        assert row["公用经费核定学生数"] == max(100, row["学生数"])
        assert row["教师培训经费"] >= 0.08 * row["年度公用经费预算"]


def test_spending_grows_and_spending_a_pupil_falls_once(county):
    spending = [row["一般公共预算教育支出"] for row in county["财政"]]
    a_pupil = [row["一般公共预算教育支出"] / row["在校学生数"] for row in county["财政"]]
    assert spending == sorted(spending)
    assert sum(later < earlier for earlier, later in pairwise(a_pupil)) == 1


def test_clauses_decided_on_site_or_scored_are_those_of_the_rulebook(county):
    on_site, points = set(), {}
    for indicator in yaml.safe_load(RULEBOOK.read_text(encoding="utf-8"))["indicators"]:
        for clause in indicator["clauses"]:
            if clause["test"]["name"] == "on_site":
                on_site.add(clause["id"])
            if clause["test"]["name"] == "scored":
                points[clause["id"]] = clause["test"]["points"]
    assert {row["条款"] for row in county["现场核查"]} == on_site
    assert {row["条款"] for row in county["B评分"]} == set(points)
    assert all(0 <= row["得分"] <= points[row["条款"]] for row in county["B评分"])
    assert set(Counter(row["条款"] for row in county["B评分"]).values()) == {2, 3}


def test_b_scores_pass_in_every_indicator(county):
    scores, points = defaultdict(list), {}
    for indicator in yaml.safe_load(RULEBOOK.read_text(encoding="utf-8"))["indicators"]:
        for clause in indicator["clauses"]:
            if clause["test"]["name"] == "scored":
                points[clause["id"]] = clause["test"]["points"]
    for row in county["B评分"]:
        scores[row["条款"]].append(row["得分"])
    by_indicator, possible = Counter(), Counter()
    for clause, given in scores.items():
        by_indicator[clause.split(".")[0]] += sum(given) / len(given)
        possible[clause.split(".")[0]] += points[clause]
    assert all(score >= 0.82 * possible[indicator] for indicator, score in by_indicator.items())


def test_same_county_gives_the_same_bytes(tmp_path):
    write_workbook(build_county(3), tmp_path / "a.xlsx")
    write_workbook(build_county(3), tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert [one.name for one in tmp_path.iterdir() if one.suffix == ".part"] == []


def test_school_list_has_a_row_a_school_a_stage(tmp_path, county):
    write_schools_csv(county, tmp_path / "schools.csv")
    lines = (tmp_path / "schools.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "学校代码,学校名称,学段,城乡,学生数,教师数"
    assert len(lines) == 1 + len(county["学校"])
    assert all(int(line.rsplit(",", 1)[1]) >= 2 for line in lines[1:])
