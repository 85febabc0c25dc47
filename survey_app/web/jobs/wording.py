"""What the pages of jobs say from code; all other words stand in the templates."""

from collections.abc import Mapping
from typing import Final

from evaluation.errors import Message
from survey_app.domain.jobs import Failure, JobKind, JobState

KINDS: Final[Mapping[JobKind, Message]] = {
    JobKind.WORKBOOK: Message("job", en="Check of a workbook", zh="检查工作簿"),
    JobKind.VERDICT: Message("job", en="Verdict", zh="计算结论"),
    JobKind.PHOTOS: Message("job", en="Photos of a finding", zh="保存照片"),
    JobKind.REPORT: Message("job", en="File of an assessment", zh="评估文件"),
    JobKind.SIGNING: Message("job", en="Signing an assessment", zh="签署评估"),
    JobKind.CODES: Message("job", en="Codes and their sheets", zh="生成参与码和单子"),
    JobKind.EXPORT: Message("job", en="Export of the answers", zh="导出答卷"),
    JobKind.BULLETIN: Message("job", en="Bulletin", zh="每日通报"),
}
STATES: Final[Mapping[JobState, Message]] = {
    JobState.ARRIVING: Message("job_state", en="arriving", zh="正在接收"),
    JobState.WAITING: Message("job_state", en="waiting", zh="排队中"),
    JobState.RUNNING: Message("job_state", en="running", zh="进行中"),
    JobState.DONE: Message("job_state", en="done", zh="已完成"),
    JobState.FAILED: Message("job_state", en="not done", zh="未完成"),
    JobState.EXPIRED: Message("job_state", en="expired", zh="已过期"),
}
TONES: Final[Mapping[JobState, str]] = {
    JobState.DONE: "good",
    JobState.FAILED: "bad",
    JobState.EXPIRED: "plain",
}
FAILURES: Final[Mapping[Failure, Message]] = {
    Failure.INVALID: Message(
        "job_failure", en="What was sent can't be used as it is.", zh="提交的内容有问题，没有保存。"
    ),
    Failure.FORBIDDEN: Message(
        "job_failure",
        en="It can't be done any more: what it is about was signed, closed or changed meanwhile, or the account may no longer do it.",
        zh="现在不能做了：所涉及的评估或调查已经签署、结束或有变动，或者账号不再有权限。",
    ),
    Failure.MEMORY: Message(
        "job_failure",
        en="It needed more memory than a job may take. Is it the right file? Delete sheets and formats that are not needed, and send it again.",
        zh="需要的内存超过了上限。请确认是不是这份文件；删去不需要的表和格式后再传一次。",
    ),
    Failure.TIME: Message(
        "job_failure",
        en="It took longer than a job may take. Is it the right file? Otherwise start it again when the machine has less to do.",
        zh="用时超过了上限。请确认是不是这份文件；如果是，可以等服务器空闲时重新开始。",
    ),
    Failure.DIED: Message(
        "job_failure",
        en="It was broken off: its process ended, perhaps with the machine. Nothing was stored; it can be started again.",
        zh="中途断了：处理它的进程意外结束（比如服务器重启）。没有保存任何东西，可以重新开始。",
    ),
    Failure.BUG: Message(
        "job_failure",
        en="A mistake of ours. The administrator finds it in the log of the service; nothing was stored.",
        zh="程序出错了，不是您的问题。管理员可以在服务日志里看到；没有保存任何东西。",
    ),
}
SAID: Final[Mapping[JobKind, Message]] = {
    JobKind.SIGNING: Message("signed", en="The assessment is signed and frozen.", zh="评估已签署并封存。"),
    JobKind.PHOTOS: Message("photos_saved", en="{clause}: the photos are saved.", zh="{clause} 的照片已保存。"),
}
"""What is said where a job that is done leads."""
