"""Assessments for tests: people, workbooks as bytes, and a closed survey made from a responses file."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import insert

from evaluation.reading.county import read_county
from evaluation.rulebook.loading import load_rulebook
from evaluation.survey.groups import GROUPS
from evaluation.survey.questionnaire import load_questionnaires
from evaluation.survey.sampling import plan_sample, sample_size
from survey_app.domain.clock import Clock
from survey_app.domain.quotas import SamplePlan
from survey_app.domain.stable_json import stable_json
from survey_app.domain.staff import Role, StaffUser
from survey_app.domain.units import label_of
from survey_app.services.assessments.starting import NewAssessment, start_assessment
from survey_app.storage import tables
from survey_app.storage.session import Database
from tests.builders import COUNTY, workbook_rows
from tests.files.workbooks.xlsx_parts import xlsx_bytes

ADMIN = StaffUser("admin", Role.ADMIN, None)
LI = StaffUser("li", Role.EVALUATOR, COUNTY)
WANG = StaffUser("wang", Role.EVALUATOR, COUNTY)
ZHAO = StaffUser("zhao", Role.EVALUATOR, COUNTY)
NEW = NewAssessment(COUNTY, "测试县", "2020", "xiangtan-2018")


def start(database: Database, clock: Clock, new: NewAssessment = NEW, user: StaffUser = ADMIN) -> str:
    """A new assessment of the test county."""
    return start_assessment(database, clock, user, new)


def workbook(sheets: Mapping[str, Any] | None = None, **options: Any) -> bytes:
    """A workbook of the test county; see `tests.builders.workbook_rows`."""
    return xlsx_bytes(workbook_rows(sheets, **options))


def picture(kind: str = "JPEG", size: tuple[int, int] = (80, 40), **options: Any) -> bytes:
    """A small picture: the left half red, the right half blue."""
    image = Image.new("RGB", size, "blue")
    image.paste((255, 0, 0), (0, 0, size[0] // 2, size[1]))
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def close_golden_survey(database: Database, clock: Clock, folder: Path, campaign: str = "golden") -> str:
    """A closed campaign whose answers are those of a golden county's responses file."""
    reading = read_county(folder / "workbook.xlsx")
    facts, county = reading.facts, reading.county
    rules = load_rulebook("xiangtan-2018")
    instruments = load_questionnaires(folder / "questionnaires")
    frames = dict(zip(facts.frames["group"], facts.frames["size"].astype(int).tolist(), strict=True))
    required = sample_size(county.population, rules.survey.parameters)
    plan = SamplePlan(
        required=required,
        parameters=rules.survey.parameters,
        planned=plan_sample(required, frames, rules.survey.parameters),
        caps={},
        frames={group: frames[group] for group in GROUPS if group in frames},
        codes={},
        allocation={},
        sizes={},
        seed="golden",
        per_school=10,
        expected_return=0.8,
    )
    with database.write() as connection:
        connection.execute(insert(tables.campaign), _campaign_row(campaign, county, clock, required))
        documents = {"plan": plan.text, "rules": rules.model_dump_json(by_alias=True)}
        for name, text in documents.items():
            row = {"campaign": campaign, "name": name, "sha256": sha256(text.encode()).hexdigest(), "text": text}
            connection.execute(insert(tables.document), row)
        for one in instruments:
            text = stable_json(one.document())
            row = {"campaign": campaign, "group": one.group, "id": one.key, "text": text}
            connection.execute(insert(tables.questionnaire), row | {"sha256": sha256(text.encode()).hexdigest()})
        _insert_answers(connection, campaign, folder / "responses.csv")
    return campaign


def _campaign_row(campaign: str, county: Any, clock: Clock, required: int) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": campaign,
        "name": f"{county.name}社会认可度调查",
        "county_code": county.code,
        "county_name": county.name,
        "population": county.population,
        "year": county.year,
        "rulebook": "xiangtan-2018",
        "base_url": "https://survey.example.cn",
        "opens": now - timedelta(days=14),
        "closes": now - timedelta(days=7),
        "grace_minutes": 30,
        "anonymity_k": 5,
        "min_seconds": None,
        "seed": "golden",
        "per_school": 10,
        "expected_return": 0.8,
        "sample_required": required,
        "created_at": now - timedelta(days=21),
        "state": "closed",
        "admission": 3,
        "opened_at": now - timedelta(days=14),
        "closing_at": now - timedelta(days=7),
        "closed_at": now - timedelta(days=7),
    }


def _insert_answers(connection: Any, campaign: str, file: Path) -> None:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["valid"] == "1"]  # every sheet that is stored counts
    labels = {(row["group"], row["school"]): label_of(campaign, row["group"], row["school"]) for row in rows}
    connection.execute(
        insert(tables.label),
        [
            {
                "label": label,
                "campaign": campaign,
                "group": group,
                "unit": school,
                "base_unit": school,
                "answered": sum((row["group"], row["school"]) == (group, school) for row in rows),
            }
            for (group, school), label in labels.items()
        ],
    )
    connection.execute(
        insert(tables.response),
        [
            {
                "id": sha256(campaign.encode()).digest()[:8] + number.to_bytes(8, "big"),
                "label": labels[row["group"], row["school"]],
                "questionnaire": f"{row['group']}/1",
                "answers": json.dumps(_answers(row), sort_keys=True),
            }
            for number, row in enumerate(rows)
        ],
    )


def _answers(row: Mapping[str, str]) -> dict[str, Any]:
    chosen = {name: value for name, value in row.items() if name.startswith("q") and value.strip()}
    parts = {name: value.split(";") for name, value in chosen.items()}
    return {
        name: int(values[0]) if len(values) == 1 else [int(one) for one in values]
        for name, values in parts.items()
        if all(one.isdigit() for one in values)
    }
