"""Takes the texts of the pages (Chinese, in templates and web modules) into the English catalogue, and compiles it.

Texts that are gone are dropped, new ones are left empty: a guard test names them. Run by `make translations`.
"""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

APPLICATION: Final = Path(__file__).resolve().parent.parent / "survey_app"
CATALOGUE: Final = APPLICATION / "translations" / "en" / "LC_MESSAGES" / "messages.po"
SOURCES: Final = [("templates/**.html", "jinja2"), ("web/**.py", "python")]
OPTIONS: Final = {"templates/**.html": {"extensions": "jinja2.ext.i18n", "trimmed": "true"}}
NO_DATE: Final = datetime(1970, 1, 1, tzinfo=UTC)  # the same texts give the same file
HEADER: Final = (
    "# English texts of the pages; the Chinese ones stand in the templates.\n"
    "# `make translations` updates this file and compiles it."
)


def texts() -> Catalog:
    """All texts of the pages, without translation."""
    found = Catalog()
    for _, _, message, _, context in extract_from_dir(APPLICATION, SOURCES, OPTIONS):
        found.add(message, context=context)
    return found


def translated(text: str) -> Catalog:
    """The English catalogue, with the texts that the pages have now."""
    catalogue = read_po(BytesIO(text.encode()), locale="en")
    catalogue.update(texts(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def written(catalogue: Catalog) -> str:
    """The catalogue as its file holds it: sorted, without dates, one text a line."""
    body = BytesIO()
    write_po(body, catalogue, width=None, sort_output=True, omit_header=True, no_location=True)  # type: ignore[arg-type]
    lines = [HEADER, 'msgid ""', 'msgstr ""', '"Language: en\\n"']
    lines += [r'"Content-Type: text/plain; charset=utf-8\n"', r'"Plural-Forms: nplurals=2; plural=(n != 1);\n"']
    return "\n".join(lines) + "\n\n" + body.getvalue().decode().strip() + "\n"


def compiled(text: str) -> bytes:
    """The file that the service reads."""
    written_catalogue = read_po(BytesIO(text.encode()), locale="en")
    catalogue = Catalog(locale="en", creation_date=NO_DATE, revision_date=NO_DATE, fuzzy=False)
    for message in written_catalogue:
        if message.id and message.string:
            catalogue.add(message.id, message.string)
    body = BytesIO()
    write_mo(body, catalogue)
    return body.getvalue()


if __name__ == "__main__":
    po = written(translated(CATALOGUE.read_text(encoding="utf-8")))
    CATALOGUE.write_text(po, encoding="utf-8")
    CATALOGUE.with_suffix(".mo").write_bytes(compiled(po))
