"""The statistics workbook as data: its sheets, their columns, and for each column type, unit, whether it is required, words, notes.

Reading, the empty template and docs/workbook.md all derive from here. What differs from rulebook to rulebook (kinds of rooms, veto items,
further columns) is laid over it by `evaluation.reading.asked`.
"""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from evaluation.reading.vocabulary import FINDING_RESULTS, KINDS, LEVELS, LOCATIONS, OWNERS, PRESENCE, STAGES
from evaluation.survey.wording import GROUP_WORDS
from evaluation.texts import Choices

Kind = Literal["text", "code", "county_code", "clause", "key", "choice", "number", "whole", "year", "share", "any"]


class Note(NamedTuple):
    """An explanation in both languages: Chinese in the template, English in the docs."""

    zh: str
    en: str


NO_NOTE = Note("", "")


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column.

    `is_required`: the column must be there. `may_be_empty`: a single cell may be empty (always so in a column that is not required).
    `unit` is what a value means; a header may name another one of `vocabulary.UNITS`. `maximum` is where a value becomes absurd.
    `is_added`: a campus that is no school of its own brings its number into its school's row.
    """

    header: str
    field: str
    kind: Kind
    note: Note = NO_NOTE
    unit: str = ""
    is_required: bool = True
    may_be_empty: bool = False
    choices: Choices | None = None
    maximum: float = float("inf")
    aliases: tuple[str, ...] = ()
    example: str | float = ""
    is_added: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One sheet and the table of `evaluation.facts` it fills.

    `keys` are fields the template fills in beforehand: a row in which nothing else is filled has not been typed yet.
    """

    name: str
    table: str
    columns: tuple[Column, ...]
    note: Note
    is_required: bool = False
    keys: tuple[str, ...] = ()

    def column(self, field: str) -> Column:
        """The column of a field."""
        return next(column for column in self.columns if column.field == field)

    @property
    def added_fields(self) -> tuple[str, ...]:
        """The fields that a campus adds to its school's row."""
        return tuple(column.field for column in self.columns if column.is_added)


EXAMPLE_SCHOOL = "2143000001"
_MOST_PUPILS, _MOST_CLASSES, _MOST_STAFF, _MOST_AREA, _MOST_YUAN = 50_000, 1_000, 10_000, 5_000_000, 1e11

_SCHOOL_CODE = Column(
    "学校代码",
    "school",
    "code",
    Note("学校标识码，按文本填写；各表以此对应", "the school's code, as text; ties the sheets together"),
    aliases=("学校标识码", "学校（机构）标识码", "机构编码", "学校编码"),
    example=EXAMPLE_SCHOOL,
)
_STAGE = Column(
    "学段",
    "stage",
    "choice",
    Note("学校在该学段的一行", "the stage this row speaks of"),
    choices=STAGES,
    example="小学",
)
_BASIS = Column(
    "依据",
    "basis",
    "text",
    Note("可空：材料名称或现场记录", "optional: document or record"),
    is_required=False,
    example="查阅台账",
)


def _shared_area(header: str, field: str, unit: str, note: Note, maximum: float, example: float) -> Column:
    return Column(
        header, field, "number", note, unit=unit, may_be_empty=True, maximum=maximum, example=example, is_added=True
    )


_LEFT_EMPTY_ZH = "；总量填在“共用资源”的学校此格留空"
_LEFT_EMPTY_EN = "; left empty where the school's total stands in 共用资源"
_SHARED_COLUMNS = (
    (
        "教学及辅助用房面积",
        "teaching_area_m2",
        "㎡",
        "教学及辅助用房的建筑面积",
        "area of teaching and auxiliary rooms",
        _MOST_AREA,
        3200.5,
    ),
    (
        "体育运动场馆面积",
        "sports_area_m2",
        "㎡",
        "运动场地与室内体育用房面积之和",
        "sports grounds and halls",
        _MOST_AREA,
        5400,
    ),
    (
        "教学仪器设备值",
        "equipment_yuan",
        "元",
        "教学仪器设备资产值",
        "value of teaching equipment",
        _MOST_YUAN,
        1500000,
    ),
    (
        "网络多媒体教室数",
        "multimedia_rooms",
        "间",
        "接入网络的多媒体教室间数",
        "networked multimedia classrooms",
        _MOST_STAFF,
        16,
    ),
)
SHARED_FIELDS = tuple(field for _, field, *_ in _SHARED_COLUMNS)

