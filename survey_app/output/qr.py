"""QR codes as vector paths: error correction M, at most version 4, always the same mask.

Trying all eight masks costs five times as much and reads no better at this size, from 300 down to 72 dpi.
"""

from typing import Any

LARGEST_VERSION = 4
_MASK = 3
_SEAM = 1.03  # rows overlap a little: no hairline shows between them on a screen

Modules = list[list[bool]]


def qr_modules(address: str, largest_version: int = LARGEST_VERSION) -> Modules:
    """The modules of the code for an address, row by row from the top, without the quiet zone.

    Raises `ValueError` for an address of more than 62 bytes, unless a larger version will do; a campaign file that would give one is refused.
    """
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.main import QRCode

    code: Any = QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=_MASK)
    code.add_data(address.encode("ascii"), optimize=0)
    code.make(fit=True)
    if code.version > largest_version:
        raise ValueError(f"{address} is too long for a QR code of version {largest_version}")
    return [[bool(module) for module in row] for row in code.modules]


def draw_qr(canvas: Any, address: str, x: float, y: float, side: float) -> None:
    """Draws the code with its lower left corner at (x, y); `side` is that of the code; four modules around it stay free."""
    from reportlab.pdfgen.pathobject import PDFPathObject

    modules = qr_modules(address)
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(side / len(modules), side / len(modules))
    canvas.drawPath(PDFPathObject(code=_rectangles(modules)), stroke=0, fill=1)
    canvas.restoreState()


def qr_path(address: str) -> tuple[int, str]:
    """The code for an address on a screen, of any version: the side in modules, and its SVG path."""
    modules = qr_modules(address, largest_version=40)
    rows = (
        f"M{start} {row}h{length}v1h-{length}z" for row, marks in enumerate(modules) for start, length in _runs(marks)
    )
    return len(modules), "".join(rows)


def _rectangles(modules: Modules) -> list[str]:
    top = len(modules) - 1
    return [
        f"{start} {top - row} {length} {_SEAM} re"
        for row, marks in enumerate(modules)
        for start, length in _runs(marks)
    ]


def _runs(marks: list[bool]) -> list[tuple[int, int]]:
    """Start and length of each run of dark modules."""
    runs: list[tuple[int, int]] = []
    start = None
    for place, is_dark in enumerate([*marks, False]):
        if is_dark and start is None:
            start = place
        elif not is_dark and start is not None:
            runs.append((start, place - start))
            start = None
    return runs
