"""The files behind the respondents' pages: small, of one origin, readable to old phones, and in both languages."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.pofile import read_po

from tests.paths import REPOSITORY

APPLICATION = REPOSITORY / "survey_app"
SCRIPT = APPLICATION / "static" / "survey.js"
STYLE = APPLICATION / "static" / "survey.css"
MOST_SCRIPT_BYTES = 10_000
NAMESPACES = {"http://www.w3.org/2000/svg"}

# what ES5 or the browser of an old phone does not have: syntax, then names of the library
NOT_ES5 = [r"=>", r"`", r"\blet\b", r"\bconst\b", r"\bclass\b", r"\basync\b", r"\bawait\b", r"\bimport\b", r"\byield\b"]
NOT_ES5 += [r"\.\.\.", r"\*\*", r"\?\.", r"\?\?", r"\bof\b", r"\bvar\s*[\[{]", r"\bexport\b"]
NOT_THERE = [
    r"\bfetch\b",
    r"\bPromise\b",
    r"\bSymbol\b",
    r"\bMap\b",
    r"\bSet\b",
    r"\bURLSearchParams\b",
    r"\bFormData\b",
]
NOT_THERE += [r"\.(includes|startsWith|endsWith|padStart|find|findIndex|closest|append|remove|assign|from|entries)\("]
NOT_THERE += [r"\bforEach\b", r"\bNodeList\b", r"\bclassList\b"]


def code_of(script: str) -> str:
    """The script without comments, strings and regular expressions."""
    without_comments = re.sub(r"/\*.*?\*/|//[^\n]*", "", script, flags=re.DOTALL)
    without_strings = re.sub(r"'(?:\\.|[^'\\])*'", "''", without_comments)
    return re.sub(r"(?<=[(=,:])\s*/(?:\\.|[^/\\\n])+/[gimu]*", " re", without_strings)


def static_files() -> list[Path]:
    folders = ("static", "templates")
    return [file for folder in folders for file in sorted((APPLICATION / folder).rglob("*")) if file.is_file()]


def translations() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations", REPOSITORY / "scripts" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_is_small() -> None:
    assert SCRIPT.stat().st_size <= MOST_SCRIPT_BYTES


@pytest.mark.parametrize("pattern", NOT_ES5 + NOT_THERE)
def test_the_script_is_es5(pattern: str) -> None:
    assert re.search(pattern, code_of(SCRIPT.read_text(encoding="utf-8"))) is None


def test_the_es5_check_sees_what_it_should() -> None:
    newer = code_of("let a = [...b].map(x => `${x}`); // const\nvar s = 'let => `';")
    assert re.findall(r"\blet\b|=>|`|\.\.\.|const", newer) == ["let", "...", "=>", "`", "`"]


def test_the_style_asks_for_nothing_that_old_phones_lack() -> None:
    assert re.findall(r"var\(|:has\(|:is\(|display:\s*grid|@import|url\(", STYLE.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", static_files(), ids=lambda file: file.name)
def test_no_file_names_another_origin(file: Path) -> None:
    if file.suffix not in {".html", ".css", ".js", ".svg"} or file.name.endswith(".min.js"):
        return
    named = set(re.findall(r"""(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s"'<>]*""", file.read_text(encoding="utf-8")))
    assert named <= NAMESPACES


def test_every_text_of_the_pages_is_translated_and_the_catalogue_is_compiled() -> None:
    scripts = translations()
    po = scripts.CATALOGUE.read_text(encoding="utf-8")
    assert scripts.written(scripts.translated(po)) == po, "run `make translations`"
    with scripts.CATALOGUE.open("rb") as file:
        untranslated = [message.id for message in read_po(file, locale="en") if message.id and not message.string]
    assert untranslated == []
    assert scripts.CATALOGUE.with_suffix(".mo").read_bytes() == scripts.compiled(po), "run `make translations`"