BASIC = Sheet(
    "基本信息",
    "counties",
    (
        Column("项目", "item", "text", Note("固定项目", "what the value is"), example="县市区"),
        Column(
            "值",
            "value",
            "any",
            Note("见各项目说明", "see the items below"),
            may_be_empty=True,
            aliases=("数值", "内容"),
            example="示范县",
        ),
    ),
    Note("县（市、区）的基本信息，每项一行。", "The county: one row an item."),
    is_required=True,
    keys=("item",),
)
# The rows of 基本信息, each with the type of its value.
BASIC_ITEMS = (
    Column(
        "县市区",
        "name",
        "text",
        Note("县（市、区）名称", "name of the county"),
        aliases=("县名", "县（市、区）", "区县"),
        example="示范县",
    ),
    Column(
        "行政区划代码",
        "county",
        "county_code",
        Note("六位代码，按文本填写", "code of the county: six digits, as text"),
        aliases=("区划代码", "县级行政区划代码"),
        example="430302",
    ),
    Column(
        "年度",
        "year",
        "year",
        Note("评估年度，如 2020", "year of the assessment, such as 2020"),
        unit="年",
        aliases=("年份",),
        example=2020,
    ),
    Column(
        "常住人口",
        "population",
        "whole",
        Note("全县常住人口", "resident population"),
        unit="人",
        maximum=50_000_000,
        aliases=("常住人口数",),
        example=350000,
    ),
)

