"""Charts: well-formed SVG that tells its content in words, and the same drawing as a picture."""

import struct
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from evaluation.report.charts import WIDTH, coefficient_chart, png_from_svg, reach_chart, survey_chart, wrapped
from evaluation.report.contents import Report, report_of
from tests.builders_assessment import recognition, some_assessment

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def report() -> Report:
    return report_of(some_assessment("not_met", schools=20))


def charts(report: Report) -> list[str]:
    assert report.survey is not None
    return [
        *(coefficient_chart(report.words, stage, "c") for stage in report.stages),
        *(reach_chart(report.words, matrix, "r") for matrix in report.matrices),
        survey_chart(report.words, report.survey, "s"),
    ]


def test_every_chart_is_told_in_words(report: Report) -> None:
    for svg in charts(report):
        root = ET.fromstring(svg)
        labelled = {one.get("id") for one in root if one.tag in (f"{SVG}title", f"{SVG}desc")}
        assert root.get("role") == "img"
        assert set(str(root.get("aria-labelledby")).split()) == labelled
        assert len(root.findtext(f"{SVG}desc") or "") > 20


def test_everything_is_drawn_inside_the_picture(report: Report) -> None:
    for svg in charts(report):
        root = ET.fromstring(svg)
        height = float(str(root.get("height")))
        for one in root.iter():
            for name, most in (
                ("x", WIDTH),
                ("x1", WIDTH),
                ("x2", WIDTH),
                ("cx", WIDTH),
                ("y", height),
                ("cy", height),
            ):
                assert 0 <= float(one.get(name, "0")) <= most


def test_bars_are_as_long_as_their_coefficients(report: Report) -> None:
    stage = report.stages[0]
    widths = [
        float(str(one.get("width")))
        for one in ET.fromstring(coefficient_chart(report.words, stage, "c")).iter(f"{SVG}rect")
    ]
    ratios = [width / (row.coefficient or 1.0) for width, row in zip(widths, stage.rows, strict=True)]
    assert max(ratios) / min(ratios) == pytest.approx(1.0, abs=0.01)


def test_a_missing_coefficient_has_no_bar(report: Report) -> None:
    svg = coefficient_chart(report.words, report.stages[1], "c")
    assert "无法计算 ×" in svg
    assert min(float(str(one.get("width"))) for one in ET.fromstring(svg).iter(f"{SVG}rect")) == 0


def test_parts_of_a_reach_bar_add_up(report: Report) -> None:
    matrix = report.matrices[0]
    widths = [
        float(str(one.get("width"))) for one in ET.fromstring(reach_chart(report.words, matrix, "r")).iter(f"{SVG}rect")
    ]
    assert sum(widths) == pytest.approx(7 * 400, abs=2)


def test_labels_are_escaped() -> None:
    plain = some_assessment("not_met")
    resources = tuple(replace(one, name="<b>&\"'") for one in plain.resources)
    report = report_of(replace(plain, resources=resources))
    for svg in charts(report):
        ET.fromstring(svg)


def test_rates_far_under_the_threshold_are_inside_the_scale() -> None:
    found = recognition(0.31)
    report = report_of(some_assessment("not_met", recognition=found))
    assert report.survey is not None
    assert "31.00% ×" in survey_chart(report.words, report.survey, "s")


def test_long_labels_take_two_lines_and_no_more() -> None:
    assert wrapped("3 每百名学生拥有体育、艺术（美术、音乐）专任教师数") == [
        "3 每百名学生拥有体育、艺术（美术、",
        "音乐）专任教师数",
    ]
    assert len(wrapped("字" * 60)) == 2
    assert wrapped("字" * 60)[1].endswith("…")


def test_the_picture_has_the_width_asked_for_and_ink_on_it(report: Report) -> None:
    png = png_from_svg(charts(report)[0], width=800)
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">I", png[16:20])[0] == 800
    blank = png_from_svg(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 296" width="760" height="296"/>', width=800
    )
    assert len(png) > 3 * len(blank)


def test_the_font_that_comes_along_has_every_mark_of_the_charts() -> None:
    from reportlab.pdfbase.ttfonts import TTFont

    from evaluation.fonts import font_path

    glyphs = TTFont("marks", str(font_path())).face.charToGlyph
    assert all(ord(mark) in glyphs for mark in "✓△×?…")
