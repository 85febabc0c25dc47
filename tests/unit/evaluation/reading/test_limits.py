"""What a workbook would take is found before it is built; formatting far away takes nothing and stands in nobody's way."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from evaluation.errors import InvalidInput
from evaluation.reading.xlsx import read_xlsx, scan_extent
from tests.files.workbooks import nasty
from tests.paths import REPOSITORY

BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "many sheets": (nasty.many_sheets, "sheets_too_large"),
    "two parts of one name": (nasty.part_twice, "file_damaged"),
    "overlapping ranges": (nasty.overlapping_merges, "file_damaged"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_workbook_that_takes_too_much_is_refused(name: str) -> None:
    make, kind = BOMBS[name]
    content = make()
    assert len(content) < 600_000
    with pytest.raises(InvalidInput) as refused:
        read_xlsx("a.xlsx", content)
    assert [problem.kind for problem in refused.value.problems] == [kind]


IN_LITTLE_MEMORY = """
import resource, sys
from evaluation.reading.xlsx import read_xlsx
from tests.files.workbooks import nasty
from evaluation.errors import InvalidInput
read_xlsx("warm.xlsx", nasty.SOUND)
content = {made}
with open("/proc/self/statm") as statm:
    used = int(statm.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + {room}, used + {room}))
try:
    print(len(read_xlsx("a.xlsx", content).sheets[1].rows))
except InvalidInput as invalid:
    print(invalid.problems[0].kind)
"""


def in_little_memory(made: str, room: int) -> str:
    """What reading gives in a process that may take only `room` more bytes; whatever is built in vain ends it."""
    program = IN_LITTLE_MEMORY.format(made=made, room=room)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=REPOSITORY, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout.strip()


@pytest.mark.parametrize("way", nasty.FAR)
def test_a_far_cell_is_refused_before_the_sheet_is_built(way: str) -> None:
    assert in_little_memory(f"nasty.far_cell({way!r})", 50_000_000) == "sheet_too_wide"


def test_a_far_cell_is_found_in_a_part_of_any_name() -> None:
    assert in_little_memory("nasty.part_of_another_ending()", 50_000_000) == "sheet_too_wide"


def test_a_repeated_text_is_refused_before_it_is_repeated() -> None:
    assert in_little_memory("nasty.repeated_text()", 50_000_000) == "file_text_repeated"


@pytest.mark.parametrize("kind", ["closed", "open", "with an empty value"])
def test_stray_formatting_neither_takes_memory_nor_is_refused(kind: str) -> None:
    """60 rows of 16,384 formatted cells and one at the far corner: a million cells, but no value. Of its XML (20 to 35 MB) at most a few
    copies are held; built, the rectangle to the far corner would take hundreds of gigabytes, the million cells 70 MB more.
    """
    assert in_little_memory(f"nasty.formatted_everywhere(60, {kind!r})", 130_000_000) == "3"


def test_a_shared_text_that_many_cells_show_is_read() -> None:
    texts = f"<sst {nasty.MAIN}><si><t>{'x' * 2_000}</t></si><si><t>y</t></si></sst>".encode()
    rows = "".join(f'<row r="{number}"><c r="A{number}" t="s"><v>1</v></c></row>' for number in range(1, 101_001))
    assert len(read_xlsx("a.xlsx", nasty.with_shared_texts(rows, texts)).sheets[1].rows) == 101_000


@pytest.mark.parametrize(
    ("rows", "extent"),
    [
        ("", (0, 0, 0)),
        ('<row r="2"><c r="C2"><v>1</v></c></row>', (2, 3, 1)),
        ("<row/><row><c><v>1</v></c><c><v>1</v></c></row>", (2, 2, 2)),
        ('<row r="9"><c r="B9"/><c><v>1</v></c></row>', (9, 3, 1)),
        ('<row r="5"/><row><c r="A7" t="e"><v>#N/A</v></c></row>', (7, 1, 2)),
        ('<row r="9" s="1"><c r="Z9" s="4"></c></row>', (0, 0, 0)),
    ],
)
def test_the_extent_is_that_of_values(rows: str, extent: tuple[int, int, int]) -> None:
    found = scan_extent(f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode())
    assert (found.rows, found.columns, found.filled) == extent
