"""sheets.pdf is read back as a phone and as a clerk would: pages rendered at 150 dpi, QR codes decoded, text extracted."""

import csv
import io
import re
import stat
from collections import Counter
from dataclasses import replace

import pypdfium2
import pytest
import zxingcpp

from survey_app.output.sheets import write_codes_csv, write_sheets_pdf, write_slip_pdf
from tests.integration.output.slips import BASE_URL, FACTS, issue

DPI = 150
LONGEST_BASE_URL = "https://" + "w" * 30 + ".qx.gov.cn"  # 48 characters: an address of 62 with /s/ and the code


def pages(source):
    document = pypdfium2.PdfDocument(source)
    try:
        return [(page.get_textpage().get_text_bounded(), page.render(scale=DPI / 72).to_pil()) for page in document]
    finally:
        document.close()


def addresses(image):
    return [found.text for found in zxingcpp.read_barcodes(image)]


@pytest.fixture
def issued():
    schools = [("2143990001", "清溪县实验小学"), ("3143990007", "清溪县第二中学")]
    linked = [
        one
        for school in schools
        for group, count in (("parent", 10), ("student", 9), ("teacher", 4), ("principal", 1))
        for one in issue(group, *school, count)
    ]
    return linked + issue("npc_deputy", "", "", 9) + issue("public", "", "", 8)


def keep_order(slips):
    """A shuffle that leaves everything as it is."""


def test_every_qr_code_of_every_page_is_read_at_150_dpi(tmp_path, issued):
    assert write_sheets_pdf(tmp_path / "sheets.pdf", issued, FACTS) == []
    read = Counter(address for _, image in pages(tmp_path / "sheets.pdf") for address in addresses(image))
    assert read == Counter(one.url for one in issued)


def test_longest_address_fits_version_4_and_is_read(tmp_path):
    issued = issue("parent", "1", "实验小学", 40, LONGEST_BASE_URL)
    assert len(issued[0].url) == 62
    write_sheets_pdf(tmp_path / "sheets.pdf", issued, replace(FACTS, entry_url=f"{LONGEST_BASE_URL}/s"))
    read = [address for _, image in pages(tmp_path / "sheets.pdf") for address in addresses(image)]
    assert sorted(read) == sorted(one.url for one in issued)


def test_address_too_long_for_version_4_is_refused(tmp_path):
    issued = issue("parent", "1", "实验小学", 1, LONGEST_BASE_URL + "x")
    with pytest.raises(ValueError, match="too long"):
        write_sheets_pdf(tmp_path / "sheets.pdf", issued, FACTS)
    assert list(tmp_path.iterdir()) == []


def test_qr_codes_are_at_least_25_mm_wide_with_four_free_modules_around(tmp_path):
    write_slip_pdf(tmp_path / "slip.pdf", issue("parent", "1", "实验小学", 1)[0], FACTS)
    ((_, image),) = pages(tmp_path / "slip.pdf")
    (found,) = zxingcpp.read_barcodes(image)
    corners = found.position
    assert (corners.top_right.x - corners.top_left.x) / DPI * 25.4 >= 25
    left, right, top, bottom = corners.top_left.x, corners.top_right.x, corners.top_left.y, corners.bottom_left.y
    free = 4 * (right - left) // 29  # a code of version 3 has 29 modules
    around = image.convert("L").crop((left - free, top - free, right + free, bottom + free))
    inner = (free - 3, free - 3, free + right - left + 4, free + bottom - top + 4)  # reading finds the edge to 3 pixels
    around.paste(255, inner)
    assert around.getextrema()[0] > 200


def test_slips_carry_all_that_a_respondent_needs(tmp_path, issued):
    write_sheets_pdf(tmp_path / "sheets.pdf", issued, FACTS)
    text = "".join(text for text, _ in pages(tmp_path / "sheets.pdf"))
    for one in issued:
        assert one.code in text
    assert text.count("wj.qingxi-example.gov.cn/s") == len(issued)
    assert text.count("2026年12月5日 24:00 截止") == len(issued)
    assert text.count("匿名：") + text.count("不用写名字") == len(issued)


@pytest.mark.parametrize(("group", "last_words"), [("parent", "交了不能改"), ("student", "只能交一次")])
def test_text_of_a_slip_ends_above_the_code(tmp_path, group, last_words):
    (one,) = issue(group, "1", "实验小学", 1)
    write_slip_pdf(tmp_path / "slip.pdf", one, FACTS)
    document = pypdfium2.PdfDocument(tmp_path / "slip.pdf")
    page = document[0].get_textpage()
    _, text_bottom, _, _ = box_of(page, last_words)
    _, _, _, code_top = box_of(page, one.code)
    document.close()
    assert text_bottom > code_top + 5


def box_of(page, words):
    """Left, bottom, right, top of some words, in points."""
    assert page.count_rects(*page.search(words).get_next()) >= 1
    return page.get_rect(0)


def test_each_bundle_begins_with_a_cover_that_counts_it(tmp_path, issued):
    write_sheets_pdf(tmp_path / "sheets.pdf", issued, FACTS)
    text = "".join(text for text, _ in pages(tmp_path / "sheets.pdf"))
    assert text.count("发放单（不发给填答人）") == 10
    assert Counter(re.findall(r"(\d+) 张", text)) == {"10": 2, "9": 3, "8": 1, "4": 2, "1": 2}


def test_every_school_begins_a_new_page_and_no_page_mixes_two(tmp_path, issued):
    write_sheets_pdf(tmp_path / "sheets.pdf", issued, FACTS)
    places = ("清溪县实验小学", "清溪县第二中学", "人大代表", "其他群众")
    per_page = [[place for place in places if place in text] for text, _ in pages(tmp_path / "sheets.pdf")]
    assert all(len(found) == 1 for found in per_page)
    # a page with the guardians' notice, and 24 slips with 4 covers on four pages for each school; 10 and 9 cells on two pages each
    assert [found[0] for found in per_page] == [places[0]] * 5 + [places[1]] * 5 + [places[2]] * 2 + [places[3]] * 2


