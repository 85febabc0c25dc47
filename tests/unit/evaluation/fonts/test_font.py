import hashlib
import re

from evaluation.fonts import font_path


def test_font_is_the_one_that_its_source_note_names():
    digest = hashlib.sha256(font_path().read_bytes()).hexdigest()
    noted = re.search(r"`([0-9a-f]{64})`", font_path().with_name("SOURCE.md").read_text(encoding="utf-8"))
    assert noted is not None
    assert noted.group(1) == digest
    assert font_path().with_name("LICENSE_FONT").is_file()
