"""Words of the survey: names of groups, what readers say about mistakes, and the sentences about sampling error."""

from collections.abc import Mapping
from typing import Final

from evaluation.errors import Language, Message
from evaluation.survey.groups import Group
from evaluation.texts import Choices

GROUP_NAMES: Final[Mapping[Group, Mapping[Language, str]]] = {
    "parent": {"zh": "家长", "en": "parents"},
    "student": {"zh": "学生", "en": "students"},
    "teacher": {"zh": "教师", "en": "teachers"},
    "principal": {"zh": "校长", "en": "principals"},
    "npc_deputy": {"zh": "人大代表", "en": "deputies of the people's congress"},
    "cppcc_member": {"zh": "政协委员", "en": "members of the CPPCC"},
    "public": {"zh": "其他群众", "en": "other residents"},
}

GROUPS_BY_WORD: Final[Mapping[str, Group]] = {names["zh"]: group for group, names in GROUP_NAMES.items()}
GROUP_WORDS: Final = Choices(
    tuple(GROUPS_BY_WORD),
    {"学生家长": "家长", "群众": "其他群众", "社会公众": "其他群众", "公众": "其他群众"}
    | {group: word for word, group in GROUPS_BY_WORD.items()},
)
"""Groups as files name them: our words, other words of the field, our identifiers."""

# Questionnaire files

EXPECTED_ID = Message(
    "expected_id",
    en="small letters, digits and _, a letter first, at most 40",
    zh="小写字母、数字和下划线，以字母开头，最多 40 个字符",
)
EXPECTED_WORDS = Message("expected_words", en="a text that isn't blank", zh="非空的文字")
EXPECTED_ITEM = Message(
    "expected_item",
    en='the id of an item of the rule (letters, digits, “.”, “-”), such as "36" or "8.4"',
    zh='细则中的项目编号（字母、数字、“.”、“-”），如 "36"、"8.4"',
)
EXPECTED_DECIMALS = Message("expected_decimals", en="a number with at most 6 decimals", zh="最多 6 位小数的数字")
NO_QUESTIONNAIRES = Message(
    "no_questionnaires",
    en="there is no questionnaire here; expected a folder with a file NAME.yaml for each group",
    zh="此处没有问卷；应为一个文件夹，每类调查对象一个 .yaml 文件",
)
SECOND_FOR_GROUP = Message(
    "second_questionnaire_for_group",
    en="the group {group} has a questionnaire in {other} already; expected one file a group",
    zh="{group} 已有问卷 {other}；每类调查对象只能有一个文件",
)
SECOND_QUESTIONNAIRE_ID = Message(
    "second_questionnaire_id",
    en="the questionnaire id “{id}” stands in {other} already; expected an id of its own",
    zh="问卷编号“{id}”已用于 {other}；每份问卷的编号不能相同",
)
SECOND_QUESTION_ID = Message(
    "second_question_id",
    en="the question id “{id}” is a duplicate; expected each id once",
    zh="题号“{id}”重复；每个题号只能用一次",
)
RESERVED_QUESTION_ID = Message(
    "reserved_question_id",
    en="“{id}” names a column of the responses file or a field of the form; expected another question id",
    zh="“{id}”是答卷文件的列名或表单的字段名；请换一个题号",
)
UNKNOWN_OPTION_SET = Message(
    "unknown_option_set",
    en="there is no option set “{name}”; expected one of: {known}",
    zh="没有选项组“{name}”；可用的选项组：{known}",
)
OPTIONS_MISSING = Message(
    "options_missing",
    en="a question of type {type} has no options; expected `options: NAME` of an option set",
    zh="{type} 类题目没有选项；应写 options: 选项组名",
)
OPTIONS_ON_TEXT = Message(
    "options_on_text",
    en="a question of type text has options; expected none, or type choice or multi",
    zh="text 类题目不能有选项；请去掉 options，或改为 choice、multi",
)
ITEMS_ON_TEXT = Message(
    "items_on_text",
    en="a question of type text can't count toward an item; expected `items: []`",
    zh="text 类题目不能计入认可度；items 应为空",
)
SECOND_ITEM = Message(
    "second_item",
    en="the item “{item}” is a duplicate; expected each item once",
    zh="计入项目“{item}”重复；每项只写一次",
)
SECOND_OPTION_VALUE = Message(
    "second_option_value",
    en="the value {value} stands in the option set “{name}” a second time; expected each value once",
    zh="选项组“{name}”中的值 {value} 重复；每个值只能用一次",
)
SECOND_OPTION_LABEL = Message(
    "second_option_label",
    en="the label “{label}” stands in the option set “{name}” a second time; expected each label once",
    zh="选项组“{name}”中的文字“{label}”重复；每个选项的文字不能相同",
)
OPTION_SET_TOO_SMALL = Message(
    "option_set_too_small",
    en="the option set “{name}” leaves nothing to choose; expected a list of two options or more",
    zh="选项组“{name}”没有可选的余地；应至少有两个选项",
)
NO_QUESTIONS = Message(
    "no_questions", en="the questionnaire has no question; expected a list of them", zh="问卷没有题目；应列出题目"
)
RECOGNISES_MISSING = Message(
    "recognises_missing",
    en="an option of “{name}”, which counts toward an item, doesn't say whether it recognises; expected true, false or null",
    zh="选项组“{name}”计入认可度，但此选项没有 recognises；应为 true、false 或 null",
)
NOTHING_TO_RECOGNISE = Message(
    "nothing_to_recognise",
    en="the question counts toward an item, but “{name}” has no option that recognises, or none that doesn't; expected both",
    zh="题目计入认可度，但选项组“{name}”缺少认可或不认可的选项；两种都要有",
)

