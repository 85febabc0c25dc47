"""ledger.xlsx (台账): one row a gap, in sheets by what has to be done, with columns for those who do it (docs/interfaces.md, "ledger.xlsx").

A ledger of one assessment has nothing to compare with, so every gap is on the books (在账).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from evaluation.assessment import Assessment, ClauseResult, Gap, SchoolFailure
from evaluation.numeric import round_up_whole
from evaluation.report.context import Context
from evaluation.report.figures import value_fails
from evaluation.report.numbers import is_met
from evaluation.report.sentences import evidence_text, failure_label
from evaluation.report.wording import LEDGER, LEDGER_SHEETS, Words
from evaluation.rulebook.tests import TESTS, Shown

Amount = float | str | None
Typed = str | float | bool | date | None
"""What people may type in a cell of a ledger; `date` is a `datetime` too."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One gap: the columns that the assessment fills in, and the ten that people do (`typed`, none of a gap that is new).

    `is_share`: the amounts are shares (0 to 1), shown as percentages. `is_left`: of an older ledger, without a gap in this assessment.
    """

    sheet: str
    school: str
    name: str
    stage: str
    indicator: str
    required: Amount
    basic: Amount
    actual: Amount
    shortfall: Amount
    unit: str
    is_share: bool = False
    typed: tuple[Typed, ...] = ()
    is_left: bool = False

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes a gap the same one in another year's ledger."""
        return self.sheet, self.school, self.stage, self.indicator


def ledger_rows(assessment: Assessment) -> list[LedgerRow]:
    """The gaps of an assessment, sheet by sheet, in the rulebook's order."""
    context = Context(assessment, Words("zh"))
    rows = [*_resource_rows(context), *_clause_rows(context)]
    rows = [*_without_repeats(rows), *_score_rows(context), *_veto_rows(context)]
    order = list(LEDGER_SHEETS)
    return sorted(rows, key=lambda row: order.index(row.sheet))


def _without_repeats(rows: list[LedgerRow]) -> list[LedgerRow]:
    """One row for what a school of several stages lacks once: clauses of one indicator that say the same of it share a row."""
    found: dict[tuple[Amount, ...], LedgerRow] = {}
    for number, row in enumerate(rows):
        clause, _, label = row.indicator.partition(" ")
        is_shared = row.sheet == "schools"
        once = (row.school, clause.rpartition(".")[0], label, row.required, row.actual, row.unit)
        same = once if is_shared else (float(number),)
        found[same] = _joined(found[same], row) if same in found else row
    return list(found.values())


def _joined(row: LedgerRow, other: LedgerRow) -> LedgerRow:
    clauses, _, label = row.indicator.partition(" ")
    both = _listed(clauses, other.indicator.partition(" ")[0])
    return replace(row, stage=_listed(row.stage, other.stage), indicator=f"{both} {label}".strip())


def _listed(texts: str, text: str) -> str:
    return LEDGER["join"].join(dict.fromkeys([*texts.split(LEDGER["join"]), text]))


def _resource_rows(context: Context) -> Iterator[LedgerRow]:
    pupils = {(one.code, one.stage): one.pupils for one in context.assessment.schools}
    for gap in context.assessment.gaps:
        resource = context.resource(gap.resource)
        name = gap.indicator if resource is None else f"{gap.indicator} {resource.name}"
        basic = _basic(context, gap, pupils.get((gap.school, gap.stage)))
        yield LedgerRow(
            "resources", gap.school, gap.name, gap.stage, name, gap.required, basic, gap.actual, gap.shortfall, gap.unit
        )  # fmt: skip


def _basic(context: Context, gap: Gap, pupils: float | None) -> float | None:
    """The least that excuses: the share of the exact requirement, people and rooms in whole ones."""
    share, resource = context.assessment.excuse_share, context.resource(gap.resource)
    if share is None or resource is None or pupils is None:
        return None
    exact = share * gap.threshold * pupils / resource.per_pupils
    return float(round_up_whole(exact)) if resource.is_whole else exact


def _clause_rows(context: Context) -> Iterator[LedgerRow]:
    for indicator in context.assessment.indicators:
        for clause in indicator.clauses:
            if clause.status == "unmet" and clause.points is None:
                yield from _rows_of_clause(context, clause)


def _rows_of_clause(context: Context, clause: ClauseResult) -> Iterator[LedgerRow]:
    """School by school where schools are judged, else one row for the county; schools that lack a resource have their gaps already."""
    test = TESTS[clause.test]
    if test.ledger_sheet == "resources":
        yield from _value_rows(context, clause)
    elif clause.failures:
        for failure in clause.failures:
            yield from _failure_rows(context, clause, failure)
    else:
        yield from _ROWS_SHOWN[test.shown](context, clause)


