"""What the cockpit and the bulletin say, in both languages."""

from collections.abc import Mapping
from typing import Final

from evaluation.errors import Message
from survey_app.domain.outlook import Standing
from survey_app.services.cockpit.alerts import AlertKind
from survey_app.services.cockpit.schools import Pace

# the sample

VALID_NOW = Message(
    "valid_now",
    en="Closed now, the sample would be valid: {valid} valid answers, {required} required, parents and the other groups in proportion.",
    zh="如果现在结束，样本有效：有效答卷 {valid} 份，需要 {required} 份，家长占比和各类人数都符合要求。",
)
NOT_VALID_NOW = Message(
    "not_valid_now", en="Closed now, the sample would not be valid.", zh="如果现在结束，样本无效，评估不能采用。"
)
VALID_AT_END = Message(
    "valid_at_end",
    en="The sample is valid: {valid} valid answers, {required} required.",
    zh="样本有效：有效答卷 {valid} 份，需要 {required} 份。",
)
NOT_VALID_AT_END = Message("not_valid_at_end", en="The sample is not valid.", zh="样本无效，评估不能采用。")
TOO_FEW = Message(
    "too_few",
    en="{missing} valid answers are still missing: there are {valid}, {required} are required.",
    zh="有效答卷还差 {missing} 份：现有 {valid} 份，需要 {required} 份。",
)
TOO_FEW_AHEAD = Message(
    "too_few_ahead",
    en="expected: {missing} valid answers too few ({valid} of {required}).",
    zh="预计有效答卷差 {missing} 份（{valid} 份，需要 {required} 份）。",
)
TOO_FEW_PARENTS_AHEAD = Message(
    "too_few_parents_ahead",
    en="expected: parents are {share} of the valid answers; they must be {least} of them or more.",
    zh="预计家长占有效答卷的 {share}，不到 {least}。",
)
TOO_MANY_OF_AHEAD = Message(
    "too_many_of_ahead",
    en="expected: more than {tolerance} above the mean of the groups other than parents ({mean}): {groups}.",
    zh="预计比家长以外各类的平均数（{mean} 份）多出 {tolerance} 以上：{groups}。",
)
TOO_FEW_OF_AHEAD = Message(
    "too_few_of_ahead",
    en="expected: more than {tolerance} below the mean of the groups other than parents ({mean}): {groups}.",
    zh="预计比家长以外各类的平均数（{mean} 份）少 {tolerance} 以上：{groups}。",
)
TOO_FEW_PARENTS = Message(
    "too_few_parents",
    en="Parents are {share} of the valid answers; they must be {least} of them or more.",
    zh="家长占有效答卷的 {share}，不到 {least}。",
)
TOO_MANY_OF = Message(
    "too_many_of",
    en="More than {tolerance} above the mean of the groups other than parents ({mean}): {groups}.",
    zh="比家长以外各类的平均数（{mean} 份）多出 {tolerance} 以上：{groups}。",
)
TOO_FEW_OF = Message(
    "too_few_of",
    en="More than {tolerance} below the mean of the groups other than parents ({mean}): {groups}.",
    zh="比家长以外各类的平均数（{mean} 份）少 {tolerance} 以上：{groups}。",
)
GROUP_NUMBER = Message("group_number", en="{group} {number}", zh="{group} {number} 份")
NOTHING_YET = Message("nothing_yet", en="Nobody has answered yet.", zh="还没有人交答卷。")

# the forecast

FORECAST_VALID = Message(
    "forecast_valid",
    en="At the pace of the last days the sample is expected to be valid at the closing, with about {expected} valid answers ({low} to {high}).",
    zh="照最近几天的速度，到截止时预计有效答卷约 {expected} 份（{low} 至 {high} 份），样本有效。",
)
FORECAST_NOT_VALID = Message(
    "forecast_not_valid",
    en="At the pace of the last days the sample is expected not to be valid at the closing: about {expected} valid answers ({low} to {high}).",
    zh="照最近几天的速度，到截止时预计有效答卷约 {expected} 份（{low} 至 {high} 份），样本仍然无效。",
)
FORECAST_TOO_EARLY = Message(
    "forecast_too_early",
    en="There is no forecast yet: it needs a whole day of answers.",
    zh="还不能推算：开放满一天后才有可依据的速度。",
)
FORECAST_METHOD = Message(
    "forecast_method",
    en="Method: the mean daily number of valid answers of the last {days} whole days (24 hours) goes on until the closing. In 9 of 10 cases the number lies within the bounds, taking into account how unevenly answers come (dispersion {dispersion}). Weekends, reminders and a rush on the last day are not foreseen.",
    zh="算法：把最近 {days} 个整日（每日 24 小时）平均每天的有效答卷数延续到截止时间；括号里是九成把握的范围，已计入答卷成批到来的起伏（离散系数 {dispersion}）。周末、再次动员和最后一天的集中提交都没有预计在内。",
)

