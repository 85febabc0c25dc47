"""The whole way by the commands: a campaign from its file to the verdict, on both engines."""

import csv
import json
import random
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evaluation.evaluating import evaluate_workbook
from evaluation.survey.questionnaire import load_questionnaires
from questionnaires import FOLDER as QUESTIONNAIRES
from survey_app.cli import main
from survey_app.domain.clock import SystemClock
from survey_app.domain.errors import GroupFull
from survey_app.services.installation import Installation, open_installation
from survey_app.services.results import survey_answers
from survey_app.settings import Settings
from tests.builders_campaign import FLOOR, POPULATION, write_made_up_county


@pytest.fixture
def settings(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("JUNHENG_DATABASE_URL", database_url)
    monkeypatch.setenv("JUNHENG_KEYS", str(tmp_path / "keys"))
    return Settings(database_url, tmp_path / "keys")


def junheng(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def done(*arguments: str | Path) -> str:
    result = junheng(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def fill_in_everything(at: Installation, codes: Path) -> int:
    """Hands in a form for every code that a group still takes; the number taken."""
    from survey_app.services.submission.submitting import submit

    questionnaires, randomness, taken = load_questionnaires(QUESTIONNAIRES), random.Random(1), 0
    with codes.open(encoding="utf-8-sig") as lines:
        for row in csv.DictReader(lines):
            questions = questionnaires[row["group"]].questions  # type: ignore[index]
            fields = {one.id: [str(randomness.choice((1, 1, 2)))] for one in questions if one.options}
            fields |= {one.id: ["=1+1 𠮷"] for one in questions if one.type == "text"}
            try:
                submit(at.database, at.keys, at.clock, row["code"], fields, str(taken), "")
            except GroupFull:
                continue
            taken += 1
    return taken


def test_from_the_campaign_file_to_the_verdict(settings: Settings, tmp_path: Path) -> None:
    campaign = done("campaign", "create", write_made_up_county(tmp_path)).strip()
    done("campaign", "open", campaign)
    done("codes", "issue", campaign, "--out", tmp_path / "sheets")
    assert junheng("recognition", campaign, "--json").exit_code == 3
    assert junheng("export", campaign, "--out", tmp_path / "x.csv").exit_code == 3

    at = open_installation(settings, SystemClock())
    taken = fill_in_everything(at, tmp_path / "sheets" / "codes.csv")
    shown = json.loads(done("campaign", "show", campaign, "--json"))
    assert sum(group["answered"] for group in shown["groups"].values()) == taken
    assert all(group["valid"] <= (group["cap"] or taken) for group in shown["groups"].values())
    done("campaign", "close", campaign)

    recognition = json.loads(done("recognition", campaign, "--json"))
    assert recognition["sample"]["required"] == FLOOR == shown["sample"]["required"]
    assert recognition["plan"] == {group: one["planned"] for group, one in shown["groups"].items()}
    check_exports(campaign, tmp_path / "new" / "folder", recognition, taken, shown)
    check_verdict(at, campaign, tmp_path, recognition)
    at.database.close()


def check_exports(campaign: str, folder: Path, recognition: dict[str, Any], taken: int, shown: dict[str, Any]) -> None:
    """The folder is made; from the files alone the campaign's own result comes out: rates, intervals, plan, and the verdict on the sample."""
    for ending in ("csv", "xlsx", "sav", "parquet"):
        done("export", campaign, "--out", folder / f"answers.{ending}")
    with (folder / "answers.csv").open(encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == taken
    assert {(row["submitted_at"], row["duration_s"], row["valid"]) for row in rows} == {("", "", "1")}
    frames = [f"{group},{one['frame']}" for group, one in shown["groups"].items() if one["frame"] is not None]
    (folder / "frames.csv").write_text("\n".join(["类别,总体人数", *frames]), encoding="utf-8")
    files = ["--responses", folder / "answers.csv", "--questionnaires", QUESTIONNAIRES]
    files += ["--units", folder / "answers-units.csv", "--counts", folder / "answers-counts.csv"]
    files += ["--frames", folder / "frames.csv"]
    rules = ["--population", str(POPULATION), "--min-sample", str(FLOOR)]
    assert json.loads(done("recognition", *files, *rules, "--json")) == recognition
    refused = junheng("export", campaign, "--out", folder / "answers.csv" / "below a file.csv")
    assert (refused.exit_code, refused.stdout, len(refused.stderr.splitlines())) == (3, "", 1)


def check_verdict(at: Installation, campaign: str, folder: Path, recognition: dict[str, Any]) -> None:
    workbook = folder / "workbook.xlsx"
    done("evaluate", workbook, "--rulebook", "xiangtan-2018", "--campaign", campaign, "--out", folder / "reports")
    document = json.loads((folder / "reports" / "assessment.json").read_text(encoding="utf-8"))
    assert document["recognition"]["sample"] == recognition["sample"]
    assert document["sources"]["seal_root"]
    with at.database.read() as connection:
        answers = survey_answers(connection, campaign)
    assessment = evaluate_workbook(workbook, "xiangtan-2018", answers)
    assert "survey_of_another_population" in [one.kind for one in assessment.warnings]
