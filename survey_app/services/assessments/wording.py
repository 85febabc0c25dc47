"""What is said about mistakes in what is uploaded and entered."""

from typing import Final

from evaluation.errors import Message
from evaluation.report.wording import PHRASES

OUTCOMES: Final = {
    name: Message("outcome", zh=PHRASES[f"outcome.{name}"][0], en=PHRASES[f"outcome.{name}"][1])
    for name in ("certifiable", "not_met", "incomplete", "vetoed")
}
"""What a county is found to be, in the words of the reports."""

# a new assessment

COUNTY_CODE: Final = Message(
    "assessment_county_code", en="six digits, such as 430302", zh="请填六位行政区划代码，如 430302"
)
COUNTY_NAME: Final = Message("assessment_county_name", en="the county's name, please", zh="请填县（市、区）名称")
YEAR: Final = Message("assessment_year", en="a year such as 2020", zh="请填年度，如 2020")
RULEBOOK: Final = Message("assessment_rulebook", en="choose one of the rulebooks", zh="请选择一套细则")
STARTED_BEFORE: Final = Message(
    "assessment_started_before",
    en="this county is being assessed for this year by this rulebook already: go on in {id}",
    zh="该县该年度按此细则的评估已经开始，请在 {id} 中继续",
)

# a workbook

TOO_LARGE: Final = Message(
    "upload_too_large",
    en="the file holds {size} MB, at most {limit} MB are taken; remove pictures and sheets that do not belong to the statistics workbook, save, and upload again",
    zh="文件有 {size} MB，最多接收 {limit} MB；请删去图片和与统计工作簿无关的表，保存后重新上传",
)
MACROS: Final = Message(
    "upload_macros",
    en="the workbook holds macros (programs), which are not taken; in Excel or WPS save it as “Excel workbook (.xlsx)”, without macros",
    zh="工作簿含有宏（程序），不能接收；请在 Excel 或 WPS 中另存为不含宏的“Excel 工作簿（.xlsx）”",
)
NO_FILE: Final = Message(
    "upload_no_file", en="no file was chosen; choose the .xlsx workbook", zh="没有选择文件；请先选择 .xlsx 工作簿"
)
OTHER_COUNTY: Final = Message(
    "upload_other_county",
    en="the workbook is of the county {workbook}; expected {assessment}, which this assessment is about",
    zh="工作簿的行政区划代码是 {workbook}；应为本评估的 {assessment}",
)
OTHER_YEAR: Final = Message(
    "upload_other_year",
    en="the workbook is of the year {workbook}; expected {assessment}, which this assessment is about",
    zh="工作簿的年度是 {workbook}；应为本评估的 {assessment}",
)

# what is entered

VERDICT_NEEDED: Final = Message("entry_verdict", en="choose met or not met", zh="请选择达标或未达标")
ANSWER_NEEDED: Final = Message("entry_answer", en="choose yes or no", zh="请选择是或否")
BASIS_NEEDED: Final = Message(
    "entry_basis",
    en="say what was found: not met needs its grounds",
    zh="请写明依据：未达标须说明发现了什么",
)
REASON_NEEDED: Final = Message(
    "entry_reason", en="say why: a veto that is present needs its grounds", zh="请写明依据：存在一票否决事项须说明事实"
)
SET_ASIDE_REASON: Final = Message(
    "entry_set_aside", en="say why the score is not counted", zh="请写明为什么不计入这个评分"
)
TOO_LONG: Final = Message(
    "entry_too_long",
    en="{length} characters, at most {limit}; please shorten it",
    zh="共 {length} 字，最多 {limit} 字，请缩短",
)
SCORE_NOT_NUMBER: Final = Message(
    "score_not_number",
    en="“{typed}” is no score; a number from 0 to {points}, such as {example}",
    zh="“{typed}”不是分数；应为 0 至 {points} 的数，如 {example}",
)
SCORE_OUTSIDE: Final = Message(
    "score_outside_points",
    en="{typed} is outside; expected 0 to {points}",
    zh="{typed} 超出范围；应为 0 至 {points}",
)
SCORE_NEEDED: Final = Message(
    "score_needed",
    en="the note stands without a score; give a score, or leave the clause to others",
    zh="写了说明但没有分数；请给分，或选择不评此款",
)
SCORE_GIVEN_BEFORE: Final = Message(
    "score_given_before",
    en="you have scored this clause; a score can be changed, or the clause left to others, but not made empty",
    zh="您已给过分；可以改分，也可以选择不评此款，但不能留空",
)
EVALUATORS_SCORE: Final = Message("evaluators_score", en="only evaluators score", zh="只有评估员可以评分")

