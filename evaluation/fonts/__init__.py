"""The one font of every printed page and chart, bundled so that no machine needs a Chinese font of its own."""

from pathlib import Path

FONT_NAME = "NotoSansSC"
_FILE = Path(__file__).with_name("NotoSansSC_400Regular.ttf")


def font_path() -> Path:
    """The file of Noto Sans SC Regular (TrueType, static; licence beside it in LICENSE_FONT, origin in SOURCE.md)."""
    return _FILE
