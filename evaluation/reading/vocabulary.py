"""The words of the domain as data: what a cell may say, what it is understood as, units, and rows that hold no data.

Sources of the accepted words and codes: the official school statistics (教育事业统计), forms 教基1001 and 基础基111, and the code lists
of 城乡 and 办学类型. Our own words are those of the statistics workbook.
"""

import re
from collections.abc import Sequence

from evaluation.texts import Choices, fold

PRIMARY, JUNIOR, SPECIAL, VOCATIONAL = "小学", "初中", "特教", "职业"
STAGES = Choices(
    (PRIMARY, JUNIOR, SPECIAL, VOCATIONAL),
    {
        "小学阶段": PRIMARY,
        "小学部": PRIMARY,
        "初中阶段": JUNIOR,
        "初中部": JUNIOR,
        "普通初中": JUNIOR,
        "特殊教育": SPECIAL,
        "职业教育": VOCATIONAL,
        "中等职业教育": VOCATIONAL,
        "中职": VOCATIONAL,
    },
)

# A class annexed to a school of another stage (附设班) is a row of its school; the row takes the school's kind (`checks.host_kinds`).
ANNEXED = "附设班"
POINT, SPECIAL_SCHOOL, VOCATIONAL_SCHOOL = "教学点", "特殊教育学校", "职业学校"
KINDS = Choices(
    ("小学", POINT, "初级中学", "九年一贯制学校", "十二年一贯制学校", "完全中学", SPECIAL_SCHOOL, VOCATIONAL_SCHOOL),
    {
        "211": "小学",
        "完全小学": "小学",
        "218": POINT,
        "小学教学点": POINT,
        "311": "初级中学",
        "初中": "初级中学",
        "312": "九年一贯制学校",
        "九年一贯制": "九年一贯制学校",
        "341": "完全中学",
        "345": "十二年一贯制学校",
        "十二年一贯制": "十二年一贯制学校",
        "其他特教学校": SPECIAL_SCHOOL,
        "特教学校": SPECIAL_SCHOOL,
        "盲人学校": SPECIAL_SCHOOL,
        "聋人学校": SPECIAL_SCHOOL,
        "盲校": SPECIAL_SCHOOL,
        "聋校": SPECIAL_SCHOOL,
        "弱智学校": SPECIAL_SCHOOL,
        "培智学校": SPECIAL_SCHOOL,
        "职业高中学校": VOCATIONAL_SCHOOL,
        "职业高中": VOCATIONAL_SCHOOL,
        "中等技术学校": VOCATIONAL_SCHOOL,
        "中等职业学校": VOCATIONAL_SCHOOL,
        "219": ANNEXED,
        "附设小学班": ANNEXED,
        "319": ANNEXED,
        "附设普通初中班": ANNEXED,
        "附设初中班": ANNEXED,
        "519": ANNEXED,
        "附设特教班": ANNEXED,
        "368": ANNEXED,
        "附设中职班": ANNEXED,
        ANNEXED: ANNEXED,
    },
)

CITY, TOWN, VILLAGE = "城区", "镇区", "乡村"
LOCATIONS = Choices(
    (CITY, TOWN, VILLAGE),
    {
        "111": CITY,
        "主城区": CITY,
        "112": CITY,
        "城乡结合区": CITY,
        "121": TOWN,
        "镇中心区": TOWN,
        "122": TOWN,
        "镇乡结合区": TOWN,
        "123": TOWN,
        "特殊区域": TOWN,
        "210": VILLAGE,
        "乡中心区": VILLAGE,
        "220": VILLAGE,
        "村庄": VILLAGE,
    },
)

PUBLIC, PRIVATE = "公办", "民办"
OWNERS = Choices(
    (PUBLIC, PRIVATE),
    {
        "999": PRIVATE,
        "私立": PRIVATE,
        "公立": PUBLIC,
        "教育部门": PUBLIC,
        "省级教育部门": PUBLIC,
        "地级教育部门": PUBLIC,
        "县级教育部门": PUBLIC,
        "其他部门": PUBLIC,
        "省级其他部门": PUBLIC,
        "地级其他部门": PUBLIC,
        "县级其他部门": PUBLIC,
        "地方企业": PUBLIC,
        "事业单位": PUBLIC,
        "部队": PUBLIC,
        "集体": PUBLIC,
    },
)

ROOM_SUFFIXES = ("教室", "专用教室")


def room_choices(kinds: Sequence[str]) -> Choices:
    """The kinds of special rooms of a rulebook: 音乐, 音乐教室 and 音乐专用教室 are the same."""
    return Choices(tuple(kinds), {kind + suffix: kind for kind in kinds for suffix in ROOM_SUFFIXES})


MET, UNMET = "达标", "未达标"
FINDING_RESULTS = Choices((MET, UNMET), {"合格": MET, "符合": MET, "不达标": UNMET, "不合格": UNMET, "不符合": UNMET})

YES, NO = "是", "否"
PRESENCE = Choices((YES, NO), {"存在": YES, "不存在": NO})

LEVELS = Choices(
    ("1", "2", "3", "4"),
    {
        form: str(number)
        for number, (roman, word) in enumerate((("I", "一"), ("II", "二"), ("III", "三"), ("IV", "四")), start=1)
        for form in (f"{number}级", roman, f"{roman}级", f"水平{roman}", word, f"{word}级", f"{word}等")
    },
)

_DIGITS = "一二三四五六七八九"


def _numeral(number: int) -> str:
    """一 to 九十九, as people write the number of an item."""
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else _DIGITS[tens - 1]) + ("十" if tens else "") + (_DIGITS[ones - 1] if ones else "")


