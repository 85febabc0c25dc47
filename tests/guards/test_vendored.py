"""Files of others are the ones whose source, version and hash stand beside them."""

import re
from hashlib import sha256

from tests.paths import REPOSITORY

VENDOR = REPOSITORY / "survey_app" / "static" / "vendor"


def test_vendored_scripts_are_what_their_note_says() -> None:
    note = (VENDOR / "SOURCE.txt").read_text(encoding="utf-8")
    named = dict(re.findall(r"^(\S+\.js): .*\nsha256 ([0-9a-f]{64})", note, re.MULTILINE))
    assert set(named) == {file.name for file in VENDOR.glob("*.js")}
    for name, digest in named.items():
        assert sha256((VENDOR / name).read_bytes()).hexdigest() == digest
    assert "Zero-Clause BSD" in (VENDOR / "LICENSE-htmx").read_text(encoding="utf-8")
