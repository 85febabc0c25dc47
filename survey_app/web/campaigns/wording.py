"""What the campaigns' pages say from code; all other words stand in the templates."""

from typing import Final

from evaluation.errors import Message

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