SCHOOLS = Sheet(
    "学校",
    "school_stages",
    (
        _SCHOOL_CODE,
        Column(
            "学校名称",
            "name",
            "text",
            Note("学校全称", "full name"),
            aliases=("机构名称", "学校（机构）名称"),
            example="示范小学",
        ),
        Column("办学类型", "kind", "choice", Note("学校的办学类型", "kind of school"), choices=KINDS, example="小学"),
        _STAGE,
        Column(
            "城乡",
            "location",
            "choice",
            Note("所在地城乡类型", "location"),
            choices=LOCATIONS,
            aliases=("城乡类型", "城乡分组"),
            example="镇区",
        ),
        Column(
            "举办者",
            "owner",
            "choice",
            Note("公办或民办", "public or private"),
            choices=OWNERS,
            aliases=("举办者类型", "举办者性质"),
            example="公办",
        ),
        Column(
            "学生数",
            "pupils",
            "whole",
            Note("该学段在校学生数", "pupils of the stage"),
            unit="人",
            maximum=_MOST_PUPILS,
            aliases=("在校学生数", "在校生数"),
            example=540,
            is_added=True,
        ),
        Column(
            "班级数",
            "classes",
            "whole",
            Note("该学段班级数", "classes of the stage"),
            unit="个",
            maximum=_MOST_CLASSES,
            aliases=("班数", "教学班数"),
            example=12,
            is_added=True,
        ),
        Column(
            "高于规定学历教师数",
            "qualified_teachers",
            "number",
            Note(
                "小学专科及以上、初中本科及以上学历的专任教师数",
                "full-time teachers with a degree above the required one",
            ),
            unit="人",
            maximum=_MOST_STAFF,
            example=30,
            is_added=True,
        ),
        Column(
            "县级以上骨干教师数",
            "backbone_teachers",
            "number",
            Note("县级及以上骨干教师数", "backbone teachers of county level and above"),
            unit="人",
            maximum=_MOST_STAFF,
            aliases=("县级及以上骨干教师数",),
            example=6,
            is_added=True,
        ),
        Column(
            "体育艺术专任教师数",
            "pe_art_teachers",
            "number",
            Note("体育、艺术（美术、音乐）专任教师数", "full-time teachers of sports and arts"),
            unit="人",
            maximum=_MOST_STAFF,
            example=6,
            is_added=True,
        ),
        *(
            _shared_area(header, field, unit, Note(zh + _LEFT_EMPTY_ZH, en + _LEFT_EMPTY_EN), maximum, example)
            for header, field, unit, zh, en, maximum, example in _SHARED_COLUMNS
        ),
        Column(
            "公用经费核定学生数",
            "funded_pupils",
            "whole",
            Note("核定公用经费的学生数", "pupils the public funds are allotted for"),
            unit="人",
            maximum=_MOST_PUPILS,
            example=540,
            is_added=True,
        ),
        Column(
            "年度公用经费预算",
            "budget_yuan",
            "number",
            Note("年度公用经费预算总额", "budget of public funds in the year"),
            unit="元",
            maximum=_MOST_YUAN,
            aliases=("年度公用经费预算总额",),
            example=351000,
            is_added=True,
        ),
        Column(
            "教师培训经费",
            "training_yuan",
            "number",
            Note("年度公用经费中安排的教师培训经费", "of it, for training teachers"),
            unit="元",
            maximum=_MOST_YUAN,
            example=31600,
            is_added=True,
        ),
        Column(
            "室内体育用房面积",
            "indoor_sports_m2",
            "number",
            Note(
                "可空：含在教学及辅助用房面积内的室内体育用房，读取时扣除",
                "optional: indoor sports rooms contained in 教学及辅助用房面积, deducted from it",
            ),
            unit="㎡",
            is_required=False,
            maximum=_MOST_AREA,
        ),
        Column(
            "归属学校代码",
            "belongs_to",
            "code",
            Note(
                "可空：不计校数的校区填所属学校的代码，其各项数值并入该校同学段",
                "optional: a campus that is not a school of its own names its school; its figures are added to that school's row of the same stage",
            ),
            is_required=False,
        ),
    ),
    Note(
        "每校每学段一行；附设班作为所在学校相应学段的一行。",
        "One row a school a stage; an annexed class (附设班) is a row of its school with that stage.",
    ),
    is_required=True,
)

# The totals that a resource per pupil may be counted from.
RESOURCE_FIELDS = tuple(name for name in SCHOOLS.added_fields if name != "pupils")

SHARED = Sheet(
    "共用资源",
    "shared_resources",
    (
        _SCHOOL_CODE,
        Column(
            "小学生数",
            "primary_pupils",
            "whole",
            Note("可空，空为 0", "an empty cell is 0"),
            unit="人",
            may_be_empty=True,
            maximum=_MOST_PUPILS,
            aliases=("小学学生数",),
            example=600,
        ),
        Column(
            "初中生数",
            "junior_pupils",
            "whole",
            Note("可空，空为 0", "an empty cell is 0"),
            unit="人",
            may_be_empty=True,
            maximum=_MOST_PUPILS,
            aliases=("初中学生数",),
            example=450,
        ),
        Column(
            "高中生数",
            "senior_pupils",
            "whole",
            Note("可空，空为 0", "an empty cell is 0"),
            unit="人",
            may_be_empty=True,
            maximum=_MOST_PUPILS,
            aliases=("高中学生数",),
            example=0,
        ),
        *(
            Column(
                header,
                field,
                "number",
                Note(f"全校总量：{zh}", f"the whole school's {en}"),
                unit=unit,
                maximum=maximum,
                example=example,
            )
            for header, field, unit, zh, en, maximum, example in _SHARED_COLUMNS
        ),
    ),
    Note(
        "仅填按全校报总量的多学段学校；按加权学生数（小学 1 : 初中 1.1 : 高中 1.32）分到各学段；教学及辅助用房面积应已扣除室内体育用房。",
        "Only multi-stage schools that report a total; it is split by weighted pupils, 小学 1 : 初中 1.1 : 高中 1.32. Indoor sports rooms are deducted already.",
    ),
)

