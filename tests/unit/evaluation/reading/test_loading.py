"""Checking a workbook loads nothing heavy, so that `junheng check` answers at once."""

import subprocess
import sys

from tests.builders import build_workbook
from tests.paths import REPOSITORY


def test_checking_a_workbook_loads_no_heavy_package(tmp_path):
    script = (
        "import sys\nfrom pathlib import Path\nfrom evaluation.reading.county import check_county\n"
        f"check_county(Path({str(build_workbook(tmp_path))!r}))\nprint('\\n'.join(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    loaded = {name.split(".")[0] for name in result.stdout.split()}
    assert "python_calamine" in loaded
    assert not loaded & {"pandas", "numpy", "pyarrow", "scipy", "flask", "pydantic", "xlsxwriter"}
