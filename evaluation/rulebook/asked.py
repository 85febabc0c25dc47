"""What a rulebook asks of a county's workbook, in the reader's terms."""

from evaluation.reading.asked import Asked
from evaluation.reading.columns import Column, Note
from evaluation.rulebook.model import FurtherColumn, Rulebook
from evaluation.rulebook.tests import Scored


def asked_by(rulebook: Rulebook) -> Asked:
    """Keys, clauses, veto items, kinds of rooms, years of finance and further columns; each key with the clause that asks for it."""
    clauses = rulebook.clauses()
    figures = [(figure, clause) for clause in clauses for figure in clause.test.county_figures()]
    return Asked(
        title=rulebook.title,
        county_keys={figure.key: f"{clause.id} {clause.text}" for figure, clause in figures},
        units={figure.key: figure.unit for figure, _ in figures},
        parts={figure.key: figure.part_of for figure, _ in figures if figure.part_of},
        finding_clauses={clause.id: clause.text for clause in rulebook.clauses_entered("findings")},
        score_clauses={
            clause.id: f"{clause.text} 0–{clause.test.points:g}"
            for clause in clauses
            if isinstance(clause.test, Scored)
        },
        veto_items={item.id: item.text for item in rulebook.vetoes.items},
        room_kinds=tuple(dict.fromkeys(kind for clause in clauses for kind in clause.test.room_kinds())),
        finance_years=max((check.test.years for check in rulebook.cross_checks), default=None),
        columns=tuple(_column(one) for one in rulebook.columns),
    )


def _column(further: FurtherColumn) -> Column:
    return Column(
        further.header,
        further.field,
        "whole" if further.whole else "number",
        Note(further.note, further.note),
        unit=further.unit,
        maximum=further.at_most,
        aliases=tuple(further.aliases),
        example=further.example,
        is_added=True,
    )
