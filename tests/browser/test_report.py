"""report.html in a real browser: readable on a laptop and a phone, accessible, complete in print."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from evaluation.assessment import Outcome
from evaluation.errors import Language
from evaluation.report.writing import write_reports
from tests.builders_assessment import some_assessment

Keep = Callable[[Page, str], None]
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    outcomes: tuple[Outcome, ...] = ("not_met", "incomplete")
    languages: tuple[Language, ...] = ("zh", "en")
    for outcome in outcomes:
        for language in languages:
            assessment = some_assessment(outcome, schools=30, made_on=date(2020, 12, 1))
            write_reports(assessment, folder / f"{outcome}-{language}", language)
    return folder


@pytest.fixture
def open_report(chromium: Browser, reports: Path) -> Iterator[Open]:
    pages: list[Page] = []

    def open_page(name: str, **options: Any) -> Page:
        page = chromium.new_page(**({"viewport": {"width": 1280, "height": 800}} | options))
        pages.append(page)
        page.goto(f"file://{reports / name / 'report.html'}")
        return page

    yield open_page
    for page in pages:
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["not_met-zh", "incomplete-zh", "not_met-en"])
def test_axe_finds_nothing(open_report: Open, keep_picture: Keep, name: str, scheme: str) -> None:
    page = open_report(name, color_scheme=scheme)
    found = Axe().run(page)
    keep_picture(page, f"report-{name}-{scheme}")
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_only_wide_tables_scroll_sideways(open_report: Open, keep_picture: Keep, width: int) -> None:
    page = open_report("not_met-zh", viewport={"width": width, "height": 740})
    keep_picture(page, f"report-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_evidence_unfolds_without_a_script(open_report: Open) -> None:
    page = open_report("not_met-zh", java_script_enabled=False)
    folded = page.locator("#indicator-10 .evidence")
    assert not folded.is_visible()
    page.locator("#indicator-10 summary").click()
    assert folded.is_visible()


def test_print_shows_all_evidence_turns_the_matrix_and_numbers_the_pages(open_report: Open) -> None:
    page = open_report("not_met-zh")
    pdf = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True, print_background=True))
    texts = [one.get_textpage().get_text_range() for one in pdf]
    sizes = [one.get_size() for one in pdf]
    whole = "".join("".join(texts).split())
    assert not page.locator("#indicator-10 .evidence").is_visible()
    assert "现场核查依据：查阅台账&走访<3>所学校[现场核查!C12]" in whole
    lying = [index for index, (width, height) in enumerate(sizes) if width > height]
    assert lying
    assert all(round(min(size) / 72 * 25.4) == 210 for size in sizes)
    first, last = lying[0], lying[-1]
    assert "学校达标情况" in texts[first]
    assert "缺口合计" in texts[last + 1]
    assert all(f"{number} / {len(texts)}" in text for number, text in enumerate(texts, start=1))


def test_the_head_of_a_long_table_is_repeated_on_every_page(open_report: Open) -> None:
    page = open_report("not_met-zh")
    pdf = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    pages = ["".join(one.get_textpage().get_text_range().split()) for one in pdf]
    inside = [text for text in pages if "附件1第9条第1款" in text or "附件1第23条第2款" in text]
    assert len(inside) == 2
    assert all("各款数值与标准" in text for text in inside)