def _failure_rows(context: Context, clause: ClauseResult, failure: SchoolFailure) -> Iterator[LedgerRow]:
    """One row, or one for each class of a size band, so that each can be taken off the books by itself."""
    label = failure_label(context, clause.test, replace(failure, count=1))
    for number in range(1, failure.count + 1):
        told = label if failure.count == 1 else LEDGER["one_of_band"].format(label=label, number=number)
        yield _failure_row(context, clause, failure, told)


def _failure_row(context: Context, clause: ClauseResult, failure: SchoolFailure, label: str) -> LedgerRow:
    test = TESTS[clause.test]
    shortfall = None if failure.actual is None or failure.required is None else abs(failure.required - failure.actual)
    return LedgerRow(
        test.ledger_sheet,
        failure.school,
        failure.name,
        failure.stage,
        LEDGER["class_size" if test.counts_classes else "failing"].format(id=clause.id, label=label).strip(),
        failure.required,
        None,
        failure.actual,
        shortfall,
        _unit(context, failure.unit),
        is_share=failure.unit == "share",
    )


def _unit(context: Context, unit: str) -> str:
    return "%" if unit == "share" else context.words.unit(unit)


def _county_row(
    indicator: str,
    required: Amount,
    actual: Amount,
    shortfall: float | None = None,
    unit: str = "",
    stage: str = "",
    is_share: bool = False,
) -> LedgerRow:
    return LedgerRow(
        "county", "", LEDGER["whole_county"], stage, indicator, required, None, actual, shortfall, unit, is_share
    )


def _named(clause: ClauseResult) -> str:
    return f"{clause.id} {clause.text}"


def _value_rows(context: Context, clause: ClauseResult) -> Iterator[LedgerRow]:
    value, threshold = clause.value, clause.threshold
    if value is None or threshold is None or not value_fails(clause):
        return
    unit = _unit(context, clause.unit)
    yield _county_row(_named(clause), threshold, value, abs(threshold - value), unit, is_share=clause.unit == "share")


def _coefficient_rows(context: Context, clause: ClauseResult) -> Iterator[LedgerRow]:
    resource = context.resource(clause.resource)
    for stage, limit in resource.coefficient_limits.items() if resource else ():
        coefficient = context.assessment.coefficients.get(stage, {}).get(resource.id) if resource else None
        name = LEDGER["coefficient"].format(id=clause.id, name=resource.name if resource else clause.text)
        if coefficient is None and context.schools_of(stage):
            yield _county_row(name, limit, context.words("coefficients.none"), stage=stage)
        elif coefficient is not None and not is_met(coefficient, limit, "at_most"):
            yield _county_row(name, limit, coefficient, coefficient - limit, stage=stage)


def _comparison_rows(context: Context, clause: ClauseResult) -> Iterator[LedgerRow]:
    numbers = [one.value for one in clause.evidence if isinstance(one.value, float)]
    if len(numbers) != 2:
        yield from _stated_rows(context, clause)
        return
    yield _county_row(_named(clause), numbers[1], numbers[0], numbers[1] - numbers[0], clause.evidence[0].unit)


def _stated_rows(context: Context, clause: ClauseResult) -> Iterator[LedgerRow]:
    """The value against the threshold; where no single number decides, what the evidence says."""
    told = context.words("join.parts").join(evidence_text(context, one) for one in clause.evidence)
    yield from list(_value_rows(context, clause)) or [
        _county_row(_named(clause), LEDGER["met"], told or LEDGER["unmet"])
    ]


def _finding_rows(_context: Context, clause: ClauseResult) -> Iterator[LedgerRow]:
    yield _county_row(_named(clause), LEDGER["met"], LEDGER["unmet"])


_ROWS_SHOWN: Mapping[Shown, Callable[[Context, ClauseResult], Iterator[LedgerRow]]] = {
    "value": _stated_rows,
    "coefficients": _coefficient_rows,
    "comparison": _comparison_rows,
    "finding": _finding_rows,
}


def _score_rows(context: Context) -> Iterator[LedgerRow]:
    scores = context.assessment.scores
    if scores is None:
        return
    for one in context.assessment.indicators:
        if one.id in scores.below_passing and one.points is not None and one.score is not None:
            passing = scores.passing_share * one.points
            yield _county_row(f"{one.id} {one.title}", passing, one.score, passing - one.score, LEDGER["points"])
    if scores.total is not None and not is_met(scores.total, scores.passing_total, "at_least"):
        shortfall = scores.passing_total - scores.total
        yield _county_row(LEDGER["total_points"], scores.passing_total, scores.total, shortfall, LEDGER["points"])


def _veto_rows(context: Context) -> Iterator[LedgerRow]:
    for one in context.assessment.vetoes:
        if one.is_present:
            yield _county_row(LEDGER["veto"].format(id=one.id, text=one.text), LEDGER["absent"], LEDGER["present"])
