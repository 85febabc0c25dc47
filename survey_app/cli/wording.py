"""Help that names the workbook's own words, and what the commands say of their results."""

from collections.abc import Mapping

from evaluation.errors import Message
from survey_app.services.assessments import wording as assessments

FRAMES_HELP = "Sizes of groups: a .csv with the columns 类别, 总体人数."
UNITS_HELP = "Which schools a unit means: NAME-units.csv of the export, with the columns 单元, 学校代码."
COUNTS_HELP = "Sheets taken, withheld and lost: NAME-counts.csv of the export. Withheld sheets count for the sample."

OUTCOMES: Mapping[str, Message] = {
    name: Message(name, en=name, zh=outcome.zh) for name, outcome in assessments.OUTCOMES.items()
}
CHECKED_BY = Message(
    "checked_by",
    en="checked by the rulebook {rulebook}, since none was named (--rulebook)",
    zh="按规则集 {rulebook} 检查（没有用 --rulebook 指定）",
)
LISTED: Mapping[str, Message] = {
    "unmet": Message("unmet", en="unmet: {ids}", zh="A类未达标：{ids}"),
    "missing": Message("missing", en="missing: {ids}", zh="A类缺材料：{ids}"),
    "below": Message("below", en="scores below {share}: {ids}", zh="B类得分低于{share}：{ids}"),
    "scores_missing": Message("scores_missing", en="scores missing: {ids}", zh="B类缺评分：{ids}"),
    "vetoes": Message("vetoes", en="vetoes present: {ids}", zh="存在一票否决事项：{ids}"),
    "vetoes_missing": Message("vetoes_missing", en="vetoes not answered: {ids}", zh="一票否决事项未填：{ids}"),
}
TOTAL = Message(
    "total",
    en="B total: {total} of {points} ({passing} needed): {verdict}",
    zh="B类总分：{total}/{points}（合格线{passing}）：{verdict}",
)
TOTAL_MISSING = Message(
    "total_missing",
    en="B total: scores missing, of {points} ({passing} needed): {verdict}",
    zh="B类总分：评分不全，满分{points}（合格线{passing}）：{verdict}",
)
PASSES: Mapping[bool | None, Message] = {
    True: Message("passes", en="passes", zh="合格"),
    False: Message("fails", en="fails", zh="不合格"),
    None: Message("open", en="open", zh="待定"),
}
WRITTEN = Message("written", en="written: {out}", zh="已写入：{out}")