def test_guardians_notice_stands_before_pupils_slips_and_only_there(tmp_path, issued):
    write_sheets_pdf(tmp_path / "sheets.pdf", issued, replace(FACTS, contact="县教育督导办 0731-00000000"))
    notices = [text for text, _ in pages(tmp_path / "sheets.pdf") if "学生问卷告知书" in text]
    assert len(notices) == 2
    for heading in (
        "为什么调查",
        "保存什么",
        "怎样保证匿名",
        "自愿参加",
        "县教育督导办 0731-00000000",
        "不同意",
        "复印 9 份",
    ):
        assert heading in notices[0]
    without_pupils = [one for one in issued if one.group != "student"]
    write_sheets_pdf(tmp_path / "others.pdf", without_pupils, FACTS)
    assert not any("告知书" in text for text, _ in pages(tmp_path / "others.pdf"))


def test_slips_are_shuffled_within_a_bundle_so_that_paper_order_is_not_list_order(tmp_path):
    issued = issue("parent", "1", "实验小学", 200)
    write_sheets_pdf(tmp_path / "shuffled.pdf", issued, FACTS)
    write_sheets_pdf(tmp_path / "kept.pdf", issued, FACTS, shuffle=keep_order)
    orders = {}
    for name in ("shuffled", "kept"):
        text = "".join(text for text, _ in pages(tmp_path / f"{name}.pdf"))
        orders[name] = sorted((one.code for one in issued), key=lambda code, text=text: text.index(code))
    assert orders["kept"] == sorted(one.code for one in issued)
    assert sum(left == right for left, right in zip(orders["kept"], orders["shuffled"], strict=True)) < 20


def test_same_codes_and_shuffle_give_the_same_bytes(tmp_path, issued):
    for name in ("a.pdf", "b.pdf"):
        write_sheets_pdf(tmp_path / name, issued, FACTS, shuffle=keep_order)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_only_the_embedded_font_is_used(tmp_path, issued):
    write_sheets_pdf(tmp_path / "sheets.pdf", issued, FACTS)
    assert b"Helvetica" not in (tmp_path / "sheets.pdf").read_bytes()


def test_missing_characters_are_reported_by_school_once_and_the_sheet_is_written(tmp_path):
    issued = (
        issue("parent", "7", "𠮷田小学", 3)
        + issue("student", "7", "𠮷田小学", 3)
        + issue("parent", "8", "㘵背䶮㛃小学", 3)
    )
    notices = write_sheets_pdf(tmp_path / "sheets.pdf", issued, replace(FACTS, campaign="🏫🏫县调查"))
    assert [(one.where, one.values["characters"]) for one in notices] == [("name", "🏫"), ("7", "𠮷")]
    assert "𠮷" in notices[1].text("zh")
    text = "".join(text for text, _ in pages(tmp_path / "sheets.pdf"))
    assert "〓田小学" in text
    assert "㘵背䶮㛃小学" in text


def test_odd_names_never_break_a_sheet(tmp_path):
    names = ["校" * 300, "A" * 200, "一行\n两行\t三", "", " ", "a\x0bb", "lone \ud800 half", "🏫小学", "()<>&\\"]
    issued = [one for place, name in enumerate(names) for one in issue("parent", f"{place:03}", name, 2)]
    write_sheets_pdf(tmp_path / "sheets.pdf", issued, FACTS)
    read = [address for _, image in pages(tmp_path / "sheets.pdf") for address in addresses(image)]
    assert sorted(read) == sorted(one.url for one in issued)


def test_progress_is_told_of_every_slip(tmp_path, issued):
    told = []
    write_sheets_pdf(tmp_path / "sheets.pdf", issued, FACTS, progress=lambda: told.append(1))
    assert len(told) == len(issued)


def test_single_slip_is_one_page_without_cover_for_the_desk(tmp_path):
    (one,) = issue("student", "1", "实验小学", 1)
    stream = io.BytesIO()
    write_slip_pdf(stream, one, FACTS)
    write_slip_pdf(tmp_path / "slip.pdf", one, FACTS)
    assert (tmp_path / "slip.pdf").read_bytes() == stream.getvalue()
    ((text, image),) = pages(stream.getvalue())
    assert addresses(image) == [one.url]
    assert one.code in text
    assert "发放单" not in text


def test_codes_csv_holds_every_code_and_only_its_owner_may_read_it(tmp_path, issued):
    write_codes_csv(tmp_path / "codes.csv", issued)
    write_sheets_pdf(tmp_path / "sheets.pdf", issued, FACTS)
    raw = (tmp_path / "codes.csv").read_bytes()
    assert raw.startswith(b"group,school,code,url\r\n")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8"), newline="")))
    assert sorted((row["group"], row["school"], row["code"], row["url"]) for row in rows) == sorted(
        (one.group, one.school, one.code, one.url) for one in issued
    )
    assert all(row["url"] == f"{BASE_URL}/s/{row['code'].replace('-', '')}" for row in rows)
    for name in ("codes.csv", "sheets.pdf"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_failed_sheet_leaves_the_old_one_and_no_part(tmp_path, issued):
    write_sheets_pdf(tmp_path / "sheets.pdf", issued, FACTS)
    before = (tmp_path / "sheets.pdf").read_bytes()

    def fail():
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_sheets_pdf(tmp_path / "sheets.pdf", issued, FACTS, progress=fail)
    assert (tmp_path / "sheets.pdf").read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["sheets.pdf"]
