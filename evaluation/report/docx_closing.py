"""The Word report's scores, vetoes, findings, sources, reading aid and signatures."""

from evaluation.report.docx_filing import INKS, Filing, TableRow, sourced
from evaluation.report.docx_tables import Look, TableCell, TableColumn
from evaluation.report.indicators import MARKS
from evaluation.report.scores import ScoredView

SIGNING = Look("FactText", row_mm=16, has_head=False)
SUM = "F4F6F8"


def write_scores(filing: Filing) -> None:
    """Each scored clause, under its indicator's sum, with what each evaluator gave."""
    board = filing.report.board
    if board is None:
        return
    filing.head("scores")
    filing.say(board.sentence)
    columns = [
        filing.column("id", 13, "center"),
        filing.column("text", 72),
        filing.column("points", 14, "right"),
        filing.column("score", 14, "right"),
        filing.column("by", 47),
    ]
    rows = [row for scored in board.indicators for row in _scored_rows(scored)]
    filing.table(filing.words("section.scores"), columns, rows)


def _scored_rows(scored: ScoredView) -> list[TableRow]:
    one = scored.indicator
    total: TableRow = [
        TableCell(one.id, "center", is_bold=True, fill=SUM),
        TableCell(one.title, is_bold=True, fill=SUM),
        TableCell(one.score, "right", is_bold=True, fill=SUM, span=2),
        TableCell(f"{one.mark} {one.status_text}", ink=INKS[one.status], fill=SUM),
    ]
    return [total, *([clause.id, clause.text, clause.points, clause.score, clause.by] for clause in scored.clauses)]


def write_vetoes(filing: Filing) -> None:
    """Every veto item with its answer."""
    if not filing.report.vetoes:
        return
    filing.head("vetoes")
    columns = [
        filing.column("id", 12, "center"),
        filing.column("veto", 68),
        filing.column("status", 22),
        filing.column("basis", 58),
    ]
    rows: list[TableRow] = [
        [one.id, one.text, filing.status(one.tone, MARKS[one.tone], one.answer), sourced(one.basis, one.source)]
        for one in filing.report.vetoes
    ]
    filing.table(filing.words("section.vetoes"), columns, rows)


def write_findings(filing: Filing) -> None:
    """Where figures contradict scores, and the warnings of the workbook."""
    report, words = filing.report, filing.words
    filing.head("findings")
    if not report.findings and not report.warnings:
        filing.say(words("findings.none"))
    if report.findings:
        filing.subhead(words("findings.scores"))
        for one in report.findings:
            filing.say(" ".join([one.clause + one.text, one.evidence]).strip(), "List Bullet")
        filing.say(words("findings.kept"), "SmallPrint")
    if report.warnings:
        filing.subhead(words("findings.warnings"))
        for warning in report.warnings:
            filing.say(warning, "List Bullet")


def write_sources(filing: Filing) -> None:
    """What the report was computed from."""
    filing.head("sources")
    for line in filing.report.about:
        filing.say(line)
    columns = [filing.column("source", 35), filing.column("sha256", 125)]
    filing.table(filing.words("section.sources"), columns, [[one.label, one.sha256] for one in filing.report.sources])
    filing.say(filing.words("sources.intro"), "SmallPrint")


def write_how_to_read(filing: Filing) -> None:
    """What the marks and numbers mean."""
    filing.head("reading")
    for line in filing.report.how_to_read:
        filing.say(line, "List Bullet")


def write_signatures(filing: Filing) -> None:
    """Where the evaluators sign and the office seals."""
    words = filing.words
    filing.subhead(words("section.signatures"))
    rows: list[TableRow] = [
        [words(f"file.{name}"), "", words("file.signed_on")] for name in ("leader", "members", "office")
    ]
    filing.bare_table([TableColumn("", 50), TableColumn("", 65), TableColumn("", 45, "right")], rows, SIGNING)
