"""A campaign file with its list of schools, valid as it stands; tests change what they are about."""

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from survey_app import demo_county
from survey_app.demo_county.campaign import write_campaign_file
from survey_app.domain.clock import SystemClock

HEADER = ("学校代码", "学校名称", "学段", "城乡", "学生数", "教师数")
LEAVE_OUT = object()
POPULATION, FLOOR = 20_000, 60


def school_rows(count: int = 12, *, pupils: int = 300, teachers: int = 20) -> list[tuple[Any, ...]]:
    """Primary schools and junior schools in turn, of growing size."""
    return [
        (
            f"S{number:03d}",
            f"第{number}学校",
            "初中" if number % 3 == 0 else "小学",
            "城区",
            pupils + 10 * number,
            teachers + number,
        )
        for number in range(1, count + 1)
    ]


def write_schools(
    path: Path, rows: list[tuple[Any, ...]], *, encoding: str = "utf-8", header: tuple[str, ...] = HEADER
) -> Path:
    """A list of schools as .csv."""
    with path.open("w", encoding=encoding, newline="") as lines:
        csv.writer(lines).writerows([header, *rows])
    return path


def campaign_document(**changes: Any) -> dict[str, Any]:
    """The campaign file's content: 100 answers, a week from 20 November 2026; `LEAVE_OUT` removes a key."""
    document: dict[str, Any] = {
        "name": "示范县教育满意度调查",
        "county": {"code": "430302", "name": "示范县", "population": 66_600},
        "year": 2026,
        "rulebook": "xiangtan-2018",
        "opens": "2026-11-20 08:00",
        "closes": "2026-11-27 18:00",
        "base_url": "https://survey.example.cn",
        "seed": 7,
        "schools": "schools.csv",
        **changes,
    }
    return {key: value for key, value in document.items() if value is not LEAVE_OUT}


def write_campaign(folder: Path, rows: list[tuple[Any, ...]] | None = None, **changes: Any) -> Path:
    """campaign.yaml and schools.csv in `folder`; returns the path of the former."""
    write_schools(folder / "schools.csv", school_rows() if rows is None else rows)
    path = folder / "campaign.yaml"
    with path.open("w", encoding="utf-8") as file:
        yaml.safe_dump(campaign_document(**changes), file, allow_unicode=True, sort_keys=False)
    return path


def write_made_up_county(folder: Path) -> Path:
    """The made-up county's campaign.yaml (open since an hour) and workbook.xlsx, for few residents and with a floor of the sample above what they ask for."""
    sheets, now = demo_county.build_county(1), SystemClock().now()
    opens, closes = now - timedelta(hours=1), now + timedelta(days=1)
    file = write_campaign_file(sheets, folder, opens, closes, "http://127.0.0.1:8000", seed=1)
    residents = next(str(row["值"]) for row in sheets["基本信息"] if row["项目"] == "常住人口")
    text = file.read_text(encoding="utf-8").replace(residents, str(POPULATION))
    file.write_text(f"{text}min_sample: {FLOOR}\nmin_seconds: 0\ngrace_minutes: 0\nper_school: 5\n", encoding="utf-8")
    demo_county.write_workbook(sheets, folder / "workbook.xlsx")
    return file
