"""The bulletin as PDF: everything on one A4 page, shrunk as a whole where there is much to say."""

from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from survey_app.output.bulletin import wording
from survey_app.output.bulletin.contents import Bulletin
from survey_app.output.typesetting import printable, register_font, text_width

_MARGIN_MM = 15
_BODY, _LEADING = 9.5, 14.0
_CELL, _CELL_ROOM = 9.0, 12.0


def write_bulletin_pdf(target: BinaryIO, bulletin: Bulletin) -> None:
    """Writes the page."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Frame, KeepInFrame

    from evaluation.fonts import FONT_NAME

    register_font()
    canvas = Canvas(target, pagesize=A4, pageCompression=1, invariant=1, initialFontName=FONT_NAME, lang="zh-CN")
    canvas.setTitle(printable(bulletin.title))
    width, height = A4[0] - 2 * _MARGIN_MM * mm, A4[1] - 2 * _MARGIN_MM * mm
    frame = Frame(_MARGIN_MM * mm, _MARGIN_MM * mm, width, height, 0, 0, 0, 0)
    frame.addFromList([KeepInFrame(width, height, _story(bulletin, width), mode="shrink")], canvas)
    canvas.showPage()
    canvas.save()


def _story(bulletin: Bulletin, width: float) -> list[Any]:
    from reportlab.platypus import Spacer

    return [
        _text(bulletin.title, size=15, leading=21, bold=True),
        _text(bulletin.subtitle, grey=0.35),
        Spacer(1, 6),
        _verdict(bulletin, width),
        *_section(wording.GROUPS_HEADING),
        _groups(bulletin, width),
        *_section(wording.ALERTS_HEADING),
        *_alerts(bulletin),
        *_section(wording.RETURNED),
        _text(bulletin.returned),
        *_section(wording.SCHOOLS_HEADING),
        _text(bulletin.schools),
        *(_days(bulletin, width) if bulletin.days else []),
        Spacer(1, 8),
        *([_text(f"{wording.SEAL}：{bulletin.seal}", size=9)] if bulletin.seal else []),
        _text(wording.NOTE, size=8, leading=11.5, grey=0.35),
        _text(bulletin.made, size=8, leading=11.5, grey=0.35),
    ]


def _verdict(bulletin: Bulletin, width: float) -> Any:
    from reportlab.lib import colors
    from reportlab.platypus import Table

    lines = [_text(bulletin.headline, size=11.5, leading=16, bold=True)]
    lines += [_text(f"· {reason}") for reason in bulletin.reasons]
    lines += [_text(bulletin.expectation)] if bulletin.expectation else []
    colour = colors.HexColor("#23623a" if bulletin.is_valid else "#a3312a")
    style = [
        ("LINEBEFORE", (0, 0), (0, -1), 3, colour),
        ("BOX", (0, 0), (-1, -1), 0.4, colors.Color(0.7, 0.7, 0.7)),
        ("LEFTPADDING", (0, 0), (-1, -1), 10),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
    return Table([[line] for line in lines], colWidths=[width], style=style)


def _groups(bulletin: Bulletin, width: float) -> Any:
    from reportlab.lib import colors
    from reportlab.platypus import Table

    columns = _column_widths(bulletin, width)
    cells = [[_cell(text, is_first=not at, bold=True) for at, text in enumerate(bulletin.head)]]
    cells += [
        [_cell(text, is_first=not at, bold=row.is_grave) for at, text in enumerate(row.cells)] for row in bulletin.rows
    ]
    style: list[Any] = [
        ("GRID", (0, 0), (-1, -1), 0.4, colors.Color(0.7, 0.7, 0.7)),
        ("BACKGROUND", (0, 0), (-1, 0), colors.Color(0.93, 0.93, 0.91)),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ]
    grave = [number for number, row in enumerate(bulletin.rows, start=1) if row.is_grave]
    style += [("LINEBEFORE", (0, number), (0, number), 3, colors.HexColor("#a3312a")) for number in grave]
    return Table(cells, colWidths=columns, style=style, repeatRows=1)


def _column_widths(bulletin: Bulletin, width: float) -> list[float]:
    """Shares of the width in proportion to the longest text of each column and the room round it."""
    texts = [bulletin.head, *(row.cells for row in bulletin.rows)]
    wanted = [
        max(text_width(printable(row[at]), _CELL) for row in texts) + _CELL_ROOM for at in range(len(bulletin.head))
    ]
    return [width * one / sum(wanted) for one in wanted]


def _alerts(bulletin: Bulletin) -> list[Any]:
    if not bulletin.alerts:
        return [_text(wording.NO_ALERTS)]
    return [_text(f"· {f'【{wording.GRAVE}】' if is_grave else ''}{text}") for is_grave, text in bulletin.alerts]


def _days(bulletin: Bulletin, width: float) -> list[Any]:
    from reportlab.lib import colors
    from reportlab.platypus import Table

    cells = [[_cell(day) for day, _ in bulletin.days], [_cell(count) for _, count in bulletin.days]]
    style = [("GRID", (0, 0), (-1, -1), 0.4, colors.Color(0.7, 0.7, 0.7)), ("BOTTOMPADDING", (0, 0), (-1, -1), 3)]
    table = Table(cells, colWidths=[width / len(bulletin.days)] * len(bulletin.days), style=style)
    return [*_section(wording.DAYS), table]


def _section(title: str) -> list[Any]:
    from reportlab.platypus import Spacer

    return [Spacer(1, 9), _text(title, size=11, leading=17, bold=True)]


def _cell(text: str, *, is_first: bool = False, bold: bool = False) -> Any:
    return _text(text, size=_CELL, leading=12, bold=bold, align=0 if is_first else 2)


def _text(
    text: str, *, size: float = _BODY, leading: float = _LEADING, grey: float = 0.0, bold: bool = False, align: int = 0
) -> Any:
    """A paragraph; the font has one weight, so bold is a thin outline of the text's own colour."""
    from reportlab.lib.colors import Color
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    from evaluation.fonts import FONT_NAME

    style = ParagraphStyle(
        "text",
        fontName=FONT_NAME,
        fontSize=size,
        leading=leading,
        textColor=Color(grey, grey, grey),
        wordWrap="CJK",
        alignment=align,
    )
    content = escape(printable(text))
    return Paragraph(content, style) if not bold else _outlined(content, style)


def _outlined(content: str, style: Any) -> Any:
    """The paragraph, filled and stroked."""
    from reportlab.platypus import Paragraph

    class Outlined(Paragraph):  # type: ignore[misc]
        def draw(self) -> None:
            self.canv.saveState()
            self.canv.setLineWidth(style.fontSize * 0.028)
            self.canv._code.append("2 Tr")
            super().draw()
            self.canv._code.append("0 Tr")
            self.canv.restoreState()

    return Outlined(content, style)
