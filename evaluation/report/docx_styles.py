"""The look of the Word report: styles with an East Asian font each, A4 sections, header, footer and fields.

Fonts and sizes follow the habits of official documents (GB/T 9704): headings in Hei and Kai, text in Fang Song, a page number between dashes. All of them come
with Windows and WPS on a county's computers.
"""

from dataclasses import dataclass
from typing import Any

from evaluation.report.wording import WORD_FONTS

BODY, HEADING, SECOND, TABLE, LATIN = (WORD_FONTS[name] for name in ("body", "heading", "second", "table", "latin"))
A4_MM = (210.0, 297.0)
TEXT_WIDTH_MM = 160.0
BULLET = "•"


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style: East Asian font, size, spacing before and after, in points."""

    name: str
    font: str
    size: float
    before: float = 0.0
    after: float = 0.0
    line: float = 1.0
    is_bold: bool = False
    align: str = ""
    keeps_next: bool = False


STYLES = (
    Style("Normal", BODY, 12, after=4, line=1.4),
    Style("Title", TABLE, 24, before=60, after=14, line=1.3, is_bold=True, align="center"),
    Style("Subtitle", SECOND, 18, after=30, align="center"),
    Style("Heading 1", HEADING, 16, before=18, after=8, keeps_next=True),
    Style("Heading 2", SECOND, 14, before=12, after=6, is_bold=True, keeps_next=True),
    Style("Heading 3", BODY, 12, before=8, after=4, is_bold=True, keeps_next=True),
    Style("Caption", HEADING, 10.5, before=6, after=4, align="center", keeps_next=True),
    Style("List Bullet", BODY, 12, after=2, line=1.3),
    Style("Header", BODY, 9),
    Style("Footer", TABLE, 14),
    Style("TableText", TABLE, 9),
    Style("TableHead", HEADING, 9, keeps_next=True),
    Style("TableFigure", TABLE, 14, is_bold=True),
    Style("FactText", BODY, 12, before=3, after=3),
    Style("MatrixText", TABLE, 8),
    Style("ContentsHead", HEADING, 16, after=8, align="center"),
    Style("TableGap", TABLE, 6, line=0.8),
    Style("SmallPrint", BODY, 9, after=3, line=1.2),
    Style("Contents", BODY, 12, after=2, line=1.4),
    Style("Outcome", HEADING, 20, before=6, after=6, is_bold=True),
)


def apply_styles(document: Any) -> None:
    """Set every style of the document: ours as listed, and an East Asian font for all the others."""
    from docx.enum.style import WD_STYLE_TYPE

    known = {style.name for style in document.styles}
    for style in STYLES:
        made = (
            document.styles[style.name]
            if style.name in known
            else document.styles.add_style(style.name, WD_STYLE_TYPE.PARAGRAPH)
        )
        _apply(made, style)
    for made in document.styles:
        if made.element.rPr is not None or made.type in (WD_STYLE_TYPE.PARAGRAPH, WD_STYLE_TYPE.CHARACTER):
            _set_fonts(made.element.get_or_add_rPr(), _font_of(made.name))
    _set_bullets(document)
    _set_defaults(document)


def _set_bullets(document: Any) -> None:
    """Bullets as a letter of the text's own font: the template's are letters of Symbol, which is a crossed box where that font is absent."""
    from docx.oxml.ns import qn

    for level in document.part.numbering_part.element.xpath('.//w:lvl[w:numFmt/@w:val="bullet"]'):
        level.find(qn("w:lvlText")).set(qn("w:val"), BULLET)
        for properties in level.findall(qn("w:rPr")):
            level.remove(properties)
        level.append(_element("w:rPr", {}))
        level[-1].append(_element("w:rFonts", {f"w:{name}": BODY for name in ("ascii", "hAnsi", "eastAsia", "cs")}))


def _font_of(name: str) -> str:
    return next((style.font for style in STYLES if style.name == name), BODY)


def _apply(made: Any, style: Style) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt, RGBColor

    made.font.size, made.font.bold, made.font.italic = Pt(style.size), style.is_bold, False
    made.font.color.rgb = RGBColor(0, 0, 0)
    form = made.paragraph_format
    form.space_before, form.space_after, form.line_spacing = Pt(style.before), Pt(style.after), style.line
    form.keep_with_next = style.keeps_next
    if style.align:
        form.alignment = getattr(WD_ALIGN_PARAGRAPH, style.align.upper())
    for border in made.element.xpath("./w:pPr/w:pBdr"):
        border.getparent().remove(border)


def _set_fonts(properties: Any, east_asian: str) -> None:
    """Name the fonts outright: a theme font would win over them."""
    from docx.oxml.ns import qn

    fonts = properties.get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name, font in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", east_asian)):
        fonts.set(qn(f"w:{name}"), font)


def _set_defaults(document: Any) -> None:
    from docx.oxml.ns import qn

    for properties in document.styles.element.xpath("./w:docDefaults/w:rPrDefault/w:rPr"):
        _set_fonts(properties, BODY)
        for language in properties.xpath("./w:lang"):
            language.set(qn("w:eastAsia"), "zh-CN")


def set_page(section: Any, is_wide: bool = False) -> None:
    """A4, upright or lying, with margins that leave the width our tables are drawn for."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    height, width = A4_MM if is_wide else A4_MM[::-1]
    section.orientation = WD_ORIENT.LANDSCAPE if is_wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.left_margin = section.right_margin = Mm(18) if is_wide else Mm(25)
    section.top_margin, section.bottom_margin = (Mm(20), Mm(20)) if is_wide else (Mm(30), Mm(28))
    section.header_distance, section.footer_distance = Mm(12), Mm(12)


def set_header_and_footer(section: Any, header: str) -> None:
    """The title on top and the page number below, neither on the title page."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    section.different_first_page_header_footer = True
    above, below = section.header.paragraphs[0], section.footer.paragraphs[0]
    above.text, above.alignment = header, WD_ALIGN_PARAGRAPH.RIGHT
    below.alignment = WD_ALIGN_PARAGRAPH.CENTER
    below.add_run("— ")
    add_field(below, "PAGE", "1")
    below.add_run(" —")


def add_field(paragraph: Any, code: str, shown: str) -> None:
    """A field that Word computes, with what stands there until it does."""
    open_field(paragraph, code)
    paragraph.add_run(shown)
    close_field(paragraph)


def open_field(paragraph: Any, code: str) -> None:
    """Begin a field; what follows, up to `close_field`, stands there until Word computes it."""
    paragraph.add_run()._r.append(_element("w:fldChar", {"w:fldCharType": "begin"}))
    instruction = _element("w:instrText", {"xml:space": "preserve"})
    instruction.text = f" {code} "
    paragraph.add_run()._r.append(instruction)
    paragraph.add_run()._r.append(_element("w:fldChar", {"w:fldCharType": "separate"}))


def close_field(paragraph: Any) -> None:
    """End the field that `open_field` began."""
    paragraph.add_run()._r.append(_element("w:fldChar", {"w:fldCharType": "end"}))


def _element(name: str, attributes: dict[str, str]) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(key), value)
    return element
