"""What the pages of assessments say from code; all other words stand in the templates."""

from collections.abc import Mapping
from typing import Final

from evaluation.errors import Message

STARTED: Final = Message(
    "started", en="The assessment has begun. Next: upload the workbook.", zh="评估已经开始。下一步：上传工作簿。"
)
SURVEY_CHOSEN: Final = Message(
    "survey_chosen", en="The survey's result counts in the verdict now.", zh="问卷结果已计入结论。"
)
SURVEY_PARTED: Final = Message(
    "survey_parted", en="The assessment has no survey any more.", zh="已取消关联的问卷调查。"
)
SAVED: Final = Message("saved", en="{subject}: saved.", zh="{subject} 已保存。")
PHOTO_REMOVED: Final = Message("photo_removed", en="The photo is taken out of the finding.", zh="照片已从本款移除。")
THEIRS_KEPT: Final = Message(
    "theirs_kept",
    en="{subject}: what was saved before stays; yours was not saved.",
    zh="{subject} 保留了已保存的内容，您填写的没有保存。",
)
SCORES_SAVED: Final = Message(
    "scores_saved", en="Indicator {indicator}: your scores are saved.", zh="指标 {indicator} 的评分已保存。"
)
REST_LEFT: Final = Message(
    "rest_left",
    en="{count} clauses are left to the others; you see all scores now.",
    zh="{count} 款留给他人评分，现在可以看到全部评分。",
)
SET_ASIDE: Final = Message("set_aside", en="The score is not counted any more.", zh="这个评分已不计入平均。")
COUNTED_AGAIN: Final = Message("counted_again", en="The score is counted again.", zh="这个评分重新计入平均。")
REOPENED: Final = Message("reopened", en="The assessment can be changed again.", zh="评估已重新开启，可以修改。")

FILE_NAMES: Final[Mapping[str, Message]] = {
    "report.html": Message("file", en="report.html", zh="评估报告.html"),
    "report.docx": Message("file", en="report.docx", zh="评估报告.docx"),
    "ledger.xlsx": Message("file", en="ledger.xlsx", zh="整改台账.xlsx"),
    "assessment.json": Message("file", en="assessment.json", zh="评估结果.json"),
}
DRAFT: Final = Message("draft", en="draft-", zh="草稿-")
PROBLEMS_FILE: Final = Message("problems_file", en="problems of {name}.xlsx", zh="{name} 的问题清单.xlsx")
TEMPLATE_FILE: Final = Message("template_file", en="workbook-{rulebook}.xlsx", zh="统计工作簿-{rulebook}.xlsx")
PROBLEM_HEADS: Final = (
    Message("head", en="Kind", zh="类别"),
    Message("head", en="Sheet", zh="表"),
    Message("head", en="Cell", zh="单元格"),
    Message("head", en="Row", zh="所在行"),
    Message("head", en="In the cell", zh="单元格内容"),
    Message("head", en="What is wrong", zh="问题"),
    Message("head", en="What is expected", zh="应为"),
)
DIFFERENCES_FILE: Final = Message("differences_file", en="differences of {name}.xlsx", zh="{name} 与上一版的差别.xlsx")
DIFFERENCE_HEADS: Final = (
    Message("head", en="Kind", zh="类别"),
    Message("head", en="Sheet", zh="表"),
    Message("head", en="Row", zh="所在行"),
    Message("head", en="Column", zh="项目"),
    Message("head", en="Before", zh="原来"),
    Message("head", en="Now", zh="现在"),
    Message("head", en="Cell", zh="单元格"),
)
CHANGES: Final[Mapping[str, Message]] = {
    "added": Message("change", en="row added", zh="新增一行"),
    "removed": Message("change", en="row removed", zh="删去一行"),
    "changed": Message("change", en="changed", zh="改动"),
}
PROBLEM: Final = Message("kind", en="problem", zh="问题")
WARNING: Final = Message("kind", en="notice", zh="提醒")
