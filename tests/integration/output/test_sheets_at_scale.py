"""10,000 slips stay within 60 s of processor time and 200 MB."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import json, re, sys, time
from pathlib import Path
from tests.integration.output.slips import FACTS, issue
from survey_app.output.sheets import write_sheets_pdf
issued = [one for school in range(1000) for one in issue("parent", f"{school:04}", f"清溪县第{school}小学", 10)]
started = time.process_time()
write_sheets_pdf(Path(sys.argv[1]), issued, FACTS)
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())  # ru_maxrss would hold the parent's as well
print(json.dumps({"seconds": time.process_time() - started, "megabytes": int(peak.group(1)) / 1024}))
"""


def test_ten_thousand_slips_are_written_in_bounded_time_and_memory(tmp_path):
    repository = Path(__file__).parents[3]
    environment = {"PYTHONPATH": str(repository)}
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "sheets.pdf")]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    measured = json.loads(run.stdout)
    assert measured["seconds"] < 60
    assert measured["megabytes"] < 200
