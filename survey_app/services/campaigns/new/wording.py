"""What is said about files of a new campaign as they are sent; what stands in the files is told as it always is."""

from typing import Final

from evaluation.errors import Message

NOT_A_SCHOOL_FILE: Final = Message(
    "form_school_file",
    en="{name} is neither a .csv list of schools nor an .xlsx workbook",
    zh="{name} 不是 .csv 学校名单，也不是 .xlsx 统计表；旧的 .xls 请先另存为 .xlsx",
)
NOT_A_QUESTIONNAIRE_FILE: Final = Message(
    "form_questionnaire_file",
    en="{name} is neither a .yaml questionnaire nor a .zip file of them",
    zh="{name} 不是 .yaml 问卷，也不是装着问卷的 .zip",
)
ZIP_NOT_READABLE: Final = Message(
    "zip_not_readable",
    en="{name} can't be read: it is no .zip file, or damaged",
    zh="{name} 打不开：不是 .zip 文件，或者已损坏",
)
ZIP_TOO_LARGE: Final = Message(
    "zip_too_large",
    en="{name} holds more than is read: at most {files} files and {megabytes} MB unpacked",
    zh="{name} 里的内容太多：最多 {files} 个文件，解开后不超过 {megabytes} MB",
)
ZIP_ESCAPES: Final = Message(
    "zip_escapes",
    en="{name} holds a file outside of its folder ({inside}); pack the folder anew",
    zh="{name} 里有越出文件夹的路径（{inside}）；请重新打包",
)
NO_CAMPAIGN_FILE: Final = Message(
    "no_campaign_file",
    en="no campaign file among them; expected one .yaml file with the keys name, county, opens, closes …",
    zh="其中没有活动文件；应有一个 .yaml 文件，写明 name、county、opens、closes 等",
)
SEVERAL_CAMPAIGN_FILES: Final = Message(
    "several_campaign_files",
    en="there are several campaign files: {names}; expected one",
    zh="有好几个活动文件：{names}；只要一个",
)
PATH_OUTSIDE: Final = Message(
    "path_outside",
    en="{key}: {named} leads out of the files you sent; expected a file among them, named relative to the campaign file",
    zh="{key}：{named} 指向您上传的文件以外；应为一并上传的文件，写相对于活动文件的路径",
)
NOT_YOUR_COUNTY: Final = Message(
    "not_your_county",
    en="your account is for the county {county}; this is {code}",
    zh="您的账号只管 {county}，不能新建 {code} 的调查",
)
