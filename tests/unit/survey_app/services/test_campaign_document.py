"""docs/campaigns.md names every key of the campaign file and every column of the list of schools."""

import re

from survey_app.services.campaigns.file_shape import CampaignFile
from survey_app.services.campaigns.school_columns import COLUMNS
from tests.paths import REPOSITORY

DOCUMENT = (REPOSITORY / "docs" / "campaigns.md").read_text(encoding="utf-8")


def test_every_key_is_documented_and_no_other() -> None:
    table = [line.split("|")[1] for line in DOCUMENT.splitlines() if line.startswith("| `")]
    documented = {key for cell in table for key in re.findall(r"`(\w+)`", cell)}
    assert documented == set(CampaignFile.model_fields)


def test_every_default_is_documented() -> None:
    rows = {
        key: line
        for line in DOCUMENT.splitlines()
        if line.startswith("| `")
        for key in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    for key, field in CampaignFile.model_fields.items():
        if isinstance(field.default, int | float) and key != "min_sample":
            assert f"({field.default}" in rows[key]


def test_every_column_is_documented() -> None:
    assert ", ".join(column.header for column in COLUMNS) in DOCUMENT
