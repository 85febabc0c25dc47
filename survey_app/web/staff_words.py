"""What the staff's pages say from code, as messages in both languages; all other words stand in the templates."""

from collections.abc import Mapping
from typing import Final

from flask import flash

from evaluation.errors import InvalidInput, Message
from survey_app.domain.staff import Role
from survey_app.web.languages import current_language

ROLES: Final[Mapping[Role, Message]] = {
    Role.ADMIN: Message("role", en="Administrator", zh="管理员"),
    Role.MONITOR: Message("role", en="Monitor", zh="督导"),
    Role.EVALUATOR: Message("role", en="Evaluator", zh="评估员"),
    Role.DESK: Message("role", en="Respondents' desk", zh="答疑员"),
}
ACTIONS: Final[Mapping[str, Message]] = {
    "signed_in": Message("action", en="signed in", zh="登录"),
    "signed_out": Message("action", en="signed out", zh="退出登录"),
    "sign_in_failed": Message("action", en="sign-in failed", zh="登录失败"),
    "user_added": Message("action", en="account added", zh="新建账号"),
    "user_changed": Message("action", en="role or county changed", zh="修改角色或县区"),
    "user_disabled": Message("action", en="account disabled", zh="停用账号"),
    "user_deleted": Message("action", en="account deleted", zh="删除账号"),
    "user_enabled": Message("action", en="account enabled", zh="启用账号"),
    "password_reset": Message("action", en="password reset", zh="重设密码"),
    "password_changed": Message("action", en="password changed", zh="修改密码"),
    "code_failed": Message("action", en="one-time code wrong", zh="动态码错误"),
    "recovery_code_used": Message("action", en="recovery code used", zh="使用恢复码"),
    "recovery_codes_renewed": Message("action", en="new recovery codes", zh="更换恢复码"),
    "factor_set_up": Message("action", en="second factor set up", zh="设置动态码"),
    "factor_removed": Message("action", en="own second factor removed", zh="取消自己的动态码"),
    "factor_reset": Message("action", en="second factor reset", zh="重置动态码"),
    "factor_demanded": Message("action", en="second factor demanded of roles", zh="修改动态码要求"),
    "token_made": Message("action", en="token made", zh="生成令牌"),
    "token_revoked": Message("action", en="token revoked", zh="吊销令牌"),
    "campaign_created": Message("action", en="survey created", zh="新建调查"),
    "campaign_opened": Message("action", en="survey opened", zh="开放调查"),
    "campaign_closed": Message("action", en="survey closed", zh="结束调查"),
    "closing_moved": Message("action", en="end of survey moved", zh="改变截止时间"),
    "unit_voided": Message("action", en="unit declared void", zh="作废一个单元的答卷"),
    "settled": Message("action", en="missing sheets written off", zh="核销对不上的答卷"),
    "codes_forgotten": Message("action", en="codes and receipts deleted", zh="删除参与码和回执"),
    "codes_issued": Message("action", en="codes issued", zh="发放参与码"),
    "codes_cancelled": Message("action", en="codes cancelled", zh="作废参与码"),
    "codes_replaced": Message("action", en="codes replaced", zh="重发参与码"),
    "paper_typed": Message("action", en="sheet of paper typed once", zh="录入纸质问卷第一遍"),
    "paper_keyed_in": Message("action", en="sheet of paper handed in", zh="录入纸质问卷并交卷"),
    "paper_discarded": Message("action", en="first typing thrown away", zh="作废纸质问卷第一遍"),
    "answers_exported": Message("action", en="answers downloaded", zh="下载全部答卷"),
    "assessment_started": Message("action", en="assessment begun", zh="开始评估"),
    "assessment_survey_chosen": Message("action", en="survey joined", zh="关联调查"),
    "assessment_signed": Message("action", en="assessment signed", zh="签署评估"),
    "assessment_reopened": Message("action", en="assessment reopened", zh="重开评估"),
    "workbook_uploaded": Message("action", en="workbook uploaded", zh="上传统计表"),
    "workbook_refused": Message("action", en="workbook refused", zh="统计表未接受"),
    "finding_saved": Message("action", en="finding saved", zh="保存现场核查"),
    "scores_saved": Message("action", en="scores saved", zh="保存评分"),
    "score_set_aside": Message("action", en="score set aside", zh="评分不计入"),
    "score_counted_again": Message("action", en="score counted again", zh="评分重新计入"),
    "veto_saved": Message("action", en="veto item saved", zh="保存一票否决项"),
    "photo_added": Message("action", en="photo added", zh="添加照片"),
    "database_copied": Message("action", en="backup made", zh="备份数据库"),
    "database_restored": Message("action", en="backup restored", zh="恢复数据库备份"),
    "photo_removed": Message("action", en="photo removed", zh="删除照片"),
}
"""Names of acts in the log; an act that is not here is shown as it is kept."""

SIGNED_OUT: Final = Message("signed_out", en="You are signed out.", zh="您已退出登录。")
PASSWORD_CHANGED: Final = Message(
    "password_changed",
    en="Your password is changed. Everywhere else you are signed out.",
    zh="密码已修改。您在其他地方的登录都已退出。",
)
PASSWORDS_DIFFER: Final = Message(
    "passwords_differ", en="is not the same as the new password above", zh="与上面的新密码不一致"
)
USER_CHANGED: Final = Message("user_changed", en="Account {name} is changed.", zh="账号“{name}”已修改。")
USER_DISABLED: Final = Message(
    "user_disabled", en="Account {name} is disabled and signed out.", zh="账号“{name}”已停用，并已退出登录。"
)
USER_ENABLED: Final = Message("user_enabled", en="Account {name} is enabled.", zh="账号“{name}”已启用。")
FACTOR_REMOVED: Final = Message(
    "factor_removed",
    en="The second factor and its recovery codes are no good any more.",
    zh="原来的动态码和恢复码已作废。",
)
FACTOR_RESET: Final = Message(
    "factor_reset",
    en="The second factor of {name} is reset, and the account is signed out.",
    zh="“{name}”的动态码已重置，并已退出登录。",
)
FACTOR_DEMANDED: Final = Message(
    "factor_demanded",
    en="Saved. Whoever must have a second factor and has none sets it up on the next page.",
    zh="已保存。需要动态码而还没有设的人，打开下一个页面时就会请他设置。",
)
TOO_MANY_CODES: Final = Message(
    "too_many_codes", en="Too many tries; try again in {minutes} minutes", zh="试得太多了，请过 {minutes} 分钟再试"
)
TOKEN_REVOKED: Final = Message("token_revoked", en="The token is revoked.", zh="令牌已吊销。")


def notify(message: Message, **values: object) -> None:
    """Says something on the next page."""
    flash(message.text(current_language(), values))


def words(message: Message, **values: object) -> str:
    """The message in the page's language."""
    return message.text(current_language(), values)


def role_name(role: Role) -> str:
    """What a role is called on pages."""
    return words(ROLES[role])


def action_name(action: str) -> str:
    """What an act of the log is called on pages."""
    return words(ACTIONS[action]) if action in ACTIONS else action


def problems_by_field(invalid: InvalidInput) -> dict[str, str]:
    """The sentence beside each field of a form, by the field that `where` names."""
    said: dict[str, str] = {}
    for problem in invalid.problems:
        said.setdefault(problem.where, words(problem.message, **problem.values))
    return said
