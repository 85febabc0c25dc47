"""Every document that is cited is in the repository, and has the section that is named."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.paths import REPOSITORY

FOLDERS = ("evaluation", "survey_app", "migrations", "questionnaires", "bench", "scripts", "tests", "docs")
ENDINGS = {".py", ".md", ".html", ".yaml", ".mako", ".toml", ".js", ".css"}
NOT_OURS = ("tests/golden/data", "tests/files")
"""Kept as it came, or wrong on purpose."""

CITED = re.compile(r"(?<![\w/\"])[\w./-]*\w\.md\b")
SECTION = re.compile(r'(docs/[\w-]+\.md), (?:"([^"]+)"|(\d(?:\.\d)?)(?: (?:and|to) (\d\.\d))?)')
LINK = re.compile(r"\]\(([\w./-]+\.md)?#([^)\s]+)\)")
ELSEWHERE = re.compile(r"\(contract[,)]|\bthe contract\b|\bintegrity(\.md)?:? [AB]\.\d|\bdesign/|\(statistics, \d")
"""Papers that were written before the program and are not in the repository."""


def files() -> list[Path]:
    found = [file for folder in FOLDERS for file in sorted((REPOSITORY / folder).rglob("*")) if file.suffix in ENDINGS]
    found += [*REPOSITORY.glob("*.md"), REPOSITORY / "Makefile", REPOSITORY / "wsgi.py", REPOSITORY / "pyproject.toml"]
    return [
        file
        for file in found
        if not file.relative_to(REPOSITORY).as_posix().startswith(NOT_OURS) and file != Path(__file__)
    ]


def headings(document: Path) -> list[str]:
    return re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)


def anchor(heading: str) -> str:
    """As GitHub makes them."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def sections(text: str) -> Iterator[tuple[str, str]]:
    for document, name, first, last in SECTION.findall(text):
        yield from ((document, part) for part in (name, first, last) if part)


def wrong_citations(file: Path) -> Iterator[str]:
    text = file.read_text(encoding="utf-8")
    yield from (found.group() for found in ELSEWHERE.finditer(text))
    for name in CITED.findall(text):
        if not any((place / name).exists() for place in (file.parent, REPOSITORY, REPOSITORY / "docs")):
            yield name
    for document, section in sections(text):
        if not any(heading.startswith(section) for heading in headings(REPOSITORY / document)):
            yield f"{document}, {section}"
    for number in re.findall(r"docs/decisions/(\d{4})", text):
        if not list((REPOSITORY / "docs" / "decisions").glob(f"{number}-*.md")):
            yield f"decision {number}"


def wrong_links(file: Path) -> Iterator[str]:
    for name, wanted in LINK.findall(file.read_text(encoding="utf-8")):
        if wanted not in {anchor(heading) for heading in headings(file.parent / name if name else file)}:
            yield f"{name}#{wanted}"


def test_every_document_and_section_that_is_cited_is_there() -> None:
    assert not [(file.relative_to(REPOSITORY).as_posix(), one) for file in files() for one in wrong_citations(file)]


def test_links_lead_to_sections_that_exist() -> None:
    documents = [file for file in files() if file.suffix == ".md"]
    assert not [(file.relative_to(REPOSITORY).as_posix(), one) for file in documents for one in wrong_links(file)]


def test_a_citation_of_nothing_is_found() -> None:
    assert list(sections('(docs/statistics.md, 1.1 to 1.4; docs/anonymity.md, "Codes")')) == [
        ("docs/statistics.md", "1.1"),
        ("docs/statistics.md", "1.4"),
        ("docs/anonymity.md", "Codes"),
    ]
    assert ELSEWHERE.search("as told (integrity.md A.4)")
    assert ELSEWHERE.search("(contract, section 4)")
