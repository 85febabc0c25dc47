"""Facts for tests: a county far above every threshold of xiangtan-2018, in which a test changes only what matters."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from evaluation.facts import COLUMNS, Facts, table_from_rows
from evaluation.rulebook.model import Rulebook
from evaluation.survey.interval import Estimate
from evaluation.survey.recognition import Recognition
from evaluation.survey.sampling import Sample

COUNTY = "439901"

SCHOOL: dict[str, Any] = {
    "name": "测试学校",
    "kind": "小学",
    "stage": "小学",
    "location": "城区",
    "owner": "公办",
    "pupils": 500.0,
    "classes": 12.0,
    "qualified_teachers": 50.0,
    "backbone_teachers": 10.0,
    "pe_art_teachers": 10.0,
    "teaching_area_m2": 5000.0,
    "sports_area_m2": 8000.0,
    "equipment_yuan": 2_000_000.0,
    "multimedia_rooms": 20.0,
    "funded_pupils": 500.0,
    "budget_yuan": 300_000.0,
    "training_yuan": 30_000.0,
}

FIGURES: dict[str, float] = {
    "小学教职工编制标准_城区": 19,
    "小学教职工编制标准_乡村": 19,
    "初中教职工编制标准_城区": 13.5,
    "初中教职工编制标准_乡村": 13.5,
    "小学公用经费定额_城区": 600,
    "小学公用经费定额_乡村": 600,
    "初中公用经费定额_城区": 800,
    "初中公用经费定额_乡村": 800,
    "特教公用经费定额": 6000,
    "特教学校生均公用经费": 6000,
    "教师平均工资": 98000,
    "公务员平均工资": 97500,
    "应完成360学时教师数": 2400,
    "完成360学时教师数": 2400,
    "符合交流条件教师数": 1200,
    "交流轮岗教师数": 137,
    "交流轮岗骨干教师数": 28,
    "专任教师数": 3100,
    "持证专任教师数": 3100,
    "小学招生数": 5200,
    "小学就近划片入学数": 5200,
    "初中招生数": 4200,
    "初中就近划片入学数": 4100,
    "优质高中招生名额": 2600,
    "优质高中分配到初中名额": 1400,
    "随迁子女符合条件数": 1800,
    "随迁子女公办及购买服务就读数": 1700,
    "初中三年前入学人数": 4100,
    "初中三年巩固人数": 4080,
    "残疾儿童数": 200,
    "残疾儿童入学数": 192,
}


def recognition_with(rates: Mapping[str, float | None] | None = None, **changes: Any) -> Recognition:
    """A survey on a valid sample with these rates by item, all 0.9 if not told; `changes` replace fields."""
    found = {"36": 0.9, "8.4": 0.9, "30.8": 0.9} | dict(rates or {})
    estimates = {item: Estimate(0, 0, 0, 0, 0, rate=rate) for item, rate in found.items()}
    made = Recognition(
        unit="answer",
        item="36",
        threshold=0.85,
        items=estimates,
        groups={},
        questionnaires=estimates["36"],
        answers_to_fail=None,
        sample=sample_of(100),
        plan={},
        responses=100,
    )
    return replace(made, **changes)


def sample_of(valid: int, *reasons: str) -> Sample:
    """A sample of so many valid sheets where 100 are required; valid itself unless there are reasons against it."""
    return Sample(100, valid, not reasons, reasons, {}, None, parents_share=0.5, balance_tolerance=0.2)


RECOGNITION = recognition_with()


def build_facts(rulebook: Rulebook, **changes: Any) -> Facts:
    """A good county under `rulebook`; each keyword replaces or changes one table.

    `schools`: rows laid over `SCHOOL`; `figures`: keys laid over `FIGURES` (None takes a key away); `classes`, `rooms`, `monitoring`, `finance`,
    `findings`, `scores`, `vetoes`: whole tables as rows; `without`: tables that the county did not supply.
    """
    schools = _schools(
        changes.get("schools") or [{"school": "P1"}, {"school": "J1", "kind": "初级中学", "stage": "初中"}]
    )
    tables: dict[str, Sequence[Mapping[str, Any]]] = {
        "counties": [{"name": "测试县", "year": 2020, "population": 100_000.0}],
        "school_stages": schools,
        "classes": changes.get("classes") or _classes(schools),
        "rooms": changes.get("rooms") or _rooms(schools),
        "county_figures": _figures(changes.get("figures", {})),
        "finance": changes.get("finance") or _finance(),
        "monitoring": changes.get("monitoring") or [{"subject": "数学", "level": 3, "dispersion": 0.1}],
        "findings": changes.get("findings") or _findings(rulebook),
        "scores": changes.get("scores") or _scores(rulebook),
        "vetoes": changes.get("vetoes") or [{"item": item.id, "is_present": False} for item in rulebook.vetoes.items],
    }
    absent = set(changes.get("without", []))
    kept = {name: [] if name in absent else _complete(name, rows) for name, rows in tables.items()}
    supplied = [{"county": COUNTY, "table": name} for name, rows in kept.items() if rows]
    return Facts(
        **{name: table_from_rows(name, rows) for name, rows in kept.items()},
        supplied=table_from_rows("supplied", supplied),
    )


def _complete(table: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    defaults: dict[str, Any] = {"county": COUNTY, "row": 0, "basis": "", "label": "", "count": 1.0, "evaluator": "甲"}
    known = {name: value for name, value in defaults.items() if name in COLUMNS[table]}
    return [known | dict(row) for row in rows]


def _schools(changes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [SCHOOL | {"row": i} | dict(change) for i, change in enumerate(changes, start=2)]


def _classes(schools: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "school": one["school"],
            "stage": one["stage"],
            "pupils_min": 40.0,
            "pupils_max": 40.0,
            "count": one["classes"],
        }
        for one in schools
    ]


def _rooms(schools: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"school": one["school"], "kind": kind, "area_m2": 120.0} for one in schools for kind in ("音乐", "美术") * 9
    ]


def _figures(changes: Mapping[str, float | None]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in (FIGURES | dict(changes)).items() if value is not None]


def _finance() -> list[dict[str, Any]]:
    return [
        {"year": 2016 + i, "spending_wan_yuan": 90_000.0 + 4000 * i, "pupils": 60_000.0 + 100 * i} for i in range(5)
    ]


def _findings(rulebook: Rulebook) -> list[dict[str, Any]]:
    return [{"clause": clause.id, "is_met": True} for clause in rulebook.clauses_entered("findings")]


def _scores(rulebook: Rulebook) -> list[dict[str, Any]]:
    scored = rulebook.clauses_entered("scores")
    return [{"clause": clause.id, "score": 0.95 * clause.test.points} for clause in scored]  # type: ignore[union-attr]
