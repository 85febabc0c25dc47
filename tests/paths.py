"""Where the tests find their data."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
GOLDEN = REPOSITORY / "tests" / "golden" / "data"
"""Golden counties, statistics and published numbers, with what must come out (its README.md)."""
COUNTIES = sorted(folder.name for folder in (GOLDEN / "counties").iterdir())
