"""What the desk's pages say from code."""

from collections.abc import Mapping
from typing import Final

from evaluation.errors import Message
from survey_app.domain.errors import (
    CampaignClosed,
    CampaignNotOpen,
    CodeUsed,
    DatabaseMismatch,
    GroupFull,
    GroupStopped,
    HastySheet,
    KeysMissing,
    MalformedCode,
    SurveyError,
    UnknownCode,
)
from survey_app.domain.paper import UnreadableTyping
from survey_app.services.codes.desk import CodeStanding
from survey_app.services.codes.keying import SameTypist, TypedMeanwhile

STANDINGS: Final[Mapping[CodeStanding, Message]] = {
    CodeStanding.USABLE: Message("standing", en="can be used", zh="可以填写"),
    CodeStanding.USED: Message("standing", en="used", zh="已经用过"),
    CodeStanding.CANCELLED: Message("standing", en="cancelled", zh="已作废"),
    CodeStanding.FULL: Message("standing", en="its group is full", zh="这一类已收满"),
    CodeStanding.NOT_OPEN: Message("standing", en="not open yet", zh="还没有开始"),
    CodeStanding.CLOSED: Message("standing", en="closed", zh="已经结束"),
}
TONES: Final[Mapping[CodeStanding, str]] = {
    CodeStanding.USABLE: "good",
    CodeStanding.USED: "done",
    CodeStanding.CANCELLED: "bad",
    CodeStanding.FULL: "wait",
    CodeStanding.NOT_OPEN: "wait",
    CodeStanding.CLOSED: "wait",
}
TELL: Final[Mapping[CodeStanding, Message]] = {
    CodeStanding.USABLE: Message(
        "tell",
        en="Nothing has been handed in with it. Let them open the address on the slip and type the code.",
        zh="还没有人用它交过答卷。请对方打开单子上的网址，输入参与码填写。",
    ),
    CodeStanding.USED: Message(
        "tell",
        en="An answer has been handed in with it, and the first answer counts. Nobody can find, change or withdraw it: that is what keeps it anonymous. If they say that it was not them, somebody else has used the slip; note the school and tell the supervisor.",
        zh="已经用它交过一份答卷，以第一次交的为准。谁也查不到、改不了、撤不回那份答卷，这正是匿名的保证。对方说不是自己填的，就是单子被别人用了：请记下学校，告诉督导。",
    ),
    CodeStanding.CANCELLED: Message(
        "tell",
        en="It was cancelled and can’t be used. If a new slip was handed out for it, they should use that one.",
        zh="它已经作废，不能再用。如果换过新单子，请对方用新的那张。",
    ),
    CodeStanding.FULL: Message(
        "tell",
        en="Enough people of this group have answered; nothing more is taken. Thank them for their willingness.",
        zh="这一类人员已经收够，不再接收。请谢谢对方的支持。",
    ),
    CodeStanding.NOT_OPEN: Message("tell", en="It can be used from {opens}.", zh="{opens} 起可以填写，请到时候再试。"),
    CodeStanding.CLOSED: Message(
        "tell", en="The survey closed on {closes}; nothing is taken any more.", zh="调查已于 {closes} 截止，不能再填。"
    ),
}
NOT_COPIED = Message(
    "error",
    en="That is no code. Compare it with the sheet of paper and type it again, in groups of 4, 4 and 3; it has neither 0 nor 1 nor the letters E I L O U.",
    zh="这不是参与码。请对照纸上的码，按 4、4、3 位重新输入；码里没有数字 0、1，也没有字母 E、I、L、O、U。",
)
"""For who has the paper at hand."""

STOPPED = Message(
    "stopped",
    en="Nothing is taken of this group at the moment: its numbers do not agree. Keep the sheet, and tell whoever runs the server.",
    zh="这一类目前不能接收：份数对不上，正在检查。请保管好纸质问卷，并告诉维护服务器的人。",
)
ERRORS: Final[Mapping[type[SurveyError] | type[UnreadableTyping], Message]] = {
    MalformedCode: Message(
        "error",
        en="That is no code: a character is missing or was misheard. Ask for it again, in groups of 4, 4 and 3; it has neither 0 nor 1 nor the letters E I L O U.",
        zh="这不是参与码：少了一位，或者听错、抄错了一位。请对方按 4、4、3 位再念一遍；码里没有数字 0、1，也没有字母 E、I、L、O、U。",
    ),
    UnknownCode: Message(
        "error",
        en="There is no such code. Ask for the whole slip: it may be of another county or another survey.",
        zh="没有这个参与码。请对方看看整张单子：可能是别的县、别的调查的。",
    ),
    CodeUsed: Message(
        "error",
        en="The code has been used meanwhile, by another form than this sheet. The first answers count; put the paper aside.",
        zh="这个参与码在此期间已经用过，不是这张纸。以先交的为准，请把这张纸另放。",
    ),
    GroupStopped: STOPPED,
    DatabaseMismatch: STOPPED,
    KeysMissing: STOPPED,
    HastySheet: Message("hasty", en="Please try again.", zh="请再试一次。"),
    GroupFull: Message(
        "error", en="The group is full; the sheet can't be taken.", zh="这一类已经收满，这张纸不能再收。"
    ),
    CampaignClosed: Message(
        "error", en="The survey is closed; nothing is taken any more.", zh="调查已经截止，不能再录入。"
    ),
    CampaignNotOpen: Message("error", en="The survey is not open yet.", zh="调查还没有开始，不能录入。"),
    SameTypist: Message(
        "error",
        en="You have typed this sheet the first time; the second typing must be somebody else’s.",
        zh="第一遍就是您录的，第二遍要由另一个人来录。",
    ),
    TypedMeanwhile: Message(
        "error",
        en="Somebody else has just typed this sheet. Yours can be the second typing: enter the code again.",
        zh="刚才有别人录了这张纸的第一遍。请重新输入参与码，您来录第二遍。",
    ),
    UnreadableTyping: Message(
        "error",
        en="The first typing can’t be read any more; type the sheet from the beginning.",
        zh="第一遍已经读不出来了，请从头录入这张纸。",
    ),
}
CANCELLED: Final = Message("cancelled", en="{code} is cancelled.", zh="{code} 已作废。")
TYPED: Final = Message(
    "typed",
    en="The first typing is kept, encrypted. Put the sheet on the pile for the second typing, by somebody else.",
    zh="第一遍已加密保存。请把这张纸放到“待录第二遍”的一叠，由另一个人来录。",
)
HANDED_IN: Final = Message(
    "handed_in",
    en="Both typings agree: the sheet is handed in and counts. Mark the paper as done.",
    zh="两遍一致，已经交卷，计入有效。请在纸上打勾。",
)
DISCARDED: Final = Message("discarded", en="The first typing is thrown away.", zh="第一遍已作废，可以从头录入。")