# photos

PHOTO_TOO_LARGE: Final = Message(
    "photo_too_large",
    en="{name} holds {size} MB, at most {limit} MB a photo; take it with a lower resolution, or send it through the phone's album smaller",
    zh="照片“{name}”有 {size} MB，每张最多 {limit} MB；请用较低分辨率拍摄，或在相册中压缩后再传",
)
PHOTO_NOT_IMAGE: Final = Message(
    "photo_not_image",
    en="{name} is no photo that can be kept; expected JPEG, PNG or WebP, whatever its name says",
    zh="“{name}”不是可以保存的照片；应为 JPEG、PNG 或 WebP 图片（看内容，不看文件名）",
)
PHOTO_TOO_WIDE: Final = Message(
    "photo_too_wide",
    en="{name} has more than {limit} million pixels; send it smaller",
    zh="照片“{name}”的像素过多（超过 {limit} 百万）；请缩小后再传",
)
PHOTO_MOVING: Final = Message(
    "photo_moving",
    en="{name} is a moving picture; send a photo",
    zh="“{name}”是动图；请上传照片",
)
TOO_MANY_PHOTOS_IN_ALL: Final = Message(
    "photo_too_many_in_all",
    en="at most {limit} photos an assessment, removed ones included",
    zh="一次评估最多 {limit} 张照片（含已删去的）；已经满了",
)
TOO_MANY_PHOTOS: Final = Message(
    "photo_too_many",
    en="at most {limit} photos a clause; remove some first",
    zh="每款最多 {limit} 张照片；请先删去一些",
)

# the survey

CAMPAIGN_UNKNOWN: Final = Message(
    "assessment_campaign", en="choose a closed survey of this county", zh="请选择本县已结束的问卷调查"
)

# signing

NOTHING_TO_SIGN: Final = Message(
    "sign_no_workbook", en="there is no workbook yet, hence no verdict to sign", zh="还没有工作簿，没有可签署的结论"
)
INCOMPLETE: Final = Message(
    "sign_incomplete",
    en="the verdict is still open; what is missing is listed on the assessment's page",
    zh="结论尚不完整，还缺的内容列在评估页上；补齐后再签署",
)
SCORE_FIRST: Final = Message(
    "sign_score_first",
    en="others have scored clauses that you have neither scored nor left to them; do that first",
    zh="有些条款他人已评分，而您既没有评分也没有选择不评；请先完成",
)
CHANGED_SINCE: Final = Message(
    "sign_changed",
    en="something has changed since this page was opened; look at it again, then sign",
    zh="打开本页之后内容有了变动；请重新核对后再签署",
)
OPEN_NOTES: Final = Message(
    "sign_open_notes",
    en="say that you have seen the matters that are still open",
    zh="请先确认已阅知上列未尽事项",
)
REOPEN_REASON: Final = Message("reopen_reason", en="say why it is reopened", zh="请写明重新开启的理由")
NOT_SIGNED: Final = Message("reopen_not_signed", en="it is not signed", zh="本评估并未签署")
REOPEN_ROLE: Final = Message(
    "reopen_role",
    en="it was signed by an administrator; only an administrator can reopen it",
    zh="由管理员签署，只有管理员可以重新开启",
)

# reports
