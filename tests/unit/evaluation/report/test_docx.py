"""report.docx: opened again with python-docx and looked at as Word would."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from typing import Any

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn

from evaluation.assessment import Assessment
from evaluation.report.contents import report_of
from evaluation.report.docx import docx_of
from evaluation.report.docx_tables import TableCell, TableColumn, table_xml
from tests.builders_assessment import some_assessment, warning

DAY = date(2020, 12, 1)
OUTCOMES = ("certifiable", "not_met", "vetoed", "incomplete")


def opened(assessment: Assessment, language: Any = "zh") -> Document:
    return docx.Document(io.BytesIO(docx_of(report_of(replace(assessment, made_on=DAY), language), DAY)))


@pytest.fixture(scope="module")
def document() -> Document:
    return opened(some_assessment("not_met", schools=20))


def everything(document: Document) -> str:
    return "\n".join(str(one.text) for one in document.element.body.iter(qn("w:t")))


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_outcome_can_be_filed(outcome: Any, language: Any) -> None:
    assessment = some_assessment(outcome)
    document = opened(assessment, language)
    text = everything(document)
    for indicator in assessment.indicators:
        assert indicator.title in text
        for clause in indicator.clauses:
            assert clause.text in text
    assert all(one.code in text for one in assessment.schools)


def test_headings_are_real_headings_in_order(document: Document) -> None:
    headings = [one.text for one in document.paragraphs if one.style and one.style.name == "Heading 1"]
    assert headings == [section.heading for section in report_of(some_assessment("not_met", schools=20)).sections]
    assert {"Heading 2", "Heading 3"} <= {one.style.name for one in document.paragraphs if one.style}


def test_the_title_page_says_what_is_filed(document: Document) -> None:
    cells = [cell.text for row in document.tables[0].rows for cell in row.cells]
    assert cells[:6] == ["被评估县（市、区）", "莲城县", "行政区划代码", "430399", "评估年度", "2020"]
    assert "2020年12月1日" in cells
    assert document.sections[0].different_first_page_header_footer


def test_every_style_names_an_east_asian_font(document: Document) -> None:
    for style in document.styles:
        fonts = style.element.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
        if style.type in (1, 2):  # paragraph and character styles
            assert fonts is not None, style.name
        if fonts is not None:
            assert fonts.get(qn("w:eastAsia")) in {"仿宋", "黑体", "楷体", "宋体"}, style.name
            assert not [name for name in fonts.attrib if "Theme" in name], style.name


def test_pages_are_a4_and_only_the_school_matrix_lies(document: Document) -> None:
    sizes = [(round(one.page_width.mm), round(one.page_height.mm)) for one in document.sections]  # type: ignore[union-attr]
    assert sizes == [(210, 297), (210, 297), (297, 210), (210, 297)]


def test_tables_fit_their_pages_repeat_their_heads_and_keep_rows_whole(document: Document) -> None:
    tables = list(document.element.body.iter(qn("w:tbl")))
    for table in tables:
        widths = [int(one.get(qn("w:w"))) for one in table.iter(qn("w:gridCol"))]
        is_matrix = len(widths) == 14
        assert sum(widths) <= (261.5 if is_matrix else 160.5) * 1440 / 25.4
        rows = list(table.iter(qn("w:tr")))
        assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)
        for row in rows:
            spans = [one.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}") for one in row.iter(qn("w:tc"))]
            assert sum(1 if one is None else int(one.get(qn("w:val"))) for one in spans) == len(widths)
    headed = [one for one in tables if one.find(f"{qn('w:tr')}/{qn('w:trPr')}/{qn('w:tblHeader')}") is not None]
    assert len(headed) == len(tables) - 2  # all but the title page's and the signatures'


def test_pages_are_numbered_by_a_field(document: Document) -> None:
    footer = document.sections[0].footer._element
    assert "PAGE" in "".join(one.text or "" for one in footer.iter(qn("w:instrText")))
    assert [one.get(qn("w:fldCharType")) for one in footer.iter(qn("w:fldChar"))] == ["begin", "separate", "end"]
    assert document.sections[0].header.paragraphs[0].text == "莲城县 2020年 优质均衡发展督导评估报告"


def test_the_contents_are_a_field_that_holds_the_headings_already(document: Document) -> None:
    codes = [one.text for one in document.element.body.iter(qn("w:instrText"))]
    assert [code.strip().split()[0] for code in codes] == ["TOC"]
    listed = [one.text for one in document.paragraphs if one.style and one.style.name == "Contents"]
    assert listed == [one.text for one in document.paragraphs if one.style and one.style.name == "Heading 1"]


def test_charts_are_pictures_with_a_text_for_those_who_cannot_see_them(document: Document) -> None:
    told = [one.get("descr") for one in document.element.body.iter(qn("wp:docPr"))]
    assert len(told) == 5
    assert all(told)


def test_properties_say_title_language_and_the_day_given(document: Document) -> None:
    properties = document.core_properties
    assert properties.title == "莲城县 2020年 优质均衡发展督导评估报告"
    assert properties.language == "zh-CN"
    assert (properties.created.date(), properties.modified.date()) == (DAY, DAY)  # type: ignore[union-attr]
    assert "python-docx" not in f"{properties.author}{properties.comments}"


def test_the_same_report_is_the_same_bytes() -> None:
    assessment = some_assessment("not_met", schools=4)
    assert docx_of(report_of(assessment), DAY) == docx_of(report_of(assessment), DAY)
    with zipfile.ZipFile(io.BytesIO(docx_of(report_of(assessment), DAY))) as members:
        assert {one.date_time[0] for one in members.infolist()} == {1980}


def test_typed_text_stays_text_and_characters_xml_cannot_hold_are_left_out() -> None:
    nasty = "a\x0bb\ud800 <w:p/> & ]]> 䶮𠮷😀"
    plain = some_assessment("not_met", schools=4)
    schools = tuple(replace(one, name=nasty) for one in plain.schools)
    gaps = tuple(replace(one, name=nasty) for one in plain.gaps)
    text = everything(opened(replace(plain, schools=schools, gaps=gaps, county_name=nasty, warnings=(warning(nasty),))))
    assert text.count("ab <w:p/> & ]]> 䶮𠮷😀") > len(schools)


def test_lines_of_a_cell_are_broken_and_its_text_is_escaped() -> None:
    xml = table_xml([TableColumn("H", 20)], [[TableCell("a<b\nc", span=1)]], "")
    assert re.search(r"<w:t [^>]*>a&lt;b</w:t><w:br/><w:t [^>]*>c</w:t>", xml)
