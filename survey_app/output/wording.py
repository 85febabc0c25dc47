"""What printed sheets and exports say."""

from datetime import datetime
from typing import Final

from evaluation.errors import Message
from evaluation.survey.groups import Group
from evaluation.survey.wording import UNIT_COLUMNS
from survey_app.domain.clock import told_end

UNPRINTABLE_NAME = Message(
    "unprintable_characters",
    en="the font has no {characters} (in “{text}”); the sheets show 〓 in its place: write it in by hand",
    zh="“{text}”中的 {characters} 打印不出来，单子上印作“〓”，请手写补上",
)

# Slips: what it is, how to take part, that it is anonymous and how

CODE_LABEL: Final = "参与码"
ADDRESS_LABEL: Final = "网址"
CLOSES: Final = "{closes} 截止"

SLIP_TEXT: Final = (
    "用手机扫一扫，几分钟就能答完；也可以打开下面的网址，输入参与码。",
    "问的是您对本地义务教育的看法，结果用于义务教育优质均衡督导评估。",
    "匿名：单子随机抽取，不登记。答案加密存放，结束时和同类的打乱才打开，谁也查不出是您填的。",
    "一张单子只能交一次，交了不能改。",
)
PUPIL_SLIP_TEXT: Final = (
    "请爸爸妈妈帮你用手机扫一扫；也可以打开下面的网址，输入参与码。",
    "问的是你对学校的看法，要自己填。没有对错，怎么想就怎么选。",
    "不用写名字。你的答案会和很多同学的混在一起，老师和爸爸妈妈都看不到你选了什么。",
    "不想填可以不填。一张单子只能交一次。",
)

# The cover of a bundle

COVER_TITLE: Final = "发放单（不发给填答人）"
COVER_COUNT: Final = "{count} 张"
COVER_TEXT: Final = (
    "沿虚线裁开后打乱，请{group}自己抽一张。",
    "不写姓名，不登记谁抽了哪一张。",
    "丢了或打不开的，交回来换一张；没发完的交回，任何人不得代填。",
)
PUPIL_COVER_TEXT: Final = (
    "先把《告知书》发给家长；家长不同意的，不发单子。",
    "沿虚线裁开后打乱，请学生自己抽一张，不写姓名，不登记谁抽了哪一张。",
    "丢了或打不开的，交回来换一张；没发完的交回，任何人不得代填。",
)

# The notice to pupils' guardians

NOTICE_STAFF_LINE: Final = "学校复印 {count} 份，随单子发给家长"
NOTICE_TITLE: Final = "学生问卷告知书（致家长、监护人）"
NOTICE_OPENING: Final = "{county}正在进行“{campaign}”。您的孩子可以抽一张单子，在您的手机上填一份学生问卷。填不填由孩子和您决定，下面是您需要知道的事。"
NOTICE_PARTS: Final = (
    (
        "为什么调查",
        "了解学生、家长、教师和社会各界对本地义务教育的看法。结果只用于县域义务教育优质均衡发展督导评估，按整体统计，不用来评价任何一个孩子、班级或老师。",
    ),
    (
        "问什么",
        "关于学校和学习的选择题（如教室和操场、老师讲课、作业、考试次数），从“满意”到“不满意”选一项，不清楚的选“不了解”。不问姓名、成绩和家庭情况。",
    ),
    (
        "保存什么",
        "只保存孩子的选择、“学生”这一类别、学校范围。不保存时间、姓名、学号、电话、手机信息和网络地址。参与码只记“用过”，看不出填了什么。",
    ),
    (
        "怎样保证匿名",
        "单子由孩子随机抽取，不登记。答案一提交就加密，调查结束以前不打开；结束时和同类的许多份打乱才打开，任何人（包括系统管理员）都查不出哪份是谁填的。同类不足几份的，只算份数，内容销毁。",
    ),
    (
        "自愿参加",
        "可以不参加，也可以填到一半不填，对孩子没有任何影响。不同意的，把下面的回执交给班主任，或者口头说一声就行；没有领单子、领了不填，也都可以。因为匿名，提交以后无法找出或撤回某一份答案。",
    ),
    ("请您帮忙", "请借手机给孩子，需要时帮忙读题，但不要代填、不要提示答案。"),
)
NOTICE_CONTACT_HEADING: Final = "有疑问请找"
NOTICE_CONTACT_BLANK: Final = "学校联系人：______________　电话：__________________"
NOTICE_CLOSES: Final = "调查到{closes}结束。"
OPT_OUT_TITLE: Final = "回执（不同意参加的交回，同意的不用交）"
OPT_OUT_TEXT: Final = "我不同意孩子参加本次学生问卷。"
OPT_OUT_FIELDS: Final = "班级：__________　学生：____________　监护人签名：____________　日期：__________"


def slip_text(group: Group) -> tuple[str, ...]:
    """The sentences of a slip, in words for its readers."""
    return PUPIL_SLIP_TEXT if group == "student" else SLIP_TEXT


def cover_text(group: Group) -> tuple[str, ...]:
    """What the person who hands out a bundle must do."""
    return PUPIL_COVER_TEXT if group == "student" else COVER_TEXT


def local_moment(moment: datetime) -> str:
    """An end in the county's time, in words; midnight belongs to the day it ends."""
    day, hour = told_end(moment)
    return f"{day.year}年{day.month}月{day.day}日 {hour}"


# Exports

UNKNOWN_ENDING = Message(
    "export_ending",
    en="this ending names no format; expected one of: {known}",
    zh="文件名的扩展名不是可导出的格式；应为：{known}",
)

RESPONSES_SHEET: Final = "答卷"
CODEBOOK_SHEET: Final = "编码本"
COMMENTS_SHEET: Final = "意见"
UNITS_SHEET: Final = "单元"
COUNTS_SHEET: Final = "份数"
CODEBOOK_HEADER: Final = ("列", "类别", "类别名称", "题目", "题型", "必答", "计入", "值", "选项", "认可")
COMMENTS_HEADER: Final = ("类别", "类别名称", "意见")
UNITS_HEADER: Final = (*UNIT_COLUMNS, "学校名称")
COLUMN_WIDTHS: Final = {"题目": 60, "意见": 80, "学校名称": 36, "school": 14, "选项": 18}  # in characters

BASE_MEANINGS: Final = {
    "group": "调查对象类别",
    "school": "学校代码；学校人数太少时为单元（如 U001），所含学校见“单元”表；空：不按学校调查的类别",
    "submitted_at": "提交时间；为保证匿名不保存，始终为空",
    "duration_s": "答题用时；为保证匿名不保存，始终为空",
    "valid": "1 有效；收下的答卷都有效，只有经决定整体作废的为 0",
}
QUESTION_TYPES: Final = {"choice": "单选", "multi": "多选", "text": "填空"}
YES_OR_NO: Final = {True: "是", False: "否"}
RECOGNITION: Final = {True: "认可", False: "不认可", None: "不计入"}
CHOSEN: Final = {0: "未选", 1: "选"}
IN_COMMENTS: Final = "（见“意见”表）"
CUT_OFF: Final = "…（全文 {length} 字，单元格放不下）"
