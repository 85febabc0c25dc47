"""What may be wrong with a rulebook beyond its shape."""

from evaluation.errors import Message

DUPLICATE_ID = Message(
    "rulebook_duplicate_id",
    en="the id “{id}” is a duplicate; expected ids that differ",
    zh="编号“{id}”重复；编号不得重复",
)
CLAUSE_OUTSIDE = Message(
    "rulebook_clause_outside",
    en="clause “{id}” does not belong to indicator “{indicator}”; expected an id like “{indicator}.1”",
    zh="条款“{id}”不属于指标“{indicator}”；应为“{indicator}.1”这样的编号",
)
UNKNOWN_RESOURCE = Message(
    "rulebook_unknown_resource",
    en="there is no resource “{id}”; expected one of: {expected}",
    zh="没有资源指标“{id}”；应为：{expected}",
)
UNKNOWN_FIELD = Message(
    "rulebook_unknown_field",
    en="学校 has no total “{field}”; expected one of: {expected}",
    zh="“学校”表没有可用作资源总量的列“{field}”；应为：{expected}",
)
COLUMN_TAKEN = Message(
    "rulebook_column_taken",
    en="学校 has a column “{name}” already; expected a name of its own",
    zh="“学校”表已有“{name}”；列名和字段名不得重复",
)
UNKNOWN_UNIT = Message(
    "rulebook_unknown_unit",
    en="“{unit}” is not a unit of the workbook; expected one of: {expected}",
    zh="工作簿没有单位“{unit}”；应为：{expected}",
)
UNKNOWN_INDICATOR = Message(
    "rulebook_unknown_indicator",
    en="there is no indicator “{id}”; expected one of the rulebook",
    zh="没有指标“{id}”；应为本规则集中的指标",
)
UNKNOWN_CLAUSE = Message(
    "rulebook_unknown_clause",
    en="there is no clause “{id}” {wanted}; expected one of the rulebook",
    zh="没有条款“{id}”（{wanted}）；应为本规则集中的条款",
)
UNKNOWN_STAGE = Message(
    "rulebook_unknown_stage",
    en="“{stage}” is not a stage in scope; expected one of: {expected}",
    zh="“{stage}”不是评估学段；应为：{expected}",
)
MISSING_STAGE = Message(
    "rulebook_missing_stage",
    en="{what} gives no number for {stage}; expected one for each stage in scope",
    zh="{what}缺少{stage}的数值；每个学段都应有",
)
SCORED_IN_A = Message(
    "rulebook_scored_in_a",
    en="clause “{id}” of an indicator of kind A is scored; expected a test that is met or unmet",
    zh="A类指标的条款“{id}”用了计分；A类条款应为达标或未达标的测试",
)
JUDGED_IN_B = Message(
    "rulebook_judged_in_b",
    en="clause “{id}” of an indicator of kind B is not scored; expected scored or scored_by_survey",
    zh="B类指标的条款“{id}”没有计分；应为 scored 或 scored_by_survey",
)
POINTS = Message(
    "rulebook_points",
    en="{what}: the parts add up to {sum}; expected {expected}",
    zh="{what}：各部分合计{sum}；应为{expected}",
)
POINTS_IN_A = Message(
    "rulebook_points_in_a", en="indicator “{id}” of kind A has points; expected none", zh="A类指标“{id}”有分值；不应有"
)
NO_POINTS = Message(
    "rulebook_no_points",
    en="indicator “{id}” of kind B has no points; expected a number",
    zh="B类指标“{id}”没有分值；应填数值",
)
NO_SCORING = Message(
    "rulebook_no_scoring",
    en="there are scored indicators but no key “scoring”; expected how they pass",
    zh="有计分指标而没有“scoring”；应写明怎样合格",
)
GRADE_ORDER = Message(
    "rulebook_grade_order",
    en="grade “{name}” starts at {start}, not below the one above it; expected grades from the highest down",
    zh="等次“{name}”的起点{start}不低于上一等次；应从高到低排列",
)
ONE_LIMIT = Message(
    "rulebook_one_limit",
    en="expected exactly one of at_least and at_most; got {got}",
    zh="at_least 与 at_most 应恰有一个；现有{got}个",
)
EXCUSE_COUNT = Message(
    "rulebook_excuse_count",
    en="at_least_met is {got}; expected at most the number of resources, {expected}",
    zh="at_least_met 为{got}；不应超过资源指标数{expected}",
)
UNKNOWN_PLACE = Message(
    "rulebook_unknown_place",
    en="the text uses {{{name}}}, which this check does not fill; expected of: {expected}",
    zh="文本使用了无法填入的 {{{name}}}；可用：{expected}",
)
UNKNOWN_RULEBOOK = Message(
    "rulebook_unknown",
    en="there is no rulebook of this name and no such file; expected one of: {expected}, or the path of a .yaml file",
    zh="没有这个名称的规则集，也没有这个文件；应为：{expected}，或 .yaml 文件的路径",
)
ITEM_EXPECTED = Message(
    "rulebook_item_expected",
    en="“{item}” is neither an indicator nor a clause of this rulebook; expected the id that the questionnaires mark the item by",
    zh="“{item}”不是本规则集的指标或条款；应为问卷题目所标的编号",
)
