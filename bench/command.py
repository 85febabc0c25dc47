"""`junheng evaluate` of one county with its survey and all reports: on the clock, of a processor, and against loading pandas alone."""

import tempfile
from pathlib import Path

from bench.processes import least
from evaluation.survey.questionnaire import load_questionnaires
from questionnaires import FOLDER as QUESTIONNAIRES
from survey_app import demo_county

MOST_S = 2.0
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
        whole = least(command)
        check = least(["-m", "survey_app.cli", "check", str(workbook)])
    imports, pandas = least(["-c", IMPORTS]), least(["-c", "import pandas"])
    return [
        f"junheng evaluate, one county with its survey and all reports: {whole.wall_s:.2f} s (at most {MOST_S:.1f}),"
        f" {whole.processor_s:.2f} s of processor time, of which imports {imports.processor_s:.2f} s;"
        f" {whole.processor_s / pandas.processor_s:.1f} times `import pandas`",
        f"junheng check, the same county: {check.wall_s:.2f} s",
    ]


def _county(folder: Path) -> tuple[Path, Path]:
    sheets = demo_county.build_county(1)
    questionnaires = load_questionnaires(QUESTIONNAIRES)
    demo_county.write_workbook(sheets, folder / "workbook.xlsx")
    rows = demo_county.build_responses(sheets, questionnaires, 1)
    demo_county.write_responses_csv(rows, questionnaires, folder / "responses.csv")
    return folder / "workbook.xlsx", folder / "responses.csv"
