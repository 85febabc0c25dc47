"""A small survey with everything in it that an export could stumble over."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import questionnaires as instruments
from evaluation.survey.labels import LabelCount
from evaluation.survey.questionnaire import Questionnaires, load_questionnaires, questionnaire_from_document
from evaluation.survey.responses import ResponseRow
from survey_app.demo_county import build_county, draw_answers
from survey_app.demo_county.survey import draw_respondents
from survey_app.output.exported import ExportedComment, ExportedResponse
from survey_app.output.exported import UnitSchool as ExportedUnit

OUR_QUESTIONNAIRES = load_questionnaires(Path(instruments.__file__).parent)

NASTY = [
    "=1+1",
    "＝1",
    "+86 731",
    "-2",
    "@SUM(A1:A9)",
    "a\x0bb",
    "lone \ud800 half",
    "👩‍👧 好",
    "𠮷 䶮 㛃",
    "一行\r\n两行\n三行",
    'quote " and , and ;',
    "_x000B_ as typed",
    " =1+1 after a blank",
    "'quoted'",
    "<script>alert(1)</script>",
    "长" * 40_000,
    "𠮷" * 20_000,
]


class Comment:
    def __init__(self, group, text):
        self.group, self.text = group, text


def option(value, label, recognises=None):
    return {"value": value, "label": {"zh": label}, "recognises": recognises}


def questionnaire(group, *questions, **option_sets):
    sets = {
        "satisfaction": [
            option(1, "满意", True),
            option(2, "基本满意", True),
            option(3, "不满意", False),
            option(9, "不了解"),
        ],
        **option_sets,
    }
    return questionnaire_from_document(
        {
            "id": group,
            "version": 1,
            "group": group,
            "title": {"zh": group},
            "option_sets": sets,
            "questions": list(questions),
        }
    )


def question(id_, text, kind="choice", options="satisfaction", items=("36",), required=True):
    return {
        "id": id_,
        "text": {"zh": text},
        "type": kind,
        "options": None if kind == "text" else options,
        "required": required,
        "items": list(items),
    }


LONG_TEXT = "您对县里缩小城乡学校差距的工作满意吗" * 20
LONG_LABEL = "很长的选项" * 20

ODD_QUESTIONNAIRES = Questionnaires(
    {
        "parent": questionnaire(
            "parent",
            question("q01", LONG_TEXT),
            question("q02", "您选几项", "multi", "several", (), required=False),
            question("q03", "家长的第三题"),
            question("by", "您属于哪一类", options="kinds", items=(), required=False),
            question("q04", "还想说什么", "text", items=(), required=False),
            several=[option(1, "甲"), option(2, "乙"), option(13, LONG_LABEL)],
            kinds=[option(1, "城里"), option(2, "镇上")],
        ),
        "teacher": questionnaire(
            "teacher",
            question("q01", LONG_TEXT),
            question("q03", "教师的第三题", options="agreement"),
            question("q04", "教师的第四题"),
            agreement=[option(1, "同意", True), option(2, "不同意", False), option(9, "说不清")],
        ),
    }
)

ODD_RESPONSES = [
    ResponseRow("parent", "U001", True, {"q01": 1, "q02": [1, 13], "q03": 9, "by": 2}),
    ResponseRow("parent", "2143990001", False, {"q01": 9, "q03": 3}),
    ResponseRow("teacher", "2143990001", True, {"q01": 2, "q03": 2, "q04": 1}),
    ResponseRow("parent", "", True, {"q01": 3, "q02": [2], "q03": 1}),
]


@dataclass(frozen=True)
class Survey:
    """What is exported, as `services.results` would give it."""

    title: str
    questionnaires: Questionnaires
    responses: Iterable[ExportedResponse]
    comments: Iterable[ExportedComment]
    units: Sequence[ExportedUnit]
    counts: Sequence[LabelCount] = ()


class UnitSchool(NamedTuple):
    unit: str
    school: str
    school_name: str


UNITS = [
    UnitSchool("U001", "0143990007", "㘵背𠮷教学点"),
    UnitSchool("U001", "2143990008", '=HYPERLINK("x")小学'),
    UnitSchool("2143990001", "2143990001", "清溪县实验小学"),
]

COUNTS = [
    LabelCount("parent", "U001", 3, 0, 1, 2),
    LabelCount("parent", "2143990001", 1, 0, 0, 0),
    LabelCount("teacher", "2143990001", 5, 4, 0, 1),
    LabelCount("principal", "", 3, 3, 0, 0),
]


def odd_export(**changes):
    comments = [Comment("parent", text) for text in NASTY]
    values = {
        "title": "清溪县2026年义务教育优质均衡社会认可度调查" * 3,
        "questionnaires": ODD_QUESTIONNAIRES,
        "responses": iter(ODD_RESPONSES),
        "comments": iter(comments),
        "units": UNITS,
        "counts": COUNTS,
    }
    return Survey(**(values | changes))


def demo_responses(seed=1):
    county = build_county(seed)
    randomness = random.Random(seed)
    return [
        ResponseRow(
            one.group,
            one.school,
            not one.is_hasty,
            draw_answers(OUR_QUESTIONNAIRES[one.group], one.disposition, randomness),
        )
        for one in draw_respondents(county, seed)
    ]
