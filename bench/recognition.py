"""`junheng recognition` of a large file of responses against pandas reading the same file: processor time of whole processes, in one run."""

import random
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from bench.processes import least
from evaluation.survey.questionnaire import load_questionnaires
from questionnaires import FOLDER as QUESTIONNAIRES
from survey_app import demo_county

ROWS = 300_000


def run() -> list[str]:
    """Lines to print."""
    with tempfile.TemporaryDirectory() as folder:
        file = _responses(Path(folder))
        files = ["--responses", str(file), "--questionnaires", str(QUESTIONNAIRES), "--population", "430618"]
        ours = least(["-m", "survey_app.cli", "recognition", *files, "--json"]).processor_s
        pandas = least(["-c", f"import pandas; pandas.read_csv({str(file)!r})"]).processor_s
    return [
        f"junheng recognition of {ROWS} responses: {ours:.2f} s of processor time, pandas.read_csv of the same file {pandas:.2f} s,"
        f" ratio {ours / pandas:.1f} (at most 5)"
    ]


def _responses(folder: Path) -> Path:
    """Made-up surveys one after another, each response at a time of its own."""
    questionnaires, sheets, randomness = (
        load_questionnaires(QUESTIONNAIRES),
        demo_county.build_county(1),
        random.Random(1),
    )
    rows = [row for seed in range(8) for row in demo_county.build_responses(sheets, questionnaires, seed)]
    opened = datetime(2026, 11, 20)  # noqa: DTZ001 - times of a responses file are the county's
    timed = (
        rows[number % len(rows)] | {"submitted_at": str(opened + timedelta(seconds=randomness.randrange(604_800)))}
        for number in range(ROWS)
    )
    demo_county.write_responses_csv(timed, questionnaires, folder / "responses.csv")
    return folder / "responses.csv"
