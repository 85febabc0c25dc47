"""The Word report's title page, contents, verdict and indicators."""

from collections.abc import Iterable
from typing import Any

from evaluation.report.conclusion import ReasonView
from evaluation.report.docx_filing import INKS, SHADE, Filing, TableRow, sourced
from evaluation.report.docx_styles import TEXT_WIDTH_MM, close_field, open_field
from evaluation.report.docx_tables import Look, TableCell, TableColumn, plain_text
from evaluation.report.indicators import ClauseView, IndicatorView
from evaluation.rulebook.tests import TESTS

FACTS = Look("FactText", has_head=False)


def write_title_page(filing: Filing) -> None:
    """Title, county and year, and the facts of the assessment."""
    filing.say(filing.report.title, "Title")
    filing.say(filing.report.subtitle, "Subtitle")
    rows: list[TableRow] = [
        (TableCell(name, "center", is_bold=True, fill=SHADE), value) for name, value in filing.report.facts
    ]
    filing.bare_table([TableColumn("", 45), TableColumn("", 105)], rows, FACTS)
    filing.new_page(is_wide=False)


def write_contents(filing: Filing) -> None:
    """The table of contents as a field: what stands in it are the headings; Word adds the pages when the field is updated."""
    filing.say(filing.words("contents"), "ContentsHead")
    sections = filing.report.sections
    for position, section in enumerate(sections):
        paragraph = filing.say("", "Contents")
        if position == 0:
            open_field(paragraph, 'TOC \\o "1-1" \\h \\z \\u')
        paragraph.add_run(plain_text(section.heading))
        if position == len(sections) - 1:
            close_field(paragraph)


def write_conclusion(filing: Filing) -> None:
    """The verdict, the figures at a glance, what fails and what is missing."""
    found, words = filing.report.conclusion, filing.words
    filing.head("conclusion")
    outcome = filing.say(words("join.parts").join(one for one in (found.outcome_text, found.grade) if one), "Outcome")
    outcome.runs[0].font.color.rgb = _colour(INKS[found.tone])
    filing.say(found.sentence)
    columns = [TableColumn(one.label, TEXT_WIDTH_MM / len(found.tiles), "center") for one in found.tiles]
    numbers = [TableCell(one.value, "center", ink=INKS[one.tone], style="TableFigure") for one in found.tiles]
    filing.table(words("file.glance"), columns, [numbers, [one.note for one in found.tiles]])
    _write_reasons(filing, words("conclusion.failing"), found.failing, words("conclusion.none_failing"))
    if found.missing:
        _write_reasons(filing, words("conclusion.missing"), found.missing, "")


def _write_reasons(filing: Filing, title: str, reasons: Iterable[ReasonView], otherwise: str) -> None:
    filing.subhead(title)
    told = list(reasons)
    if not told:
        filing.say(otherwise)
    for one in told:
        filing.subhead(f"{one.id} {one.title}", level=3)
        for sentence in one.sentences:
            filing.say(sentence, "List Bullet")


def write_indicators(filing: Filing) -> None:
    """The table of all indicators, then the judged clauses with their evidence, then the failing classes and rooms."""
    filing.head("indicators")
    columns = [
        filing.column("id", 11, "center"),
        filing.column("indicator", 57),
        filing.column("kind", 11, "center"),
        filing.column("status", 21),
        filing.column("clauses", 42),
        filing.column("citation", 18),
    ]
    rows = [_indicator_row(filing, one) for one in filing.report.indicators]
    filing.table(filing.words("section.indicators"), columns, rows)
    _write_clauses(filing)
    _write_failures(filing)


def _indicator_row(filing: Filing, one: IndicatorView) -> TableRow:
    return [
        one.id,
        one.title,
        one.kind,
        filing.status(one.status, one.mark, "\n".join(part for part in (one.status_text, one.score) if part)),
        "\n".join(
            f"{clause.mark} {clause.id}{filing.words('join.colon')}{clause.figure}".strip() for clause in one.clauses
        ),
        one.citation,
    ]


def _write_clauses(filing: Filing) -> None:
    """The clauses that are judged; the scored ones stand in the section of scores."""
    columns = [
        filing.column("clause", 12, "center"),
        filing.column("text", 45),
        filing.column("status", 17),
        filing.column("figure", 48),
        filing.column("evidence", 38),
    ]
    judged = [one for one in filing.report.indicators if one.kind == "A"]
    rows = [_clause_row(filing, clause) for one in judged for clause in one.clauses]
    filing.table(filing.words("file.clauses"), columns, rows)


def _clause_row(filing: Filing, clause: ClauseView) -> TableRow:
    words = filing.words
    note = words("join.colon").join([words("evidence.note"), clause.note]) if clause.note else ""
    return [
        clause.id,
        "\n".join(part for part in (clause.text, note) if part),
        filing.status(clause.status, clause.mark, clause.status_text),
        words("join.sentences").join(clause.sentences) or clause.figure,
        "\n".join(
            sourced(words("evidence.said", label=one.label, value=one.value), one.source) for one in clause.evidence
        ),
    ]


def _write_failures(filing: Filing) -> None:
    """Failing classes, rooms and budgets; the resource standards stand in the schools' own tables."""
    judged = [
        clause
        for one in filing.report.indicators
        for clause in one.clauses
        if TESTS[clause.test].ledger_sheet != "resources"
    ]
    rows: list[TableRow] = [
        [clause.id, row.code, row.name, row.stage, row.label, row.actual, row.required, row.said, row.source]
        for clause in judged
        for row in clause.failures
    ]
    columns = [
        filing.column("clause", 11, "center"),
        filing.column("code", 23),
        filing.column("school", 30),
        filing.column("stage", 11),
        filing.column("item", 21),
        filing.column("actual", 15, "right"),
        filing.column("required", 15, "right"),
        filing.column("shortfall", 15, "right"),
        filing.column("cell", 19),
    ]
    if rows:
        filing.table(filing.words("file.failures"), columns, rows)


def _colour(ink: str) -> Any:
    from docx.shared import RGBColor

    return RGBColor.from_string(ink)
