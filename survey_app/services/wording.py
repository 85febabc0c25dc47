"""What the services say about mistakes in campaign files, lists of schools and codes."""

from typing import Final

from evaluation.errors import Message

# campaign file

FILE_MISSING = Message(
    "campaign_path",
    en="{key}: there is nothing at {named}; expected a path relative to the campaign file",
    zh="{key}：找不到 {named}；应为相对于活动文件的路径",
)
EXPECTED_TIME = Message(
    "expected_time",
    en="a time such as 2026-11-20 08:00 (Asia/Shanghai); an end may be 24:00",
    zh="时间，如 2026-11-20 08:00（北京时间）；截止可以写 24:00",
)
EXPECTED_LATER = Message("expected_later", en="a time after opens", zh="晚于 opens 的时间")
EXPECTED_COUNTY_CODE = Message(
    "expected_county_code", en='a code of 6 digits, such as "430302"', zh="六位代码，如“430302”"
)
EXPECTED_ADDRESS = Message(
    "expected_address", en="an address that begins with http:// or https://", zh="以 http:// 或 https:// 开头的网址"
)
EXPECTED_SHORT_ADDRESS = Message(
    "expected_short_address",
    en="an ASCII address of at most 48 characters, so that its QR code can be scanned from paper",
    zh="不超过 48 个字符的英文网址，以便打印出的二维码能扫描",
)
EXPECTED_PLAIN_PATH = Message(
    "expected_plain_path",
    en="an address whose path is made of letters, digits and . _ - between single slashes, without one at the end, such as"
    " https://office.example.cn/survey; not a path that the service has itself, such as /s or /desk",
    zh="路径只用字母、数字和 . _ -，各段之间一个斜杠，末尾不加斜杠，如 https://office.example.cn/survey；不能用系统自己的路径，如 /s、/desk",
)
EXPECTED_TEXT = Message("expected_text", en="a text that is not blank", zh="不为空的文字")
EXPECTED_SEED = Message("expected_seed", en="a number or a word", zh="数字或文字")
ONE_SOURCE = Message(
    "campaign_schools",
    en="expected either schools (a .csv file) or workbook (an .xlsx file), and not both",
    zh="应写明 schools（.csv 文件）或 workbook（.xlsx 文件）之一，不能两者都写",
)
UNKNOWN_RULEBOOK = Message(
    "campaign_rulebook",
    en="rulebook: there is no rulebook {named}; expected one of: {expected}, or the path of a .yaml file",
    zh="rulebook：没有规则集 {named}；可用：{expected}，或 .yaml 文件的路径",
)
NO_QUESTIONNAIRE = Message(
    "campaign_questionnaire",
    en="questionnaires: there is none for the group {group}; expected one a group",
    zh="questionnaires：没有 {group} 的问卷；每类调查对象应有一份",
)
OTHER_COUNTY = Message(
    "campaign_county",
    en="county.code: the workbook is of the county {workbook}, the campaign of {campaign}; expected the same",
    zh="county.code：工作簿属于 {workbook}，活动属于 {campaign}；两者应一致",
)

# what is allowed and may yet be a mistake: said when a campaign is created, and before codes are issued

