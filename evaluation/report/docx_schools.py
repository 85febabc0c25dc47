"""The Word report's coefficients, school matrices (on lying pages) and gaps."""

from evaluation.report.charts import coefficient_chart, reach_chart
from evaluation.report.docx_filing import INKS, Filing, TableRow
from evaluation.report.docx_tables import Look, TableCell, TableColumn
from evaluation.report.resources import CoefficientView, StageView
from evaluation.report.schools import MatrixView, SchoolView

FILLS = {"met": "", "basic": "FDF1D8", "below": "FBE7E5"}
MATRIX = Look("MatrixText")
RESOURCES_MM = 133.0


def write_coefficients(filing: Filing) -> None:
    """County values and coefficients of each stage, as a chart and a table."""
    filing.head("coefficients")
    filing.say(filing.report.coefficients_intro)
    for number, stage in enumerate(filing.report.stages):
        _write_stage(filing, stage, number)


def _write_stage(filing: Filing, stage: StageView, number: int) -> None:
    words = filing.words
    title = words("chart.coefficients", stage=stage.stage)
    told = words("join.parts").join(f"{one.name} {one.coefficient_text}" for one in stage.rows)
    filing.picture(coefficient_chart(words, stage, f"coefficients-{number}"), title, told)
    columns = [
        filing.column("id", 9, "center"),
        filing.column("indicator", 43),
        filing.column("unit", 12, "center"),
        filing.column("county_value", 17, "right"),
        filing.column("threshold", 15, "right"),
        filing.column("county_result", 19),
        filing.column("coefficient", 16, "right"),
        filing.column("limit", 10, "right"),
        filing.column("coefficient_result", 19),
    ]
    filing.table(title, columns, [_coefficient_row(filing, one) for one in stage.rows])


def _coefficient_row(filing: Filing, one: CoefficientView) -> TableRow:
    words = filing.words
    return [
        one.id,
        one.name,
        one.unit,
        one.county_value,
        f"≥ {one.threshold}",
        TableCell(one.county_result, ink=INKS[one.county_status or "missing"], is_bold=one.county_status == "unmet"),
        words("coefficients.none") if one.coefficient is None else one.coefficient_text,
        one.limit_text,
        filing.status(one.status, one.mark, words.of("status", one.status)),
    ]


def write_matrices(filing: Filing) -> None:
    """Every school against every resource indicator, on lying pages."""
    filing.new_page(is_wide=True)
    filing.head("matrix")
    filing.say(_legend(filing), "SmallPrint")
    if not filing.report.matrices:
        filing.say(filing.words("matrix.empty"))
    for number, matrix in enumerate(filing.report.matrices):
        _write_matrix(filing, matrix, number)
    if filing.report.outside:
        names = filing.words("join.list").join(filing.report.outside)
        filing.say(filing.words("matrix.outside", names=names), "SmallPrint")
    filing.new_page(is_wide=False)


def _legend(filing: Filing) -> str:
    words, share = filing.words, filing.report.excuse_share
    basic = [f"△ {words('matrix.legend_basic', share=share)}"] if share else []
    met, below = (
        f"✓ {words('matrix.legend_met')}",
        f"× {words('matrix.legend_below' if share else 'matrix.legend_short')}",
    )
    return words("join.parts").join([met, *basic, below, words("matrix.legend_order")])


def _write_matrix(filing: Filing, matrix: MatrixView, number: int) -> None:
    words = filing.words
    filing.subhead(matrix.summary)
    title = words("chart.reach", stage=words.data(matrix.stage))
    filing.picture(reach_chart(words, matrix, f"reach-{number}"), title, matrix.summary)
    columns = [
        filing.column("code", 22),
        filing.column("school", 40),
        filing.column("location", 12, "center"),
        filing.column("pupils", 13, "right"),
        *_resource_columns(matrix),
        filing.column("met", 11, "center"),
        filing.column("lowest", 12, "right"),
        filing.column("verdict", 18),
    ]
    filing.table(matrix.summary, columns, [_school_row(filing, row) for row in matrix.rows], MATRIX)


def _resource_columns(matrix: MatrixView) -> list[TableColumn]:
    """The resources share their width by how long their numbers are."""
    shares = [len(one.threshold) + 6 for one in matrix.heads]
    return [
        TableColumn(f"{one.id} {one.name}\n≥{one.threshold}", RESOURCES_MM * share / sum(shares), "right")
        for one, share in zip(matrix.heads, shares, strict=True)
    ]


def _school_row(filing: Filing, row: SchoolView) -> TableRow:
    return [
        row.code,
        row.name,
        row.location,
        row.pupils,
        *(
            TableCell(f"{one.text}\u00a0{one.mark}", "right", ink=INKS[one.reach], fill=FILLS[one.reach])
            for one in row.cells
        ),
        row.met,
        row.lowest,
        filing.status(row.verdict, row.mark, row.verdict_text),
    ]


def write_gaps(filing: Filing) -> None:
    """What the schools lack, in all and one by one."""
    words = filing.words
    filing.head("gaps")
    if not filing.report.gaps:
        filing.say(words("gaps.none"))
        return
    filing.say(filing.report.gaps_intro)
    _write_totals(filing)
    columns = [
        filing.column("code", 23),
        filing.column("school", 33),
        filing.column("stage", 11),
        filing.column("indicator", 39),
        filing.column("actual", 17, "right"),
        filing.column("required", 17, "right"),
        filing.column("shortfall", 20, "right"),
    ]
    rows: list[TableRow] = [
        [one.code, one.name, one.stage, one.indicator, one.actual, one.required, one.shortfall + one.unit]
        for one in filing.report.gaps
    ]
    filing.table(words("gaps.each"), columns, rows)


def _write_totals(filing: Filing) -> None:
    columns = [
        filing.column("stage", 20),
        filing.column("indicator", 80),
        filing.column("schools", 20, "right"),
        filing.column("shortfall", 40, "right"),
    ]
    rows: list[TableRow] = [
        [one.stage, one.indicator, one.schools, one.shortfall + one.unit] for one in filing.report.gap_totals
    ]
    filing.table(filing.words("gaps.totals"), columns, rows)