# alerts: what is wrong, and what to do

ALERTS: Final[Mapping[AlertKind, Message]] = {
    AlertKind.UNREACHABLE: Message(
        "unreachable",
        en="The sample can't become valid any more within the caps of this survey, whatever comes in. Talk to whoever decides about the survey before it closes.",
        zh="在本次活动的人数上限之内，无论再交多少，样本都不可能有效了。请在结束前报告负责人，商量是否另做一次调查。",
    ),
    AlertKind.CODES_MISSING: Message(
        "codes_missing",
        en="{number} codes of the plan have not been issued: {groups}. Issue them and hand out the slips.",
        zh="计划里还有 {number} 个参与码没有发放：{groups}。请发放并打印单子。",
    ),
    AlertKind.NO_READINGS: Message(
        "no_readings",
        en="The server's background process does not seem to run: there is no timeline, and the survey would not close at its time. Tell whoever runs the server.",
        zh="服务器的后台任务好像没有运行：时间线停了，到点也不会自动结束。请告诉维护服务器的人。",
    ),
    AlertKind.STOPPED: Message(
        "stopped",
        en="Nothing is taken at present from {groups}: there are not as many sheets as codes were used. Somebody has changed the database, or an older one was put back. Tell whoever runs the server (junheng settle).",
        zh="目前不再接收：{groups}。已用的参与码和收到的答卷份数对不上，可能数据库被改动，或者换回了旧的数据库。请立即告诉维护服务器的人（junheng settle）。",
    ),
    AlertKind.TOO_SMALL: Message(
        "too_small",
        en="Fewer than {number} sheets so far: {groups}. If it stays so at the closing, these sheets count for the sample, but their answers are withheld and destroyed, since nobody could hide in so few. Remind them.",
        zh="到现在还不足 {number} 份：{groups}。如果结束时仍然不足，这几份只计入样本份数，内容不公开并销毁（人太少，藏不住是谁填的）。请动员他们填写。",
    ),
    AlertKind.OVER: Message(
        "over",
        en="Heading for too many: {groups}. Do not collect more from them; ask the other groups instead.",
        zh="快要超出平衡范围：{groups}。请先不要再催这些人，转而动员其他类别。",
    ),
    AlertKind.USED_UP: Message(
        "used_up",
        en="Lacking answers, and all codes of the plan are used: {groups}. Reminding them brings nothing: the other groups have many more. Keep the other groups from growing further, and tell whoever decides about the survey before it closes.",
        zh="答卷不够，而计划内的参与码已全部用完：{groups}。再催也不会增加：其他类别多出太多。请先不要再动员其他类别，并在结束前报告负责人。",
    ),
    AlertKind.SHORT: Message(
        "short",
        en="Behind: {groups}. At this pace they will lack answers at the closing; remind them now.",
        zh="进度落后：{groups}。照现在的速度到截止时不够，请尽快动员。",
    ),
    AlertKind.ENDS_SOON: Message(
        "ends_soon",
        en="Closes in about {number} hours, and the sample is not valid yet.",
        zh="还有大约 {number} 小时就截止，样本还没有达到要求。",
    ),
    AlertKind.SILENT_SCHOOLS: Message(
        "silent_schools",
        en="{number} schools have not handed in anything {days} days after the opening: {schools}. Ask whether the slips have been handed out.",
        zh="开放 {days} 天以来，有 {number} 所学校一份也没有交：{schools}。请打电话问单子发下去没有。",
    ),
    AlertKind.MAY_EXCEED: Message(
        "may_exceed",
        en="Could become too many: {groups}. Keep an eye on them.",
        zh="有可能超出平衡范围：{groups}。请留意。",
    ),
    AlertKind.BURST: Message(
        "burst",
        en="{number} {groups} answered within the hour from {hour}, usually {usual}. A meeting, or one person with many slips? Ask the schools.",
        zh="{hour} 起的一小时内有 {number} 份{groups}答卷，平时约 {usual} 份。是集中填写，还是一个人拿了许多单子？请问一问学校。",
    ),
    AlertKind.UNKNOWN_CODES: Message(
        "unknown_codes",
        en="{number} unknown codes were tried within a day. Cancelled slips, or somebody is guessing; guessing finds nothing, and others are not kept from answering.",
        zh="最近一天有人输入了 {number} 次不存在的参与码。可能是作废的单子，也可能有人乱试；乱试猜不中，也不影响别人填写。",
    ),
}
MORE = Message("more", en="{names} and {number} more", zh="{names}等 {number} 所")

