"""Every sentence and label of the reports, in Chinese and English, and the data's own words in English.

Rule texts, school names and what people typed stay as they are. A phrase is found by a key with a dot in it; `{name}` is filled in.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from evaluation.errors import Language
from evaluation.survey.wording import GROUP_NAMES

Bilingual = tuple[str, str]

BAND: Final = re.compile("(?P<low>[0-9]+)-(?P<high>[0-9]+)|(?P<least>[0-9]+)人以上")
"""A band of class sizes as the workbook's headers name it."""


@dataclass(frozen=True)
class Words:
    """The phrases in one language."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """The phrase with its values filled in. Raises KeyError for an unknown key: that is a bug."""
        return PHRASES[key][0 if self.language == "zh" else 1].format(**values)

    def of(self, group: str, code: str, **values: object) -> str:
        """The phrase for a code of the assessment; the group's `other`, or the code itself, for one that has none."""
        for key in (f"{group}.{code}", f"{group}.other"):
            if key in PHRASES:
                return self(key, **values)
        return code

    def data(self, text: str) -> str:
        """A word of the workbook (a stage, a kind of school, 达标) in the report's language; anything else as it is."""
        return text if self.language == "zh" else DATA_WORDS.get(text, text)

    def unit(self, unit: str) -> str:
        """A unit as it follows a number; "" for a share, whose number has a percent sign."""
        return self.of("unit", unit) if unit in UNIT_CODES else self._spaced(unit)

    def unit_of_difference(self, unit: str) -> str:
        """The unit of a difference: percentage points for shares."""
        return self("unit.points") if unit == "share" else self.unit(unit)

    def group(self, name: str) -> str:
        """A group of respondents."""
        names = GROUP_NAMES.get(name)  # type: ignore[call-overload]
        return name if names is None else str(names[self.language])

    def number(self, position: int) -> str:
        """The number of a heading."""
        return f"{CHINESE_NUMBERS[position]}、" if self.language == "zh" else f"{position + 1}. "

    def _spaced(self, unit: str) -> str:
        return unit if self.language == "zh" or not unit else " " + DATA_WORDS.get(unit, unit)


CHINESE_NUMBERS: Final = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四")
UNIT_CODES: Final = frozenset({"share", "pupil", "room", ""})

DATA_WORDS: Final[Mapping[str, str]] = {
    "小学": "primary",
    "初中": "junior secondary",
    "特教": "special education",
    "职业": "vocational",
    "教学点": "teaching point",
    "初级中学": "junior secondary school",
    "九年一贯制学校": "nine-year school",
    "十二年一贯制学校": "twelve-year school",
    "完全中学": "complete secondary school",
    "特殊教育学校": "special school",
    "职业学校": "vocational school",
    "城区": "urban",
    "镇区": "town",
    "乡村": "rural",
    "优秀": "excellent",
    "良好": "good",
    "合格": "pass",
    "音乐": "music",
    "美术": "art",
    "人": "people",
    "间": "rooms",
    "㎡": "m²",
    "元": "yuan",
    "元/年": "yuan a year",
    "生/师": "pupils a teacher",
}

# Fonts of the Word report: 正文, 一级标题, 二级标题, 表格 (GB/T 9704), and the one for Latin letters and digits.
WORD_FONTS: Final = {"body": "仿宋", "heading": "黑体", "second": "楷体", "table": "宋体", "latin": "Times New Roman"}

