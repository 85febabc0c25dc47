"""Words of the survey: names of groups, what readers say about mistakes, and the sentences about sampling error."""

from collections.abc import Mapping
from typing import Final

from evaluation.errors import Language, Message
from evaluation.survey.groups import Group

GROUP_NAMES: Final[Mapping[Group, Mapping[Language, str]]] = {
    "parent": {"zh": "家长", "en": "parents"},
    "student": {"zh": "学生", "en": "students"},
    "teacher": {"zh": "教师", "en": "teachers"},
    "principal": {"zh": "校长", "en": "principals"},
    "npc_deputy": {"zh": "人大代表", "en": "deputies of the people's congress"},
    "cppcc_member": {"zh": "政协委员", "en": "members of the CPPCC"},
    "public": {"zh": "其他群众", "en": "other residents"},
}

# Questionnaire files

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
    en="the question id “{id}” stands here a second time; expected each id once",
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
    en="the item “{item}” stands here a second time; expected each item once",
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
