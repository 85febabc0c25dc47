"""The pieces that the sections of the Word report are made of: headings, paragraphs, captioned tables and pictures."""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from evaluation.report.charts import png_from_svg
from evaluation.report.contents import Report
from evaluation.report.docx_styles import TEXT_WIDTH_MM, apply_styles, set_header_and_footer, set_page
from evaluation.report.docx_tables import DENSE, Align, Look, TableCell, TableColumn, add_table, plain_text

TableRow = Sequence[TableCell | str]
INKS = {"met": "1F6B45", "basic": "7D4E00", "unmet": "A61F18", "below": "A61F18", "missing": "4A5568"}
SHADE = "EAEEF2"
CHART_PIXELS = 1200


class Filing:
    """A Word document under way: the report it tells, and the numbers of its tables and figures so far."""

    def __init__(self, report: Report, made_on: date) -> None:
        import docx

        self.report, self.words = report, report.words
        self.document = docx.Document()
        self._figures = self._tables = 0
        apply_styles(self.document)
        self._style_ids = {style.name: style.style_id for style in self.document.styles}
        self._set_properties(made_on)
        set_page(self.document.sections[0])
        set_header_and_footer(self.document.sections[0], plain_text(report.page_title))

    def _set_properties(self, made_on: date) -> None:
        properties = self.document.core_properties
        properties.title, properties.subject = plain_text(self.report.page_title)[:255], self.report.rulebook[:255]
        properties.language = "zh-CN" if self.words.language == "zh" else "en-GB"
        properties.author = properties.last_modified_by = "Junheng"
        properties.comments = properties.keywords = ""
        properties.created = properties.modified = datetime.combine(made_on, time())

    def bytes(self) -> bytes:
        """The document as it stands."""
        stream = io.BytesIO()
        self.document.save(stream)
        return stream.getvalue()

    def say(self, text: str, style: str = "Normal") -> Any:
        """A paragraph."""
        paragraph = self.document.add_paragraph(plain_text(text))
        paragraph._p.style = self._style_ids[style]  # python-docx would look through all styles for every paragraph
        return paragraph

    def head(self, section: str) -> None:
        """The heading of a section, numbered as in the contents."""
        self.say(self.report.heading(section), "Heading 1")

    def subhead(self, text: str, level: int = 2) -> None:
        """A heading inside a section."""
        self.say(text, f"Heading {level}")

    def table(self, title: str, columns: Sequence[TableColumn], rows: Iterable[TableRow], look: Look = DENSE) -> None:
        """A numbered, captioned table."""
        self._tables += 1
        self.say(self.words("file.table", number=self._tables, title=title), "Caption")
        self.bare_table(columns, rows, look)

    def bare_table(self, columns: Sequence[TableColumn], rows: Iterable[TableRow], look: Look) -> None:
        """A table without a caption, and the empty line that keeps it apart from what follows."""
        add_table(self.document, columns, rows, look)
        self.say("", "TableGap")

    def column(self, name: str, width_mm: float, align: Align = "left") -> TableColumn:
        """A column headed by a phrase of the report."""
        return TableColumn(self.words(f"head.{name}"), width_mm, align)

    def picture(self, svg: str, title: str, told: str) -> None:
        """A chart as a picture over the whole width, with its caption and, for those who can't see it, what it tells."""
        from docx.shared import Mm

        paragraph = self.say("")
        paragraph.paragraph_format.keep_with_next = True
        png = io.BytesIO(png_from_svg(svg, CHART_PIXELS))
        shape = paragraph.add_run().add_picture(png, width=Mm(TEXT_WIDTH_MM))
        shape._inline.docPr.set("descr", plain_text(told))
        self._figures += 1
        caption = self.say(self.words("file.figure", number=self._figures, title=title), "Caption")
        caption.paragraph_format.keep_with_next = False

    def status(self, tone: str, mark: str, text: str) -> TableCell:
        """A status in its colour, and with its mark for those who don't see colours."""
        return TableCell(f"{mark} {text}".strip(), ink=INKS[tone], is_bold=tone != "met")

    def new_page(self, is_wide: bool) -> None:
        """Go on with a new page, upright or lying."""
        from docx.enum.section import WD_SECTION

        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        set_page(section, is_wide)
        section.different_first_page_header_footer = False


def sourced(text: str, source: str) -> str:
    """A text and the cell it comes from, if it comes from one."""
    return f"{text} [{source}]" if source else text
