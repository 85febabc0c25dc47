"""Every phrase exists in both languages and is used; nothing else is asked for."""

import re
from pathlib import Path
from string import Formatter

import pytest

import evaluation.report
from evaluation.report.wording import PHRASES, UNIT_CODES, Words

PACKAGE = Path(evaluation.report.__file__).parent
SOURCES = [*PACKAGE.glob("*.py"), *(PACKAGE / "templates").iterdir()]
TEXT = "\n".join(file.read_text(encoding="utf-8") for file in SOURCES if file.name != "wording.py")
# phrases found by a code of the assessment (`Words.of`) or by a name put together
GROUPS = set(re.findall(r"\.of\(\s*\"([a-z_]+)\"", TEXT)) | {
    "head",
    "unit",
    "section",
    "source",
    "file",
    "reading",
    "status_scored",
}
NAMED = set(re.findall(r"\b(?:words|t)\(\s*[\"']([a-z_]+(?:\.[a-z_]*)?)[\"'][,)]", TEXT))


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", PHRASES)
def test_both_languages_take_the_same_values(key: str) -> None:
    chinese, english = PHRASES[key]
    assert fields(chinese) == fields(english)


@pytest.mark.parametrize("key", PHRASES)
def test_no_chinese_in_english_phrases_but_names_of_sheets(key: str) -> None:
    found = set(re.findall("[\u4e00-\u9fff]+", PHRASES[key][1]))
    assert found <= {"现场核查", "评分", "班级", "班额分布", "专用教室", "质量监测", "县级数据"}


def test_every_named_phrase_exists() -> None:
    assert {key for key in NAMED if "." in key and not key.endswith(".")} <= set(PHRASES)


def test_every_phrase_is_used() -> None:
    literal = set(re.findall(r"[\"']([a-z_]+(?:\.[a-z_]+)?)[\"']", TEXT))
    computed = {key for key in PHRASES if key.split(".")[0] in GROUPS | {"unmet", "one", "worst", "off"}}
    assert set(PHRASES) - literal - computed == set()


def test_a_code_without_a_phrase_stands_as_it_is() -> None:
    assert Words("zh").of("ci", "new_reason") == "new_reason"
    assert Words("zh").of("failing", "new_test", count=3) == "3所学校未达标"


def test_units_follow_their_numbers() -> None:
    assert [Words("zh").unit(unit) for unit in sorted(UNIT_CODES)] == ["", "人", "间", ""]
    assert Words("zh").unit("㎡") == "㎡"
    assert Words("en").unit("㎡") == " m²"
    assert Words("en").unit_of_difference("share") == " percentage points"


def test_a_heading_past_the_twelfth_still_has_a_number() -> None:
    assert Words("zh").number(12) == "十三、"
    assert Words("en").number(12) == "13. "
