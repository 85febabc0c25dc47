"""What the campaigns' pages say from code; all other words stand in the templates."""

from collections.abc import Mapping
from typing import Final

from evaluation.errors import Message
from evaluation.survey.groups import GROUPS
from evaluation.survey.wording import GROUP_NAMES

ALL_GROUPS: Final = Message("all_groups", en="all groups", zh="全部类别")
SORT_NAMES: Final = {
    "pace": Message("sort", en="silent ones first", zh="没有动静的在前"),
    "share": Message("sort", en="return", zh="回收率"),
    "answered": Message("sort", en="handed in", zh="已交份数"),
    "name": Message("sort", en="name", zh="名称"),
    "code": Message("sort", en="code", zh="代码"),
}
OPENED: Final = Message(
    "campaign_opened", en="The survey is open. Answers are taken from {opens}.", zh="调查已开放，{opens} 起可以填写。"
)
CLOSING: Final = Message(
    "campaign_closing",
    en="The survey is closing. Forms that are out are taken until {until}.",
    zh="调查正在结束：先前打开的问卷可以交到 {until}，之后自动汇总、封存。",
)
CREATED: Final = Message(
    "campaign_created",
    en="The survey is stored as a draft. Check the plan below.",
    zh="已保存为草稿。请核对下面的样本方案。",
)
NOTHING_TO_ISSUE: Final = Message(
    "nothing_to_issue", en="No code of the plan is missing.", zh="计划中的参与码都已发放，没有要补的。"
)
SHEETS_REMOVED: Final = Message(
    "sheets_removed",
    en="The sheets are removed from the server. Keep the files safe until the slips are handed out, then delete them.",
    zh="单子已从服务器删除。请保管好下载的文件，发完以后删掉。",
)
EXPORT_NAMES: Final = {
    ".csv": Message("export", en="CSV, with codebook", zh="CSV（附编码本）"),
    ".xlsx": Message("export", en="Excel", zh="Excel"),
    ".sav": Message("export", en="SPSS", zh="SPSS"),
    ".parquet": Message("export", en="Parquet", zh="Parquet"),
}
SHORTFALL: Final = Message(
    "shortfall",
    en="{group}: {wanted} codes are wanted for {planned} answers, but the schools listed have only {allocated} people to give them to.",
    zh="{group}：计划样本 {planned} 份，应发 {wanted} 个参与码，但名单上的学校只有 {allocated} 人可发。",
)
MISSING: Final = Message("form_missing", en="is missing", zh="请填写")
WRONG: Final = Message("form_wrong", en="got “{got}”; expected: {expected}", zh="现为“{got}”；应为：{expected}")
PERCENT: Final = Message(
    "form_percent",
    en="got “{got}”; expected: a percentage above 0, at most 100",
    zh="现为“{got}”；应为：大于 0、不超过 100 的百分数",
)
LATER: Final = Message("form_later", en="is not after the opening", zh="应晚于开始时间")
ONE_SOURCE: Final = Message(
    "form_schools",
    en="give either a list of schools (.csv) or the statistics workbook (.xlsx)",
    zh="请上传学校名单（.csv）或统计表（.xlsx），只要其中一个",
)
NO_QUESTIONNAIRE: Final = Message(
    "form_questionnaire",
    en="there is no questionnaire for {group}; all seven groups need one",
    zh="没有“{group}”的问卷；七类人员各要一份",
)
OTHER_COUNTY: Final = Message(
    "form_county",
    en="the workbook is of the county {workbook}, the form says {campaign}",
    zh="统计表属于 {workbook}，这里填的是 {campaign}；两者应一致",
)
MORE: Final = Message("more_problems", en="and {number} more", zh="另有 {number} 处")
_FIELD_NAMES: Final[Mapping[str, Message]] = {
    "name": Message("field", en="Name of the survey", zh="调查名称"),
    "county_code": Message("field", en="Code of the county", zh="行政区划代码"),
    "county_name": Message("field", en="Name of the county", zh="县（市、区）名称"),
    "population": Message("field", en="Residents", zh="常住人口"),
    "year": Message("field", en="Year of the assessment", zh="评估年度"),
    "rulebook": Message("field", en="Rulebook", zh="适用的规则"),
    "opens": Message("field", en="Opens", zh="开始时间"),
    "closes": Message("field", en="Closes", zh="截止时间"),
    "base_url": Message("field", en="Address on the slips", zh="单子上的网址"),
    "schools": Message("field", en="List of schools or workbook", zh="学校名单或统计表"),
    "questionnaires": Message("field", en="Questionnaires", zh="问卷"),
    "expected_return": Message("field", en="Expected return (%)", zh="预计回收率（%）"),
    "per_school": Message("field", en="Codes a school", zh="每校每类发放人数"),
    "min_sample": Message("field", en="Least sample", zh="样本下限"),
    "seed": Message("field", en="Seed of the draw", zh="抽样种子"),
    "min_seconds": Message("field", en="Least seconds to fill in", zh="最短填写时间（秒）"),
    "grace_minutes": Message("field", en="Grace after the closing (minutes)", zh="截止后的宽限（分钟）"),
    "anonymity_k": Message("field", en="Smallest crowd an answer hides in", zh="匿名人数下限"),
}
_FRAME: Final = Message("field", en="{group}: people in all", zh="{group}：总人数")
_CAP: Final = Message("field", en="{group}: at most", zh="{group}：最多收")


def field_names() -> dict[str, Message]:
    """What the fields of the form are called, those of each group too."""
    of_groups = {}
    for group in GROUPS:
        names = {one: GROUP_NAMES[group][one] for one in ("zh", "en")}
        for prefix, message in (("frame", _FRAME), ("cap", _CAP)):
            zh, en = (message.text(one, {"group": names[one]}) for one in ("zh", "en"))
            of_groups[f"{prefix}_{group}"] = Message("field", en=en, zh=zh)
    return {**_FIELD_NAMES, **of_groups}