CLASSES = Sheet(
    "班级",
    "classes",
    (
        _SCHOOL_CODE,
        _STAGE,
        Column("年级", "grade", "text", Note("如 3 或 三年级", "grade"), example="3"),
        Column(
            "班级",
            "class_name",
            "text",
            Note("班号或班名", "number or name of the class"),
            aliases=("班号", "班级名称"),
            example="1",
        ),
        Column(
            "学生数",
            "pupils",
            "whole",
            Note("该班学生数", "pupils of the class"),
            unit="人",
            maximum=500,
            aliases=("班额",),
            example=45,
        ),
    ),
    Note("每班一行；也可改填“班额分布”。", "One row a class; 班额分布 may stand instead."),
)

# Bands of class size as the statistics forms have them: (header, smallest, largest).
BANDS: tuple[tuple[str, float, float], ...] = (
    ("25人以下", 1, 25),
    *((f"{low}-{low + 4}", low, low + 4) for low in range(26, 66, 5)),
    ("66人以上", 66, float("inf")),
)
BAND_FIELDS = tuple(f"band_{low}" for _, low, _ in BANDS)


def _band_column(header: str, low: float, high: float) -> Column:
    spelled = header.replace("-", "至") + "人" if "-" in header else header.replace("以", "及以")
    note = Note(
        f"{spelled}的班数", f"classes of {low:g} to {high:g}" if high < float("inf") else f"classes of {low:g} and more"
    )
    aliases = (
        tuple(header.replace("-", dash) + end for dash in "-~—–至" for end in ("人", ""))
        if "-" in header
        else (spelled,)
    )
    return Column(
        header,
        f"band_{low}",
        "whole",
        note,
        unit="个",
        may_be_empty=True,
        maximum=_MOST_CLASSES,
        aliases=aliases,
        example=0,
    )


CLASS_BANDS = Sheet(
    "班额分布",
    "classes",
    (_SCHOOL_CODE, _STAGE, *(_band_column(*band) for band in BANDS)),
    Note(
        "代替“班级”：各班额档的班数，空为 0。",
        "Instead of 班级: how many classes are of each size; an empty cell is 0.",
    ),
)

ROOMS = Sheet(
    "专用教室",
    "rooms",
    (
        _SCHOOL_CODE,
        Column("类型", "kind", "text", Note("专用教室的类型", "kind of room"), example="音乐"),
        Column(
            "面积", "area_m2", "number", Note("该间面积", "area of the room"), unit="㎡", maximum=10_000, example=96
        ),
    ),
    Note("专用教室，每间一行。", "Special rooms, one row a room."),
)

FINANCE = Sheet(
    "财政",
    "finance",
    (
        Column("年份", "year", "year", Note("如 2016", "such as 2016"), unit="年", aliases=("年度",), example=2016),
        Column(
            "一般公共预算教育支出",
            "spending_wan_yuan",
            "number",
            Note("全县一般公共预算教育支出", "spending on education in the general public budget"),
            unit="万元",
            maximum=1e9,
            example=90000,
        ),
        Column(
            "在校学生数",
            "pupils",
            "whole",
            Note("全县在校学生数", "pupils of the county"),
            unit="人",
            maximum=50_000_000,
            example=60000,
        ),
    ),
    Note("每年一行。", "One row a year."),
)

