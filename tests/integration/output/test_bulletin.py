"""The daily bulletin: one A4 page whatever there is to say, as PDF and for Word."""

import io
from dataclasses import replace

import pypdfium2
import pytest
from docx import Document

from survey_app.domain.seal import tree_root
from survey_app.output.bulletin.contents import Bulletin, BulletinRow
from survey_app.output.bulletin.docx import write_bulletin_docx
from survey_app.output.bulletin.pdf import write_bulletin_pdf
from survey_app.services.transparency_log import printed_head

GROUPS = ("家长", "学生", "教师", "校长", "人大代表", "政协委员", "其他群众")
BULLETIN = Bulletin(
    title="示范县2026年义务教育优质均衡社会认可度调查日报",
    subtitle="示范县 430302 · 2026年11月23日 12:00 的数字 · 2026年11月25日 12:00 截止，还有 2 天 0 小时",
    headline="如果现在结束，样本无效，评估不能采用。",
    is_valid=False,
    reasons=["有效答卷还差 15 份：现有 105 份，需要 120 份。", "家长占有效答卷的 46.6%，不到 50%。"],
    expectation="照最近几天的速度，到截止时预计有效答卷约 120 份（105 至 131 份），样本有效。",
    head=("类别", "计划", "已发", "已交", "有效", "至少还差", "最多还收", "截止时预计", "状态"),
    rows=[
        BulletinRow((name, "60", "75", "40", "39", "21", "不限", "65（58–70）", "正常"), name == "校长")
        for name in GROUPS
    ],
    alerts=[(True, "进度落后：校长。"), (False, "开放 3 天以来，有 2 所学校一份也没有交。")],
    days=[("11-20", "12"), ("11-21", "40"), ("11-22", "53")],
    returned="已发 165 份，已交 105 份（63.6%），没有交 60 份。",
    schools="共 3 所学校：没有动静 1 所。",
    seal="存证日志 JH1-12-AAAA-BBBB。",
    made="王海燕 于 2026年11月23日 12:00 生成。",
)
CROWDED = replace(
    BULLETIN,
    title="非常长的县名" * 12,
    reasons=["理由" * 60] * 6,
    alerts=[(True, "要处理的事" * 50)] * 6,
    schools="学校" * 300,
)


def pdf_of(bulletin: Bulletin) -> bytes:
    target = io.BytesIO()
    write_bulletin_pdf(target, bulletin)
    return target.getvalue()


def text_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    try:
        assert len(document) == 1
        page = document[0]
        assert [round(side) for side in page.get_size()] == [595, 842]
        return page.get_textpage().get_text_bounded().replace("\r\n", "")
    finally:
        document.close()


def word_of(bulletin: Bulletin) -> Document:  # type: ignore[valid-type]
    target = io.BytesIO()
    write_bulletin_docx(target, bulletin)
    return Document(io.BytesIO(target.getvalue()))


def test_the_page_holds_everything_that_is_said() -> None:
    text = text_of(pdf_of(BULLETIN))
    for said in (
        BULLETIN.title,
        BULLETIN.headline,
        *BULLETIN.reasons,
        "【急】进度落后",
        "65（58–70）",
        "JH1-12-AAAA-BBBB",
        "11-22",
    ):
        assert said in text


@pytest.mark.parametrize(
    "bulletin", [CROWDED, replace(BULLETIN, alerts=[], days=[], seal="", expectation="", reasons=[])]
)
def test_much_and_little_stand_on_one_page(bulletin: Bulletin) -> None:
    assert bulletin.returned in text_of(pdf_of(bulletin))


def test_the_same_bulletin_gives_the_same_bytes() -> None:
    assert pdf_of(BULLETIN) == pdf_of(BULLETIN)


def test_any_name_can_be_printed() -> None:
    odd = replace(BULLETIN, title="<b>县</b> & \U0002a6d6 😀 \x00", made="<script>")
    assert "<b>县</b> &" in text_of(pdf_of(odd))
    assert "<b>县</b> &" in word_of(odd).paragraphs[0].text


def test_the_word_file_says_the_same_on_an_a4_page() -> None:
    document = word_of(BULLETIN)
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    said = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for words in (BULLETIN.title, BULLETIN.headline, *BULLETIN.reasons, BULLETIN.returned, BULLETIN.seal):
        assert words in said
    table = document.tables[0]
    assert [cell.text for cell in table.rows[0].cells] == list(BULLETIN.head)
    assert len(table.rows) == 8


def test_word_is_told_the_chinese_font() -> None:
    fonts = word_of(BULLETIN).styles["Normal"].element.rPr.rFonts
    assert fonts.get("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}eastAsia") == "宋体"


def test_the_head_of_a_ledger_is_printed_as_the_seal_lays_down() -> None:
    assert printed_head(0, tree_root([])) == "JH1-0-4OYM-IQUY-7QOB-JGX3-6TEJ-S35Z-EQT2-4QPE"


def test_columns_for_word_are_as_wide_as_what_stands_in_them() -> None:
    groups = word_of(BULLETIN).tables[0]  # type: ignore[attr-defined]
    widths = [column.width for column in groups.columns]
    assert widths == [cell.width for cell in groups.rows[1].cells]
    expected, issued = BULLETIN.head.index("截止时预计"), BULLETIN.head.index("已发")
    assert widths[expected] >= 2 * widths[issued]
    assert 0.98 < sum(widths) / 6_480_000 <= 1  # 180 mm between the margins of A4
