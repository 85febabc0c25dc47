"""`junheng evaluate` of one county with all reports: wall time, and how much of it is imports."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from evaluation.survey.questionnaire import load_questionnaires
from questionnaires import FOLDER as QUESTIONNAIRES
from survey_app import demo_county

IMPORTS = (
    "import evaluation.evaluating, evaluation.report.writing, evaluation.survey.recognition, survey_app.cli.evaluate"
)


def run() -> list[str]:
    """Lines to print."""
    with tempfile.TemporaryDirectory() as folder:
        workbook, responses = _county(Path(folder))
        survey = ["--responses", str(responses), "--questionnaires", str(QUESTIONNAIRES)]
        out = ["--out", str(Path(folder) / "out")]
        command = ["-m", "survey_app.cli", "evaluate", str(workbook), "--rulebook", "xiangtan-2018", *survey, *out]
        whole = min(_seconds(command) for _ in range(3))
        imports = min(_seconds(["-c", IMPORTS]) for _ in range(3))
        check = min(_seconds(["-m", "survey_app.cli", "check", str(workbook)]) for _ in range(3))
    bare = min(_seconds(["-c", "pass"]) for _ in range(3))
    return [
        f"junheng evaluate, one county with its survey and all reports: {whole:.2f} s, of which imports {imports - bare:.2f} s",
        f"junheng check, the same county: {check:.2f} s",
    ]


def _county(folder: Path) -> tuple[Path, Path]:
    sheets = demo_county.build_county(1)
    questionnaires = load_questionnaires(QUESTIONNAIRES)
    demo_county.write_workbook(sheets, folder / "workbook.xlsx")
    rows = demo_county.build_responses(sheets, questionnaires, 1)
    demo_county.write_responses_csv(rows, questionnaires, folder / "responses.csv")
    return folder / "workbook.xlsx", folder / "responses.csv"


def _seconds(arguments: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - start