STANDINGS: Final[Mapping[Standing, Message]] = {
    Standing.OVER: Message("standing", en="too many", zh="将超出"),
    Standing.SHORT: Message("standing", en="behind", zh="落后"),
    Standing.MAY_EXCEED: Message("standing", en="may be too many", zh="可能超出"),
    Standing.MAY_LACK: Message("standing", en="may be too few", zh="可能不够"),
    Standing.ENOUGH: Message("standing", en="enough", zh="已够"),
    Standing.ON_COURSE: Message("standing", en="on course", zh="正常"),
    Standing.UNKNOWN: Message("standing", en="no forecast", zh="暂无推算"),
}
PACES: Final[Mapping[Pace, Message]] = {
    Pace.SILENT: Message("pace", en="silent", zh="没有动静"),
    Pace.WAITING: Message("pace", en="nobody yet", zh="还没有人交"),
    Pace.SLOW: Message("pace", en="slow", zh="偏慢"),
    Pace.ON_COURSE: Message("pace", en="on course", zh="正常"),
    Pace.COMPLETE: Message("pace", en="complete", zh="交齐"),
    Pace.WITHOUT_CODES: Message("pace", en="no codes yet", zh="未发码"),
}

# the bulletin

UNLIMITED_TIMES: Final = 5
"""More than this many times what is planned is called no limit."""
NO_LIMIT = Message("no_limit", en="no limit", zh="不限")
MOMENT = Message("moment", en="{y}-{m}-{d} {t}", zh="{y}年{m}月{d}日 {t}")
BULLETIN_TITLE = Message("bulletin_title", en="{name}: daily bulletin", zh="{name}日报")
BULLETIN_SUBTITLE = Message(
    "bulletin_subtitle", en="{county} · as of {now} · closes {closes}", zh="{county} · {now} 的数字 · {closes} 截止"
)
BULLETIN_LEFT = Message("bulletin_left", en=" · {days} days {hours} hours left", zh="，还有 {days} 天 {hours} 小时")
BULLETIN_HEAD: Final = (
    Message("head", en="group", zh="类别"),
    Message("head", en="planned", zh="计划"),
    Message("head", en="issued", zh="已发"),
    Message("head", en="handed in", zh="已交"),
    Message("head", en="valid", zh="有效"),
    Message("head", en="at least needed", zh="至少还差"),
    Message("head", en="can take", zh="最多还收"),
    Message("head", en="expected", zh="截止时预计"),
    Message("head", en="standing", zh="状态"),
)
BULLETIN_RETURNED = Message(
    "bulletin_returned",
    en="{issued} issued, {answered} handed in ({share}), {missing} not handed in; {paper} on paper (counted the day after).",
    zh="已发 {issued} 份，已交 {answered} 份（{share}），没有交 {missing} 份；来自纸质的 {paper} 份（次日统计）。",
)
BULLETIN_SCHOOLS = Message(
    "bulletin_schools",
    en="{schools} schools: {silent} silent, {waiting} with nobody yet, {slow} slow, {complete} complete.",
    zh="共 {schools} 所学校：没有动静 {silent} 所，还没有人交 {waiting} 所，偏慢 {slow} 所，交齐 {complete} 所。",
)
BULLETIN_SEAL = Message(
    "bulletin_seal",
    en="log head {head}; note it elsewhere, so that later changes show",
    zh="存证日志 {head}。请抄存或发给督学，事后据此可以查出数据是否被改动。",
)
BULLETIN_MADE = Message("bulletin_made", en="Made by {by}, {now}.", zh="{by} 于 {now} 生成，均衡 junheng。")