def veto_choices(items: Sequence[str]) -> Choices:
    """The veto items of a rulebook: of one with a number, 1, 一 and 第一项 are the same."""
    numbered = {item: _numeral(int(item)) for item in items if re.fullmatch("[1-9][0-9]?", item)}
    return Choices(
        tuple(items),
        {form: item for item, word in numbered.items() for form in (word, f"第{word}项") if form not in items},
    )


# Units a header may name, by the unit of the column, with the factor that brings a value to the column's unit.
UNIT_WORDS: dict[str, dict[str, float]] = {
    "人": {"人": 1, "名": 1, "万人": 10_000, "万名": 10_000, "万": 10_000},
    "㎡": {"㎡": 1, "平方米": 1, "平米": 1, "万㎡": 10_000, "万平方米": 10_000, "万平米": 10_000, "万": 10_000},
    "元": {
        "元": 1,
        "元/年": 1,
        **dict.fromkeys(("人民币元", "人民币", "RMB", "CNY", "¥"), 1),
        "万元": 10_000,
        "万元/年": 10_000,
        "万": 10_000,
    },
    "万元": {"万元": 1, "万元/年": 1, "元": 1 / 10_000, "元/年": 1 / 10_000},
    "间": {"间": 1, "个": 1},
    "册": {"册": 1, "本": 1, "万册": 10_000, "万": 10_000},
    "台": {"台": 1, "套": 1},
    "个": {"个": 1, "班": 1, "个班": 1},
    "年": {"年": 1, "年度": 1, "公历": 1},
    "%": {"%": 1},
    "分": {"分": 1},
    # a county figure says its unit in its name, if anywhere
    "": {
        "人": 1,
        "名": 1,
        "元": 1,
        "元/年": 1,
        "元/人": 1,
        "元/生": 1,
        **dict.fromkeys(("元/人/年", "元/生/年", "元/人·年", "元/生·年", "元/人年", "元/生年"), 1),
        "个": 1,
        "万元": 10_000,
        "万元/年": 10_000,
        "万人": 10_000,
    },
}
UNITS = {unit: {fold(word): factor for word, factor in words.items()} for unit, words in UNIT_WORDS.items()}

# What counts as a unit at all, several at once (元/万元) too: anything else in a header's brackets is a remark.
_UNIT = (
    r"(?:[十百千万亿兆KW]*(?:(?:人民币|美|港)?元|人民币|RMB|CNY|USD|HKD|[¥$]|人|名|M2|平方米|平米|平方千米|平方公里|KM2|SQM|亩|公顷"
    r"|间|个|班|个班|套|台|册|本|所|吨|角|分)"
    r"|[十百千万亿兆]+|[KW]|%|‰|年|年度|百分比)(?:/(?:年|月|人|生|人·年|人年|生·年|生年|班|日|M2))*"
)
UNIT_WORD = re.compile(rf"{_UNIT}(?:[/或和与及]{_UNIT})*")
# A header's bracket may name the year beside the unit: （年度）（万元）.
TIME_UNITS = frozenset({"年", "年度"})
UNIT_PREFIX = "单位:"
# "单位：万元" above a table, which speaks of no column in particular
TITLE_UNIT = re.compile(r"(?:计量)?单位:.+")

# Marks that people put where there is nothing to say.
NOTHING_MARKS = frozenset({"*", "**", "-", "--", "—", "——", "/", "\\", "无", "空", "…", "N/A", "NULL", "NONE"})
EXCEL_ERRORS = frozenset(
    {"#DIV/0!", "#N/A", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)

EXAMPLE_MARK = "示例"
EXPLANATION_HEADER = "说明"
TOTAL_ROW = re.compile(r"(?:合计|总计|小计|共计|全县合计|全区合计)[::]?")
FOOTER_ROW = re.compile(
    r"(?:备注|注|说明|填表人?|填报人?|制表人?|审核人?|单位负责人|负责人|统计人|联系电话|填表说明)[::].*|备注|填表说明|说明"
)
COLUMN_NUMBER = re.compile(r"[甲乙丙丁戊己庚辛]|[1-9]\d?")
# Columns that people keep for themselves on any sheet.
OWN_COLUMNS = frozenset({"序号", "编号", "备注", "说明", "NO.", "NO"})

# Sheets are often numbered: 1.基本信息, 表2 学校.
SHEET_NUMBERING = re.compile(r"^(?:附?表)?\d+[.、_:-]*")
# Sheets that explain, in our own template or added by people.
OWN_SHEETS = frozenset({"说明", "填表说明", "填写说明", "封面", "目录"})
# Sheets of the statistics program's own exports, one school each, items going down.
FORM_SHEET = re.compile(r"(?:教基|基础基|教职|中职基|特基)\d{3,4}.*")

# A figure that counts some of what another counts all of, beside those that a rule sets in proportion.
PARTS_BESIDE_THE_RULE = {"符合交流条件教师数": "专任教师数"}

WAGE_UNIT = "元/年"
# Keys of county figures whose meaning reading itself knows.
RETAINED, ENTERED = "初中三年巩固人数", "初中三年前入学人数"
GRADUATES, MOVED_IN, MOVED_OUT, ENROLLED_THREE_YEARS_AGO, DIED = (
    "毕业生数",
    "三年转入",
    "三年转出",
    "三年前初一在校生数",
    "三年死亡",
)
RETENTION_KEYS = (GRADUATES, MOVED_IN, MOVED_OUT, ENROLLED_THREE_YEARS_AGO, DIED)

GRADE, CLASS = "年级", "班"
YEAR_SUFFIX = re.compile(r"(\d{4})年?度?")