ADDRESS_OWN = Message(
    "address_own",
    en="phones can't open {host}: to each of them that is the phone itself; print codes only with an address that phones reach",
    zh="手机打不开 {host}：它指的是每台设备自己。请先换成手机能打开的网址，再印单子",
)
ADDRESS_OF_OFFICE = Message(
    "address_of_office",
    en="{host} is an address of an inner network: only phones in that network can open it, not those of parents at home",
    zh="{host} 是内部网络的地址：只有连着这个网络的手机打得开，家长在家里打不开",
)
ADDRESS_WITHOUT_HTTPS = Message(
    "address_without_https",
    en="the address begins with http://: WeChat warns of such pages, and what is typed goes over the network in clear; expected https://",
    zh="网址以 http:// 开头：微信会提示不安全，填写的内容在网络上也没有加密；应为 https://",
)
ENDS_IN_PAST = Message(
    "ends_in_past",
    en="the end, {closes}, is past: the survey can't be opened, and nobody could answer; create a new one with a later end",
    zh="截止时间 {closes} 已经过了：这次调查不能再开放，没有人能填写；请新建一次，把截止时间改晚",
)
OTHER_PATH_OPEN = Message(
    "other_path_open",
    en="the survey {other}, which is open, is reached below “{other_path}”, this one below “{path}”: they can't be open together, since the"
    " service is reached below one path; give both the same, or open this one when the other is closed",
    zh="正在进行的调查 {other} 的网址路径是“{other_path}”，这一次是“{path}”：服务只在一个路径下，两次调查不能同时开放。请用同一个路径，或者等那一次结束以后再开放",
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
CODES_NONE_UNUSED = Message(
    "codes_none_unused",
    en="no unused code is of it; expected a group or school of this campaign",
    zh="没有未使用的参与码；应为本次活动的类别或学校",
)
CODES_USED_MEANWHILE = Message(
    "codes_used_meanwhile",
    en="{number} of its codes were used or cancelled meanwhile; none was changed, please try again",
    zh="其中 {number} 个参与码刚刚被使用或作废；什么都没有改动，请再试一次",
)

# plan

PLAN_SHORT = Message(
    "plan_short",
    en="{wanted} codes are wanted for {planned} answers, but the schools listed have only {allocated} people to give them to",
    zh="计划样本 {planned} 份，需参与码 {wanted} 个，但所列学校只有 {allocated} 人可发放",
)

SMALL_CROWD = Message(
    "small_crowd",
    en="only {planned} answers are planned; fewer than {k} can't hide each other, and their answers would be withheld at the closing. A larger sample helps (min_sample: {enough}); or accept that these people are not hidden, on the command line: junheng campaign create FILE --small-crowd",
    zh="计划只有 {planned} 份，不足 {k} 份就藏不住是谁填的，结束时这些答卷只计份数、不公开内容。可以扩大样本（min_sample 设为 {enough}）；或者接受这几个人的答卷不受保护，在命令行使用 junheng campaign create FILE --small-crowd",
)

UNIT_UNKNOWN = Message(
    "unit_unknown",
    en="{unit} is no unit of this campaign whose answers count; there are: {known}",
    zh="本次活动没有单元 {unit}，或者已作废；现有单元：{known}",
)
REASON_MISSING = Message("reason_missing", en="expected a reason", zh="请写明理由")

# staff accounts

PASSWORD_WEAKNESS: Final = {
    "too_short": Message(
        "password_too_short",
        en="is too short; expected at least {shortest} characters",
        zh="密码太短；至少要 {shortest} 个字符",
    ),
    "too_long": Message(
        "password_too_long",
        en="is too long; expected at most {longest} characters",
        zh="密码太长；最多 {longest} 个字符",
    ),
    "like_name": Message(
        "password_like_name",
        en="contains the account's name or is close to it; expected one without the name",
        zh="密码里有账号名，或与账号名相近；请换一个与账号名无关的密码",
    ),
    "common": Message(
        "password_common",
        en="is among those that are tried first; expected one that nobody else uses, such as four unrelated words",
        zh="这个密码太常见，容易被猜到；请换一个别人想不到的，例如四个不相干的词",
    ),
    "one_character": Message(
        "password_one_character",
        en="is one character over and over; expected different ones",
        zh="密码是同一个字符的重复；请用不同的字符",
    ),
}
PASSWORD_WRONG = Message("password_wrong", en="is not the present password", zh="现在的密码不对")
PASSWORD_SAME = Message(
    "password_same", en="is the present password; expected another", zh="新密码与现在的密码相同；请换一个"
)
PASSWORD_MISSING = Message(
    "password_missing", en="expected a password on standard input", zh="应从标准输入读到密码，现在是空的"
)
APP_ISSUER: Final = "Junheng"
"""What a phone's app for one-time codes calls us; ASCII, which keeps the QR code small."""
CODE_WRONG = Message(
    "code_wrong",
    en="is not the code that the app shows now; check the phone's clock",
    zh="动态码不对；请输入手机上此刻显示的六位数字，并检查手机时间是否准确",
)
FACTOR_THERE = Message(
    "factor_there", en="there is a second factor already", zh="已经设好了动态码，请刷新页面看看现在的状态"
)
NO_FACTOR = Message("no_factor", en="the account has no second factor", zh="这个账号没有设动态码")
OWN_FACTOR = Message(
    "own_factor",
    en="nobody can reset the own second factor; use the page for it",
    zh="不能重置自己的动态码；请在自己的动态码页面上操作",
)
USER_NAME = Message(
    "user_name",
    en="can't be an account's name; expected {shortest} to {longest} letters or digits, with . _ - between them",
    zh="账号名不合要求；应为 {shortest} 至 {longest} 个汉字、字母或数字，中间可以有 . _ -",
)
USER_NAME_TAKEN = Message(
    "user_name_taken", en="there is an account of this name already", zh="已经有这个名称的账号，请换一个名称"
)
USER_UNKNOWN = Message("user_unknown", en="there is no account of this name", zh="没有这个名称的账号")
USER_COUNTY = Message(
    "user_county",
    en="is not a county's code; expected six digits, such as 430302",
    zh="不是县级行政区划代码；应为六位数字，如 430302",
)
USER_DISABLED = Message("user_disabled", en="the account is disabled", zh="这个账号已停用")
USER_NOT_DISABLED = Message(
    "user_not_disabled",
    en="the account is in use; only an account that was disabled can be deleted",
    zh="这个账号还在使用；请先停用，再删除",
)
LAST_ADMIN = Message(
    "last_admin",
    en="is the only administrator of all counties left; appoint another one first",
    zh="这是最后一个不限县区的管理员，不能停用或改角色；请先设另一位管理员",
)
OWN_ACCOUNT = Message(
    "own_account",
    en="nobody can disable the own account or change its role",
    zh="不能停用自己的账号，也不能改自己的角色；请由另一位管理员来做",
)