FIGURES = Sheet(
    "县级数据",
    "county_figures",
    (
        Column(
            "指标项",
            "key",
            "key",
            Note("固定项目名", "name of the figure"),
            aliases=("指标", "项目"),
            example="教师平均工资",
        ),
        Column(
            "数值",
            "value",
            "number",
            Note("金额以元计，工资以元/年计", "money in 元, wages in 元 a year"),
            maximum=1e13,
            aliases=("值",),
            example=98000,
        ),
    ),
    Note(
        "县级数据，每项一行；未掌握的项目可不填，相应条款判为“缺”。",
        "County figures, one row each; a figure left out makes its clause missing.",
    ),
    keys=("key",),
)

MONITORING = Sheet(
    "质量监测",
    "monitoring",
    (
        Column("学科", "subject", "text", Note("监测学科", "subject"), example="语文"),
        Column(
            "学业水平等级",
            "level",
            "choice",
            Note("1 至 4，或 Ⅰ 至 Ⅳ", "1 to 4, or Ⅰ to Ⅳ"),
            choices=LEVELS,
            aliases=("学生学业水平", "学业水平"),
            example="3",
        ),
        Column(
            "校际差异率",
            "dispersion",
            "share",
            Note("0 至 1 的小数，或带 % 的百分数", "0 to 1, or a percentage with its sign"),
            unit="%",
            maximum=1,
            example=0.12,
        ),
    ),
    Note("国家义务教育质量监测结果，每学科一行。", "Results of the national monitoring, one row a subject."),
)

_CLAUSE = Column(
    "条款",
    "clause",
    "clause",
    Note("条款编号，按文本填写", "number of the clause, as text"),
    aliases=("条款号",),
    example="10.1",
)
FINDINGS = Sheet(
    "现场核查",
    "findings",
    (
        _CLAUSE,
        Column(
            "结论", "is_met", "choice", Note("达标或未达标", "met or unmet"), choices=FINDING_RESULTS, example="达标"
        ),
        _BASIS,
    ),
    Note("由现场核查判定的条款，每条一行。", "Clauses decided on site, one row each."),
    keys=("clause",),
)

SCORES = Sheet(
    "B评分",
    "scores",
    (
        replace(_CLAUSE, example="8.1"),
        Column(
            "评估人",
            "evaluator",
            "text",
            Note("姓名或代号", "name or letter of the evaluator"),
            aliases=("评估员", "评分人"),
            example="甲",
        ),
        Column(
            "得分",
            "score",
            "number",
            Note("0 至该条款分值", "0 to the clause's points"),
            unit="分",
            maximum=1000,
            aliases=("评分",),
            example=2.5,
        ),
        _BASIS,
    ),
    Note(
        "B 类条款评分；同一条款可由多人评分，取平均；由满意度调查得出的条款不填。",
        "Scores of B clauses; several evaluators may score one. Clauses scored from the survey are not typed.",
    ),
    keys=("clause",),
)

VETOES = Sheet(
    "一票否决",
    "vetoes",
    (
        Column("事项", "item", "clause", Note("事项序号", "number of the item"), example="1"),
        Column(
            "是否存在", "is_present", "choice", Note("是或否", "是 present, 否 not"), choices=PRESENCE, example="否"
        ),
        _BASIS,
    ),
    Note("一票否决事项，每项一行。", "Veto items, one row each."),
    keys=("item",),
)

FRAMES = Sheet(
    "调查对象规模",
    "frames",
    (
        Column(
            "类别", "group", "choice", Note("调查对象类别", "respondent group"), choices=GROUP_WORDS, example="校长"
        ),
        Column(
            "总体人数",
            "size",
            "whole",
            Note("该类对象总人数", "people in the group"),
            unit="人",
            maximum=50_000_000,
            aliases=("人数",),
            example=68,
        ),
    ),
    Note("可选：人数有限的调查对象的总体人数。", "Optional: the frame of a respondent group."),
    keys=("group",),
)

SHEETS = (
    BASIC,
    SCHOOLS,
    SHARED,
    CLASSES,
    CLASS_BANDS,
    ROOMS,
    FINANCE,
    FIGURES,
    MONITORING,
    FINDINGS,
    SCORES,
    VETOES,
    FRAMES,
)