# .csv files

CSV_NOT_READABLE = Message(
    "csv_not_readable", en="can't be read: {reason}; expected a .csv file", zh="无法读取：{reason}；应为 .csv 文件"
)
CSV_IS_WORKBOOK = Message(
    "csv_is_workbook",
    en="is an Excel workbook under another name; save it as “CSV UTF-8” and give that file",
    zh="是改了名的 Excel 工作簿；请另存为“CSV UTF-8（逗号分隔）”后再提交",
)
CSV_NOT_TEXT = Message(
    "csv_not_text",
    en="is not text in UTF-8 (or GB18030); save it as “CSV UTF-8” and give that file",
    zh="不是 UTF-8（或 GB18030）文本；请另存为“CSV UTF-8（逗号分隔）”后再提交",
)
CSV_EMPTY = Message("csv_empty", en="is empty; expected a row of column names", zh="文件为空；第一行应为列名")
CSV_SEPARATOR = Message(
    "csv_separator",
    en="the columns are not separated by commas; save the file as “CSV UTF-8 (comma delimited)”",
    zh="各列不是以半角逗号分隔；请另存为“CSV UTF-8（逗号分隔）”",
)
CSV_COLUMN_TWICE = Message(
    "csv_column_twice",
    en="the column “{column}” is a duplicate; expected each column once",
    zh="列“{column}”重复；每列只能出现一次",
)
CSV_RAGGED = Message(
    "csv_ragged",
    en="the row has {got} cells; expected {expected}, as many as the header",
    zh="此行有 {got} 个单元格；应与表头一样为 {expected} 个",
)
CSV_BROKEN = Message(
    "csv_broken",
    en='a quotation mark is not closed or stands where none may be ({reason}); expected cells in “"…"” or without',
    zh="引号未闭合或位置不对（{reason}）；单元格应整个用半角双引号括起，或不用引号",
)
COLUMN_MISSING = Message(
    "column_missing", en="the column “{column}” is missing; it is required", zh="缺少必需的列“{column}”"
)

# Sizes of groups

FRAME_COLUMNS: Final = ("类别", "总体人数")
PEOPLE_UNIT = "人"

UNKNOWN_GROUP = Message(
    "unknown_group",
    en="there is no respondent group “{group}”; expected one of: {known}",
    zh="没有调查对象类别“{group}”；应为：{known}",
)
FRAME_TWICE = Message(
    "frame_twice",
    en="the group “{group}” is a duplicate; expected each group once",
    zh="类别“{group}”重复；每类只写一行",
)
FRAME_NOT_A_NUMBER = Message(
    "frame_not_a_number",
    en="“{got}” is not a number of people; expected a whole number, 0 or more",
    zh="“{got}”不是人数；应为不小于 0 的整数",
)

# Counts by label, and units

UNIT_COLUMNS: Final = ("单元", "学校代码")

COUNT_NOT_A_NUMBER = Message(
    "count_not_a_number",
    en="“{got}” is not a number of sheets; expected a whole number, 0 or more",
    zh="“{got}”不是份数；应为不小于 0 的整数",
)
COUNT_TOO_SMALL = Message(
    "count_too_small",
    en="{got} sheets were answered, but more are withheld and lost, or fast; expected at least as many",
    zh="答卷共 {got} 份，而不列出的与丢失的之和、或答得太快的比这还多；应不少于它们",
)
LABEL_TWICE = Message(
    "label_twice",
    en="the unit {unit} of {group} is a duplicate; expected each once",
    zh="类别“{group}”的单元“{unit}”重复；每个只写一行",
)
COUNTS_OF_OTHER_RESPONSES = Message(
    "counts_of_other_responses",
    en="{counted} responses of {group} came out by these counts, the responses file has {found}; expected both of one export, unchanged",
    zh="按这份份数表应有{group}答卷 {counted} 份，答卷文件里有 {found} 份；两者应出自同一次导出，且未改动",
)
UNIT_CELL_EMPTY = Message("unit_cell_empty", en="{column} is empty; expected a code", zh="{column}为空；应为代码")
UNIT_NOT_LISTED = Message(
    "unit_not_listed",
    en="the responses are of a unit {unit} that stands nowhere in this list; expected the list of the same export",
    zh="答卷里的单元“{unit}”不在这份单元表里；两者应出自同一次导出",
)
SCHOOL_IN_TWO_UNITS = Message(
    "school_in_two_units",
    en="the school {school} belongs to the unit {unit} already; expected each school in one unit",
    zh="学校“{school}”已属于单元“{unit}”；每所学校只能属于一个单元",
)

