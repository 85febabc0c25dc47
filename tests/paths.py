"""Where the tests find data that is not part of the project: the golden counties and statistics beside the checkout."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
GOLDEN = Path(os.environ.get("JUNHENG_GOLDEN", REPOSITORY.parent / "shared" / "golden"))

needs_golden = pytest.mark.skipif(
    not GOLDEN.is_dir(), reason=f"the golden data are not at {GOLDEN}; name their folder in JUNHENG_GOLDEN"
)
