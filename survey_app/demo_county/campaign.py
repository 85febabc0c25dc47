"""The made-up county's campaign file."""

from datetime import datetime
from pathlib import Path

from survey_app.demo_county.county import Sheets
from survey_app.demo_county.workbook import write_schools_csv

_FRAMES = {"校长": "principal", "人大代表": "npc_deputy", "政协委员": "cppcc_member"}


def write_campaign_file(
    sheets: Sheets, folder: Path, opens: datetime, closes: datetime, base_url: str, seed: int
) -> Path:
    """Write campaign.yaml and its schools.csv into `folder`; the questionnaires are those that come along."""
    write_schools_csv(sheets, folder / "schools.csv")
    basics = {str(row["项目"]): row["值"] for row in sheets["基本信息"]}
    frames = {str(row["类别"]): row["总体人数"] for row in sheets["调查对象规模"]}
    known = ", ".join(f"{_FRAMES[word]}: {size}" for word, size in frames.items() if word in _FRAMES)
    lines = [
        f"name: {basics['县市区']}{basics['年度']}年义务教育优质均衡社会认可度调查",
        f'county: {{code: "{basics["行政区划代码"]}", name: {basics["县市区"]}, population: {basics["常住人口"]}}}',
        f"year: {basics['年度']}",
        "rulebook: xiangtan-2018",
        f"opens: {opens.isoformat(timespec='minutes')}",
        f"closes: {closes.isoformat(timespec='minutes')}",
        f"base_url: {base_url}",
        f"frames: {{{known}}}",
        f"seed: {seed}",
        "schools: schools.csv",
    ]
    file = folder / "campaign.yaml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file