# Responses files

NO_RESPONSES = Message(
    "no_responses",
    en="there is no response under the header; expected one a row",
    zh="表头下没有答卷；每行应为一份答卷",
)
UNKNOWN_QUESTION = Message(
    "unknown_question",
    en="no questionnaire asks a question “{column}”; expected a question id or one of: {known}",
    zh="没有一份问卷有题目“{column}”；应为题号或下列列名：{known}",
)
UNNAMED_COLUMN = Message(
    "unnamed_column",
    en="column {number} has values and no name; expected a question id",
    zh="第 {number} 列有值而没有列名；应为题号",
)
QUESTION_COLUMN_MISSING = Message(
    "question_column_missing",
    en="the column “{column}” is missing, a question to {group}; leave its cells empty where nobody answered",
    zh="缺少{group}问卷的题目列“{column}”；无人作答时请保留该列、单元格留空",
)
NO_QUESTIONNAIRE_FOR_GROUP = Message(
    "no_questionnaire_for_group",
    en="there is no questionnaire for the group “{group}”; expected one of: {known}",
    zh="类别“{group}”没有问卷；有问卷的类别：{known}",
)
NOT_ASKED = Message(
    "not_asked",
    en="“{got}” answers a question that the questionnaire for {group} doesn't ask; expected an empty cell",
    zh="{group}问卷没有此题，却有答案“{got}”；单元格应为空",
)
UNKNOWN_OPTION = Message(
    "unknown_option",
    en="“{got}” is no option of this question for {group}; expected {expected}",
    zh="“{got}”不是{group}问卷此题的选项；应为 {expected}",
)
OPTION_TWICE = Message(
    "option_twice",
    en="an option stands twice in “{got}”; expected each chosen option once, joined by ;",
    zh="“{got}”中有重复的选项；所选选项各写一次，以半角分号相连",
)
VALID_NOT_0_OR_1 = Message(
    "valid_not_0_or_1",
    en="“{got}” doesn't say whether the response is valid; expected 1 or 0",
    zh="“{got}”不能表明答卷是否有效；应为 1 或 0",
)
DURATION_NOT_SECONDS = Message(
    "duration_not_seconds",
    en="“{got}” is not a duration; expected seconds, 0 or more, or an empty cell",
    zh="“{got}”不是用时；应为不小于 0 的秒数，或留空",
)
SUBMITTED_NOT_A_TIME = Message(
    "submitted_not_a_time",
    en="“{got}” is not a time; expected one like 2020-10-12T08:30:00, or an empty cell",
    zh="“{got}”不是时间；应如 2020-10-12T08:30:00，或留空",
)
SCHOOL_SCIENTIFIC = Message(
    "school_scientific",
    en="“{got}” is a school code that a spreadsheet turned into a number; expected all its digits, as text",
    zh="“{got}”是被表格软件转成科学计数法的学校代码；应为完整的文本代码",
)
MORE_OF_THE_KIND = Message(
    "more_of_the_kind",
    en="{count} more cells of this column are wrong in the same way",
    zh="此列还有 {count} 个单元格有同样的问题",
)

# The rate

NO_QUESTION_FOR_ITEM = Message(
    "no_question_for_item",
    en='no question of the questionnaires counts toward item {item}; expected `items: ["{item}"]` at those that do',
    zh='问卷中没有计入第 {item} 项的题目；相应题目应写 items: ["{item}"]',
)

SAMPLING_ERROR: Final[Mapping[str, Mapping[Language, str]]] = {
    "above": {
        "zh": "认可度高于 {threshold}，超出抽样误差范围",
        "en": "above {threshold} beyond sampling error",
    },
    "below": {
        "zh": "认可度低于 {threshold}，超出抽样误差范围",
        "en": "below {threshold} beyond sampling error",
    },
    "cannot_tell": {
        "zh": "按抽样误差，样本不足以判断认可度高于还是低于 {threshold}",
        "en": "the sample cannot tell whether the rate is above or below {threshold}",
    },
}
"""What the interval says beside the decision, which stays with the rate itself (docs/statistics.md, 1.4)."""


def sampling_error_sentence(verdict: str, threshold: float, language: Language) -> str:
    """The sentence for an interval that lies above or below the threshold (0 to 1) or holds it."""
    return SAMPLING_ERROR[verdict][language].format(threshold=f"{threshold * 100:.10g}%")
