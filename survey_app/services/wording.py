"""What the services say about mistakes in campaign files, lists of schools and codes."""

from typing import Final

from evaluation.errors import Message

# campaign file

FILE_MISSING = Message(
    "campaign_path",
    en="{key}: there is no {what} at {path}; expected a path relative to the campaign file",
    zh="{key}：找不到{what} {path}；应为相对于活动文件的路径",
)
CLOSES_TOO_EARLY = Message(
    "campaign_closes",
    en="closes: {closes} is not after opens ({opens}); expected a later time",
    zh="closes：{closes} 不晚于 opens（{opens}）；截止时间应晚于开始时间",
)
ONE_SOURCE = Message(
    "campaign_schools",
    en="expected either schools (a .csv file) or workbook (an .xlsx file), and not both",
    zh="应写明 schools（.csv 文件）或 workbook（.xlsx 文件）之一，不能两者都写",
)
UNKNOWN_GROUP = Message(
    "campaign_group",
    en="{key}: there is no group “{group}”; expected one of: {expected}",
    zh="{key}：没有类别“{group}”；可用的类别：{expected}",
)
UNKNOWN_RULEBOOK = Message(
    "campaign_rulebook",
    en="rulebook: {reason}",
    zh="rulebook：{reason}",
)
NO_QUESTIONNAIRE = Message(
    "campaign_questionnaire",
    en="questionnaires: {folder} has none for the group {group}; expected one a group",
    zh="questionnaires：{folder} 中没有 {group} 的问卷；每类调查对象应有一份",
)
OTHER_COUNTY = Message(
    "campaign_county",
    en="county.code: the workbook is of the county {workbook}, the campaign of {campaign}; expected the same",
    zh="county.code：工作簿属于 {workbook}，活动属于 {campaign}；两者应一致",
)

# list of schools

SCHOOLS_COLUMN_MISSING = Message(
    "schools_column_missing",
    en="the column {column} is missing; expected in the first row: {expected}",
    zh="缺少“{column}”列；首行应有：{expected}",
)
SCHOOLS_EMPTY = Message(
    "schools_empty",
    en="lists no school with pupils; expected a row a school a stage",
    zh="没有任何有学生的学校；应每校每学段一行",
)
SCHOOL_STAGE_TWICE = Message(
    "school_stage_twice",
    en="the school {school} has a row for {stage} already (line {line}); expected one row a school a stage",
    zh="学校 {school} 的{stage}已在第 {line} 行；每校每学段只能一行",
)
SCHOOL_OTHER_NAME = Message(
    "school_other_name",
    en="the school {school} is called {other} in line {line}; expected one name for one code",
    zh="学校 {school} 在第 {line} 行名为“{other}”；同一代码应为同一名称",
)

# codes

CODE_WRONG_COPY = Message(
    "code_wrong_copy",
    en="is not a code: it was copied wrongly; expected 11 characters such as 7K3M-9QXA-4HT",
    zh="不是有效的参与码：可能抄错；应为 11 个字符，如 7K3M-9QXA-4HT",
)
CODE_UNKNOWN = Message(
    "code_unknown", en="this campaign has no such code; expected one it issued", zh="本次活动没有这个参与码"
)
CODE_USED = Message(
    "code_used",
    en="has been used; only unused codes can be cancelled, and its answers can't be found",
    zh="已使用；只有未使用的参与码可以作废，已提交的答卷无法找回",
)
CODE_CANCELLED = Message("code_cancelled", en="has been cancelled already", zh="此前已作废")
CODE_TWICE = Message("code_twice", en="is named a second time; expected each code once", zh="重复；每个参与码只写一次")

# plan

FEWER_SCHOOLS_THAN_CODES: Final = Message(
    "plan_short",
    en="{group}: {to_issue} codes are wanted, {allocated} can be given out (the schools have no more); the plan is {planned}",
    zh="{group}：需发放 {to_issue} 个参与码，学校人数只够 {allocated} 个；计划样本 {planned} 份",
)