PHRASES: Final[Mapping[str, Bilingual]] = {
    # joining
    "join.list": ("、", ", "),
    "join.parts": ("；", "; "),
    "join.label": ("", ", "),
    "join.colon": ("：", ": "),
    "join.sentences": ("", " "),
    "sentence": ("{text}。", "{text}."),
    # units
    "unit.share": ("", ""),
    "unit.": ("", ""),
    "unit.pupil": ("人", " pupils"),
    "unit.room": ("间", " rooms"),
    "unit.points": ("个百分点", " percentage points"),
    # statuses
    "status.met": ("达到", "met"),
    "status.unmet": ("未达到", "not met"),
    "status.missing": ("缺数据", "data missing"),
    "status.not_judged": ("不作判定", "not judged"),
    "status_scored.met": ("已评分", "scored"),
    "status_scored.unmet": ("得分低于要求", "score too low"),
    "status_scored.missing": ("缺评分", "score missing"),
    "school.met": ("达标", "complies"),
    "school.basic": ("达标（基本值）", "complies (excused)"),
    "school.below": ("未达标", "does not comply"),
    # title
    "title": ("县域义务教育优质均衡发展督导评估报告", "Evaluation of high-quality balanced compulsory education"),
    "title.county": ("{county} · {year}年", "{county} · {year}"),
    "title.page": ("{county} {year}年 优质均衡发展督导评估报告", "{county} {year}: evaluation report"),
    "title.draft": ("（草稿，未签署）", "(draft, not signed)"),
    "title.date": ("{year}年{month}月{day}日", "{year}-{month:02d}-{day:02d}"),
    "title.rulebook": ("评估依据：{title}", "Rulebook: {title}"),
    "contents": ("目录", "Contents"),
    # outcome
    "outcome.certifiable": ("达到认定条件", "Certifiable"),
    "outcome.not_met": ("未达到认定条件", "Not met"),
    "outcome.vetoed": ("一票否决，不予认定", "Vetoed"),
    "outcome.incomplete": ("数据不全，暂不能作出结论", "Incomplete: no verdict yet"),
    "outcome_sentence.certifiable": (
        "综上，各项要求均已满足，可以申报认定。",
        "All requirements are met; the county can be certified.",
    ),
    "outcome_sentence.not_met": ("综上，未达到认定条件。", "In sum, the county does not meet the conditions."),
    "outcome_sentence.vetoed": (
        "综上，存在一票否决情形，不论其他指标如何，不予认定。",
        "A veto rules out certification whatever the other indicators say.",
    ),
    "outcome_sentence.incomplete": (
        "综上，现有数据没有不达标项，但缺少判定所需的数据，补齐后方可作出结论。",
        "Nothing fails so far, but data that the verdict needs are missing.",
    ),
    "grade": ("等次：{grade}", "Grade: {grade}"),
    "conclusion.vetoed": ("存在一票否决情形：第{items}项。", "Veto items present: {items}."),
    "conclusion.vetoes_open": ("一票否决事项第{items}项尚未核查。", "Veto items not answered yet: {items}."),
    "conclusion.no_veto": ("没有一票否决情形。", "No veto is present."),
    "conclusion.judged_scored": (
        "A类指标{count}项：达到{met}项，未达到{unmet}项，缺数据{missing}项。",
        "Of {count} A indicators {met} are met, {unmet} not met, {missing} lack data.",
    ),
    "conclusion.judged": (
        "指标{count}项：达到{met}项，未达到{unmet}项，缺数据{missing}项。",
        "Of {count} indicators {met} are met, {unmet} not met, {missing} lack data.",
    ),
    "conclusion.clause": ("第{clause}款：{text}", "{clause}: {text}"),
    "conclusion.failing": ("未达到的事项及差距", "What fails, and by how much"),
    "conclusion.missing": ("尚缺的数据", "What is missing"),
    "conclusion.none_failing": ("没有未达到的事项。", "Nothing fails."),
    "tile.judged_scored": ("A类指标达到", "A indicators met"),
    "tile.judged": ("指标达到", "Indicators met"),
    "tile.judged_note": ("未达到{unmet}项，缺数据{missing}项", "{unmet} not met, {missing} missing"),
    "tile.score": ("B类总分", "B total"),
    "tile.score_note": ("要求 ≥{passing}分", "at least {passing}"),
    "tile.survey": ("社会认可度", "Recognition"),
    "tile.survey_note": ("要求 ≥{threshold}", "at least {threshold}"),
    "tile.no_survey": ("没有调查结果", "no survey"),
    "tile.invalid_sample": ("样本无效", "sample not valid"),
    "tile.schools": ("资源配置达标学校（学段）", "School stages that comply"),
    "tile.schools_note": ("占{share}", "{share} of them"),
    "tile.vetoes": ("一票否决", "Vetoes"),
    "tile.vetoes_note": ("未核查{missing}项", "{missing} not answered"),
    # figures of clauses
    "figure.score": ("{score}/{points}分", "{score} of {points}"),
    "figure.missing": ("缺数据", "data missing"),
    "figure.compared": ("{value}（{relation}{threshold}）", "{value} ({relation} {threshold})"),
    "figure.some_excused": ("全部达标（{count}所按基本值）", "all comply ({count} excused)"),
    "figure.not_judged": ("全县值{value}（不作判定）", "county {value} (not judged)"),
    "figure.coefficient": ("{stage}{value}（≤{limit}）", "{stage} {value} (≤ {limit})"),
    "figure.none_failing": ("全部达标", "all comply"),
    "on_site.met": ("现场核查：达标", "on site: met"),
    "on_site.unmet": ("现场核查：未达标", "on site: not met"),
    "failing.resource_standard": ("{count}所学校未达标", "{count} schools below"),
    "failing.class_size": ("{count}个班超过标准班额", "{count} classes too large"),
    "failing.school_size": ("{count}所学校超过规定规模", "{count} schools too large"),
    "failing.special_rooms": ("{count}所学校专用教室不足", "{count} schools short of rooms"),
    "failing.funded_pupils": ("{count}所学校公用经费未足额核定", "{count} schools funded for too few pupils"),
    "failing.training_share": ("{count}所学校培训经费不足", "{count} schools spend too little on training"),
    "failing.other": ("{count}所学校未达标", "{count} schools fail"),
    "label.resource_standard": ("", ""),
    "label.school_size": ("在校学生", "pupils"),
    "label.special_rooms": ("{label}专用教室", "{label} rooms"),
    "label.funded_pupils": ("核定学生数", "funded pupils"),
    "label.training_share": ("培训经费占比", "training share"),
    "band.closed": ("{low}—{high}人的班", "classes of {low} to {high} pupils"),
    "band.open": ("{low}人及以上的班", "classes of {low} pupils or more"),
    "band.at_least": ("至少", "at least "),
    "label.several": ("{label}（{count}个班）", "{label} ({count} classes)"),
    "label.other": ("{label}", "{label}"),
    # sentences about what fails
    "what.resource_standard": ("全县值", "The county's value"),
    "what.recognition": ("社会认可度", "The recognition rate"),
    "what.county_ratio": ("比例", "The share"),
    "what.other": ("数值", "The figure"),
    "unmet.at_least": (
        "{what}{value}，低于标准{threshold}，差{difference}。",
        "{what} is {value}, below {threshold} by {difference}.",
    ),
    "unmet.at_most": (
        "{what}{value}，高于上限{threshold}，超{difference}。",
        "{what} is {value}, above {threshold} by {difference}.",
    ),
    "unmet.less_than": (
        "{what}{value}，应低于{threshold}，超{difference}。",
        "{what} is {value}; it must be under {threshold} (over by {difference}).",
    ),
    "unmet.coefficient": (
        "{stage}差异系数{value}，高于上限{limit}，超{difference}。",
        "The coefficient ({stage}) is {value}, above {limit} by {difference}.",
    ),
    "unmet.no_coefficient": (
        "{stage}全县值为0，无法计算差异系数，按未达到处理。",
        "The county's value ({stage}) is 0, so there is no coefficient; this counts as not met.",
    ),
    "unmet.on_site": ("现场核查结论为未达标；依据：{finding}。", "Found not met on site; basis: {finding}."),
    "unmet.on_site_bare": ("现场核查结论为未达标。", "Found not met on site."),
    "unmet.comparison": ("{evidence}；差{difference}。", "{evidence}; short by {difference}."),
    "unmet.evidence": ("未达到要求，{evidence}。", "Not met: {evidence}."),
    "unmet.plain": ("未达到要求：{text}", "Not met: {text}"),
    "names.more": ("{names}等{count}所", "{names} and others, {count} in all"),
    "worst.under": (
        "差距最大的是{who}：{actual}，标准{required}，差{difference}",
        "Furthest below: {who}, {actual} against {required}, short by {difference}",
    ),
    "worst.over": (
        "超出最多的是{who}：{actual}，标准{required}，超{difference}",
        "Furthest above: {who}, {actual} against {required}, over by {difference}",
    ),
    "off.under": ("差{difference}", "short by {difference}"),
    "off.over": ("超{difference}", "over by {difference}"),
    "off.over_least": ("至少超{difference}", "over by {difference} or more"),
    "worst.over_least": (
        "超出最多的是{who}：{actual}，标准{required}，至少超{difference}",
        "Furthest above: {who}, {actual} against {required}, over by {difference} or more",
    ),
    "one.over_least": (
        "{who}，{actual}，标准{required}，至少超{difference}",
        "{who}, {actual} against {required}, over by {difference} or more",
    ),
    "one.under": (
        "{who}，{actual}，标准{required}，差{difference}",
        "{who}, {actual} against {required}, short by {difference}",
    ),
    "one.over": (
        "{who}，{actual}，标准{required}，超{difference}",
        "{who}, {actual} against {required}, over by {difference}",
    ),
    # what is missing
    "missing.sample": (
        "调查样本无效，不能据以认定：{reasons}。",
        "The sample is not valid, so it proves nothing: {reasons}.",
    ),
    "missing.figures": ("“县级数据”缺少：{keys}。", "The sheet 县级数据 lacks {keys}."),
    "missing.on_site": ("“现场核查”表没有这一款的结论。", "The sheet 现场核查 has no finding for this clause."),
    "missing.recognition": ("没有社会认可度调查结果。", "There is no survey."),
    "missing.scored": ("“B评分”表没有这一款的得分。", "The sheet B评分 has no score for this clause."),
    "missing.scored_by_survey": (
        "得分由社会认可度调查折算，尚无调查结果。",
        "The score comes from the survey, and there is none.",
    ),
    "missing.class_size": (
        "没有“班级”或“班额分布”表，或班额分段跨越标准，无法判断。",
        "There is neither 班级 nor 班额分布, or a size band crosses the limit.",
    ),
    "missing.special_rooms": ("没有“专用教室”表。", "There is no sheet 专用教室."),
    "missing.monitoring": ("没有“质量监测”表。", "There is no sheet 质量监测."),
    "missing.county_ratio": ("“县级数据”缺少计算所需的数值。", "The sheet 县级数据 lacks a figure."),
    "missing.county_figure": ("“县级数据”缺少计算所需的数值。", "The sheet 县级数据 lacks a figure."),
    "missing.county_comparison": ("“县级数据”缺少计算所需的数值。", "The sheet 县级数据 lacks a figure."),
    "missing.unified_standards": ("“县级数据”缺少计算所需的数值。", "The sheet 县级数据 lacks a figure."),
    "missing.other": ("缺少判定所需的数据。", "Data that the verdict needs are missing."),
    # evidence
    "evidence.said": ("{label}：{value}", "{label}: {value}"),
    "evidence.plain": ("{label}", "{label}"),
    "evidence.total": ("{label}合计", "{label}, total"),
    "evidence.total_pupils": ("{label}学生数合计", "{label}, pupils in all"),
    "evidence.coefficient": ("差异系数（{label}）", "coefficient ({label})"),
    "evidence.finding": ("现场核查依据", "basis of the finding"),
    "evidence.score": ("评分人 {label}", "evaluator {label}"),
    "evidence.monitoring_level": ("{label} 学业水平等级", "{label} level"),
    "evidence.monitoring_dispersion": ("{label} 校际差异率", "{label} dispersion between schools"),
    "evidence.finance_spending": ("{label}年 一般公共预算教育支出（万元）", "{label} education spending (10,000 yuan)"),
    "evidence.finance_pupils": ("{label}年 在校学生数", "{label} pupils"),
    "evidence.survey_rate": ("调查认可度", "recognition rate"),
    "evidence.survey_valid": ("有效答卷", "valid responses"),
    "evidence.survey_required": ("应有有效答卷", "valid responses required"),
    "evidence.survey_sample": ("调查样本", "sample"),
    "evidence.asked_schools": ("参评学校数", "schools asked"),
    "evidence.asked_classes": ("参评班级数", "classes asked"),
    "evidence.largest_school": ("学生最多的学校 · {label}", "largest school · {label}"),
    "evidence.largest_class": ("人数最多的班级 · {label}", "largest class · {label}"),
    "evidence.largest_class_at_least": (
        "班额最大的一档（人数下限） · {label}",
        "largest band of class sizes (least number) · {label}",
    ),
    "evidence.least_funded": ("核定学生数最少的学校 · {label}", "fewest funded pupils · {label}"),
    "evidence.least_share": ("占比最低的学校 · {label}", "least share · {label}"),
    "evidence.fewest_rooms": (
        "教室余缺最紧的学校（现有） · {label}",
        "school closest to its need of rooms (has) · {label}",
    ),
    "evidence.fewest_rooms_required": (
        "教室余缺最紧的学校（应有） · {label}",
        "school closest to its need of rooms (needs) · {label}",
    ),
    "evidence.other": ("{label}", "{label}"),
    # vetoes
    "veto.id": ("一票否决{id}", "Veto {id}"),
    "veto.present": ("核查结论：存在。", "Found present."),
    "veto.open": ("尚未核查。", "Not answered yet."),
    "veto.basis": ("依据：{basis}。", "Basis: {basis}."),
    "veto.is_present": ("存在", "present"),
    "veto.is_absent": ("不存在", "absent"),
    "veto.is_open": ("未核查", "not answered"),
    # scores
    "score.id": ("B类计分", "B scores"),
    "score.passes": (
        "B类总分{total}分（满分{points}分，要求≥{passing}分，且单项得分率≥{share}），达到要求。",
        "The B total is {total} of {points} (at least {passing}, each indicator at least {share}): passed.",
    ),
    "score.fails": (
        "B类总分{total}分（满分{points}分，要求≥{passing}分，且单项得分率≥{share}），未达到要求。",
        "The B total is {total} of {points} (at least {passing}, each indicator at least {share}): not passed.",
    ),
    "score.incomplete": (
        "B类第{missing}项尚无得分，暂无总分。",
        "B indicators {missing} have no score yet, so there is no total.",
    ),
    "score.below": ("得分率低于{share}的：第{indicators}项。", "Below {share} of the points: {indicators}."),
    "score.below_one": (
        "{id} {title}：得{score}分（满分{points}分，要求不低于{passing}分）。",
        "{id} {title}: {score} of {points}, at least {passing} needed.",
    ),
    "score.missing_clauses": ("“B评分”表缺少评分：{clauses}。", "The sheet B评分 has no score for: {clauses}."),
    "score.missing_by_survey": (
        "第{clauses}款的得分由社会认可度调查折算，尚无样本有效的调查结果，不必填写评分。",
        "The score of {clauses} comes from the survey, and there is none with a valid sample; nothing is to be typed.",
    ),
    "score.by": ("{who} {score}", "{who} {score}"),
    # sections
    "section.conclusion": ("评估结论", "Verdict"),
    "section.indicators": ("指标总表", "Indicators"),
    "section.coefficients": (
        "资源配置：全县值与校际差异系数",
        "Resources: county values and coefficients of variation",
    ),
    "section.matrix": ("学校达标情况", "Schools"),
    "section.gaps": ("资源配置缺口", "What the schools lack"),
    "section.survey": ("社会认可度", "Recognition"),
    "section.scores": ("B类指标得分", "B scores"),
    "section.vetoes": ("一票否决事项", "Vetoes"),
    "section.findings": ("疑点与提示", "Findings and warnings"),
    "section.sources": ("数据来源与校验", "Sources"),
    "section.reading": ("如何阅读本报告", "How to read this report"),
    "section.signatures": ("签字", "Signatures"),
    # indicators
    "indicators.intro": (
        "每项指标下列出各款的结果；展开“证据”可见条文、所依据的数值及其在填报表中的位置。打印时证据全部展开。",
        "Each indicator lists its clauses; “evidence” unfolds the text, the numbers and their cells. In print everything is unfolded.",
    ),
    "head.id": ("序号", "No."),
    "head.indicator": ("指标", "Indicator"),
    "head.kind": ("性质", "Kind"),
    "head.status": ("结果", "Result"),
    "head.clauses": ("各款数值与标准", "Clauses: value against threshold"),
    "head.citation": ("出处", "Citation"),
    "head.clause": ("条款", "Clause"),
    "head.text": ("内容", "Text"),
    "head.figure": ("数值与标准", "Value"),
    "head.evidence": ("依据", "Evidence"),
    "evidence.open": ("证据（{count}款）", "Evidence ({count} clauses)"),
    "evidence.note": ("说明", "note"),
    "evidence.excused": (
        "未达标准但按基本值（标准的{share}）视为达标：{names}",
        "Excused, since it reaches {share} of the threshold: {names}",
    ),
    "evidence.cell": ("填报表位置", "cell"),
    # coefficients
    "coefficients.intro": (
        "差异系数按学生数加权计算，{stages}分开；数值越小，学校之间越均衡。",
        "Coefficients are weighted by pupils, apart for {stages}; the smaller, the more even.",
    ),
    "coefficients.limit": ("上限 {limit}", "limit {limit}"),
    "coefficients.none": ("无法计算", "none"),
    "head.unit": ("单位", "Unit"),
    "head.county_value": ("全县值", "County"),
    "head.threshold": ("标准", "Threshold"),
    "head.coefficient": ("差异系数", "Coefficient"),
    "head.county_result": ("全县值结果", "County result"),
    "head.coefficient_result": ("差异系数结果", "Coefficient result"),
    "head.limit": ("上限", "Limit"),
    "chart.coefficients": ("{stage}：各项指标差异系数与上限", "{stage}: coefficients against the limit"),
    "chart.coefficient_one": ("{name}{value}，{status}", "{name} {value}, {status}"),
    # matrix
    "matrix.summary": (
        "{stage}{count}所：各项全部达标{met}所，因基本值达标{excused}所，未达标{below}所。",
        "{stage}: {count} schools, {met} meet all, {excused} are excused, {below} do not comply.",
    ),
    "matrix.summary_unexcused": (
        "{stage}{count}所：各项全部达标{met}所，未达标{below}所。",
        "{stage}: {count} schools, {met} meet all, {below} do not comply.",
    ),
    "matrix.legend_met": ("达到标准", "meets the threshold"),
    "matrix.legend_basic": ("未达到标准，但不低于标准的{share}（基本值）", "below it, but at least {share} of it"),
    "matrix.legend_below": ("低于基本值", "below that"),
    "matrix.legend_short": ("未达到标准", "below the threshold"),
    "matrix.legend_order": ("未达标学校排在前面，其余按填报顺序。", "Schools that do not comply come first."),
    "matrix.outside": (
        "不参加资源配置判定的学校（学段）：{names}。",
        "Not asked for the resource indicators: {names}.",
    ),
    "matrix.outside_one": ("{name}（{kind}，{stage}）", "{name} ({kind}, {stage})"),
    "matrix.empty": ("没有参加判定的学校。", "No school is in scope."),
    "head.code": ("学校代码", "Code"),
    "head.school": ("学校", "School"),
    "head.stage": ("学段", "Stage"),
    "head.location": ("城乡", "Location"),
    "head.pupils": ("学生数", "Pupils"),
    "head.met": ("达标项", "Met"),
    "head.lowest": ("最低比值", "Lowest ratio"),
    "head.verdict": ("判定", "Verdict"),
    "head.basic": ("基本值{basic}", "lower bound {basic}"),
    "head.at_least": ("≥{threshold}", "≥ {threshold}"),
    "chart.reach": ("{stage}：各项指标达标学校数", "{stage}: schools by what they reach"),
    "chart.reach_one": (
        "{name}：达标{met}所，达基本值{basic}所，低于基本值{below}所",
        "{name}: {met} meet, {basic} reach the lower bound, {below} below",
    ),
    "chart.reach_unexcused": ("{name}：达标{met}所，未达标{below}所", "{name}: {met} meet, {below} below"),
    # gaps
    "gaps.intro": (
        "下表列出每所学校低于标准的每一项。应有的人数、间数向上取整；现有数可含共用资源的分摊，因而可能不是整数。",
        "Every value under its threshold. Required people and rooms are rounded up to whole ones; what a school has may be its share of something shared, and so a fraction.",
    ),
    "gaps.excused": ("因基本值而视为达标的学校也在内。", "Schools that are excused are listed too."),
    "gaps.none": (
        "没有缺口：参加判定的学校各项指标全部达到标准。",
        "No gap: every school in scope meets every threshold.",
    ),
    "gaps.totals": ("缺口合计", "Totals"),
    "gaps.each": ("各校缺口", "School by school"),
    "head.schools": ("学校数", "Schools"),
    "head.shortfall": ("缺口", "Shortfall"),
    "head.actual": ("现有", "Actual"),
    "head.required": ("应有", "Required"),
    "head.value": ("数值", "Value"),
    # survey
    "survey.none": (
        "没有社会认可度调查结果；依赖调查的条款列为缺数据。",
        "There is no survey; clauses that need one lack data.",
    ),
    "survey.overall": ("总体", "Overall"),
    "survey.rate": ("社会认可度 {rate}", "Recognition {rate}"),
    "survey.met": ("达到 {threshold} 的要求", "meets the {threshold} required"),
    "survey.unmet": ("未达到 {threshold} 的要求", "does not meet the {threshold} required"),
    "survey.unit": ("（{unit}）", "({unit})"),
    "survey.interval": ("{low} 至 {high}", "{low} to {high}"),
    "survey.interval_sentence": ("95%置信区间为{interval}：{sentence}。", "95% interval {interval}: {sentence}."),
    "survey.reference": ("参考", "for reference"),
    "survey.unsure": ("区间仅供参考：{reasons}", "interval of limited use: {reasons}"),
    "ci.few_psus": ("学校太少", "few schools"),
    "ci.no_variance": ("回答完全一致", "no variance"),
    "ci.one_school": ("只有一所学校", "one school"),
    "ci.lonely": ("有单独成层的学校", "a stratum with one school"),
    "ci.dominant_school": ("一所学校占四分之一以上", "one school dominates"),
    "ci.unit_lost": ("二十分之一以上的表态不知属于哪个单元", "the unit of many is not known"),
    "ci.small_base": ("表态的答卷不足30份", "fewer than 30 responses"),
    "rate_unit.answer": ("按答题计", "by answers"),
    "rate_unit.questionnaire": ("按答卷计", "by questionnaires"),
    "turning_unit.answer": ("个认可的回答", "recognising answers"),
    "turning_unit.questionnaire": ("份满意的答卷", "satisfied questionnaires"),
    "survey.turning": (
        "如有{count}{unit}改为不认可，认可度即低于{threshold}。",
        "If {count} {unit} turned, the rate would fall below {threshold}.",
    ),
    "survey.sample_valid": (
        "样本有效：回收答卷{responses}份，其中有效{valid}份，应有{required}份。",
        "The sample is valid: {responses} responses, {valid} of them valid, {required} required.",
    ),
    "survey.sample_invalid": (
        "样本无效：回收答卷{responses}份，其中有效{valid}份，应有{required}份。",
        "The sample is not valid: {responses} responses, {valid} of them valid, {required} required.",
    ),
    "survey.sample_withheld": (
        "有效答卷中有{withheld}份因同类答卷太少、为保护匿名没有列出，只计入样本，不计入认可度。",
        "Of the valid ones {withheld} were withheld, so few were their like: they count for the sample, not for the rate.",
    ),
    "sample.too_few": ("有效答卷不足", "too few valid responses"),
    "sample.parents": ("家长占有效答卷的份额不足", "too few of the valid responses are parents'"),
    "sample.unbalanced": ("各类对象数量相差过大（{groups}）", "groups out of balance ({groups})"),
    "sample_counted.too_few": (
        "有效答卷{valid}份，应有{required}份，差{short}份",
        "{valid} valid responses of {required} required, {short} short",
    ),
    "sample_counted.parents": (
        "家长{parents}份，不足有效答卷{valid}份的{share}（应不少于{needed}份）",
        "{parents} parents, fewer than {share} of {valid} valid responses (at least {needed})",
    ),
    "sample_counted.unbalanced": (
        "各类对象数量相差过大：{groups}，应在{low}至{high}份之间（家长以外各类平均数上下{tolerance}，已全员作答的类别除外）",
        "groups out of balance: {groups}, each should have {low} to {high} (within {tolerance} of the mean of all but the parents, groups asked as a whole left out)",
    ),
    "sample_counted.group": ("{group}{count}份", "{group} {count}"),
    "survey.note_index": (
        "家长按规定占样本的{share}以上，与其在人口中的比例不同；认可度是规定配额下的指数，不是对全体居民的估计。",
        "Parents are {share} of the sample or more by rule, whatever their share of the county: the rate is an index under a prescribed allocation, not an estimate for all residents.",
    ),
    "survey.note_sampling": (
        "置信区间只反映抽样误差，不反映诱导作答或挑选对象造成的偏差。",
        "The interval covers sampling error only, never coaching or chosen respondents.",
    ),
    "survey.design": ("设计效应{deff}，自由度{df}。", "Design effect {deff}, degrees of freedom {df}."),
    "survey.groups": ("分对象（按答题计，仅供参考）", "By group (by answers, for reference)"),
    "survey.items": ("分项目（按答题计）", "By item (by answers)"),
    "survey.units": ("两种计法", "Both units"),
    "survey.outside": ("“不了解”和未回答的不计入认可度。", "Don't-know and missing answers are outside the rate."),
    "head.group": ("调查对象", "Group"),
    "head.item": ("项目", "Item"),
    "head.rate": ("认可度", "Rate"),
    "head.interval": ("95%置信区间", "95% interval"),
    "head.base": ("认可数/表态数", "Recognise/base"),
    "head.dont_know": ("不了解", "Don't know"),
    "head.unanswered": ("未回答", "No answer"),
    "head.remark": ("备注", "Remark"),
    "head.unit_of_rate": ("计法", "Unit"),
    "item.other": ("第{label}项", "item {label}"),
    "chart.survey": (
        "社会认可度与95%置信区间，要求{threshold}",
        "Recognition with 95% intervals, {threshold} required",
    ),
    "chart.survey_one": ("{label}：{rate}，区间{interval}", "{label}: {rate}, interval {interval}"),
    "chart.required": ("要求 {threshold}", "required {threshold}"),
    # scores and vetoes
    "head.points": ("分值", "Points"),
    "head.score": ("得分", "Score"),
    "head.passing": ("要求", "Needed"),
    "head.by": ("评分明细", "Given by"),
    "head.veto": ("事项", "Item"),
    "head.basis": ("依据", "Basis"),
    "head.cell": ("位置", "Cell"),
    # findings
    "findings.scores": ("数据与评分不符之处", "Where figures contradict scores"),
    "findings.clause": ("{clause}：", "{clause}: "),
    "findings.warnings": ("填报表提示", "Warnings of the workbook"),
    "findings.none": ("没有发现数据与评分不符，填报表没有需要提示的问题。", "No contradictions and no warnings."),
    "findings.kept": ("评分仍以评估人为准，此处只作提示。", "Scores stay the evaluators'; this is a remark only."),
    # sources
    "sources.intro": (
        "用同样的文件和规则重新计算，应得到相同的结果；文件是否相同，以SHA-256值为准。",
        "The same files and rules give the same result; SHA-256 tells whether files are the same.",
    ),
    "source.workbook_sha256": ("填报表", "Workbook"),
    "source.responses_sha256": ("调查答卷", "Responses"),
    "source.rulebook_sha256": ("规则集", "Rulebook"),
    "source.seal_root": ("调查封存根值", "Seal of the survey"),
    "source.none": ("未提供", "none"),
    "head.source": ("来源", "Source"),
    "head.sha256": ("SHA-256", "SHA-256"),
    "sources.county": (
        "{county}（行政区划代码{code}），{year}年，常住人口{population}人",
        "{county} ({code}), {year}, {population} residents",
    ),
    "sources.rulebook": ("规则集 {id}：{title}；{document}", "Rulebook {id}: {title}; {document}"),
    # how to read
    "reading.marks": (
        "✓ 达到；× 未达到；? 缺数据，不等于未达到，也不等于0。颜色与符号含义相同。",
        "✓ met; × not met; ? data missing, which is neither unmet nor 0. Colours repeat the marks.",
    ),
    "reading.numbers": (
        "数值保留2位小数，差异系数保留3位；判定用未取整的数值，等于标准即为达到。取整会掩盖差别时，多显示几位小数。",
        "Values have 2 decimals, coefficients 3; verdicts use unrounded numbers, and a value equal to the threshold meets it. Where rounding would hide the difference, more decimals are shown.",
    ),
    "reading.indicator": (
        "一项指标的各款全部达到才算达到；有一款未达到即为未达到；没有未达到但有缺数据的，列为缺数据。",
        "An indicator is met when all clauses are; one unmet clause makes it unmet; otherwise a missing clause makes it missing.",
    ),
    "reading.outcome": (
        "结论依次判断：存在一票否决情形的，不予认定；有指标未达到或计分不合格的，未达到；缺数据的，暂不作结论；其余为达到认定条件。",
        "The outcome, in order: vetoed; not met, if an indicator or the scores fail; incomplete, if data are missing; else certifiable.",
    ),
    "reading.school": (
        "学校（学段）的资源配置指标全部达到，视为达标。九年一贯制等学校按学段分别判定。",
        "A school stage complies if it meets all resource indicators. Stages are judged apart.",
    ),
    "reading.excuse": (
        "资源配置指标至少{least}项达到、其余各项不低于标准的{share}（基本值，记为△）的，也视为达标。",
        "It also complies if it meets {least} of them or more and reaches {share} of the threshold (the lower bound, marked △) in the others.",
    ),
    "reading.notes": (
        "条文有空白或脱字之处，规则集注明了补读方法，见各款“说明”。",
        "Where the rule's text leaves a gap, the clause's note says how it is read.",
    ),
    # filing
    "file.county": ("被评估县（市、区）", "County"),
    "file.code": ("行政区划代码", "Code"),
    "file.year": ("评估年度", "Year"),
    "file.population": ("常住人口", "Residents"),
    "file.rulebook": ("评估依据", "Rulebook"),
    "file.outcome": ("评估结论", "Verdict"),
    "file.date": ("报告日期", "Date"),
    "file.people": ("{count}人", "{count}"),
    "file.leader": ("评估组组长（签字）：", "Head of the evaluators (signature):"),
    "file.members": ("评估组成员（签字）：", "Evaluators (signatures):"),
    "file.office": ("评估单位（盖章）：", "Office (seal):"),
    "file.signed_on": ("年　　月　　日", "Date:"),
    "file.glance": ("主要结果一览", "At a glance"),
    "file.clauses": ("各款结果与依据", "Clauses and evidence"),
    "file.failures": ("未达标的学校、班级明细", "Failing schools and classes"),
    "file.table": ("表{number}　{title}", "Table {number}. {title}"),
    "file.figure": ("图{number}　{title}", "Figure {number}. {title}"),
}

# The ledger (台账) is a Chinese document in every language: its columns are those of docs/interfaces.md, "ledger.xlsx".
LEDGER_COLUMNS: Final = (
    "序号", "学校代码", "学校", "学段", "指标", "标准值", "基本值", "实际值", "缺口", "单位",
    "整改措施", "责任单位", "责任人", "年度任务", "计划完成时间", "完成情况", "销号状态", "销号日期", "核实人", "备注",
)  # fmt: skip
LEDGER_PROGRESS: Final = ("未启动", "进行中", "已完成")
LEDGER_STATES: Final = ("在账", "新增", "销号", "重现")
LEDGER_SHEETS: Final[Mapping[str, str]] = {
    "notes": "说明",
    "resources": "资源配置缺口",
    "classes": "大班额",
    "sizes": "大规模学校",
    "schools": "其他校级指标",
    "county": "县级指标",
}
LEDGER: Final[Mapping[str, str]] = {
    "title": "{county} {year}年 义务教育优质均衡发展问题台账",
    "whole_county": "全县",
    "met": "达标",
    "unmet": "未达标",
    "join": "、",
    "absent": "不存在",
    "present": "存在",
    "points": "分",
    "total_points": "B类总分",
    "veto": "一票否决{id} {text}",
    "one_of_band": "{label}（第{number}个班）",
    "failing": "{id} {label}",
    "class_size": "{id} 班级学生数 {label}",
    "coefficient": "{id} {name}：校际差异系数",
    "choose_progress": "请从下拉列表选择：未启动、进行中、已完成。",
    "choose_state": "请从下拉列表选择：在账、新增、销号、重现。",
    "choose_title": "只能选列表中的值",
    "count": "{sheet}：{count}条",
    "left": "其中{count}条是原台账中有、本次评估没有对应缺口（或重复）的行，原样保留在各表末尾，由责任单位和核实人处理。",
}
LEDGER_NOTES: Final = (
    "一行一个缺口。前十列（序号至单位）由评估结果生成，请勿改动；后十列由责任单位填写，重新生成台账时按学校代码、学段、指标逐行保留。",
    "资源配置缺口：每所学校低于标准的每一项；标准值、实际值、缺口都是总量，单位见“单位”列。",
    "大班额：超过标准班额的每一个班（按班额分段填报的，实际值按分段下限计，缺口为至少数）；大规模学校：超过规定规模的每一所学校；其他校级指标：专用教室、公用经费核定、教师培训经费等按校判定的条款。",
    "县级指标：全县值、差异系数、县级比例、现场核查、社会认可度、B类得分和一票否决中未达到的事项。缺数据的条款不是缺口，不列入台账，见评估报告。",
    "完成情况：未启动、进行中、已完成。销号状态：在账（缺口仍在）、新增（上次没有）、销号（已消除）、重现（销号后又出现）。只有一次评估时没有可比的台账，一律记为在账。",
    "差异系数没有单位；比例、认可度以百分数表示，缺口是百分点。",
)
LEDGER_NOTE_BASIC: Final = "基本值是标准值的{share}，也是总量，人数、间数取整。"
