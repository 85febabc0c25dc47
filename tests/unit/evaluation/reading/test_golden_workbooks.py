"""The golden counties' workbooks are read whole, without a warning that a person would have to explain away."""

import pytest

from evaluation.reading.county import read_county
from tests.paths import GOLDEN

WORKBOOKS = sorted(GOLDEN.glob("counties/*/workbook.xlsx"))


@pytest.mark.parametrize("workbook", WORKBOOKS, ids=lambda path: path.parent.name)
def test_golden_workbook_is_read(workbook):
    facts = read_county(workbook).facts
    assert facts.counties.loc[0, "county"] == "430300"
    assert len(facts.school_stages) > 25
    assert len(facts.finance) == 5
    assert not facts.school_stages.isna().any().any()


def test_value_leads_back_to_its_cell():
    facts = read_county(WORKBOOKS[0]).facts
    row = facts.school_stages.iloc[2]
    assert (row["school"], row["pupils"]) == ("4303000001", 1000)
    assert facts.cell("430300", "school_stages", row["row"], "pupils") == "学校!G4"


def test_total_of_a_nine_year_school_is_split():
    """13689.6 ㎡ over 1111 primary and 900 junior pupils (boundary-13)."""
    facts = read_county(WORKBOOKS[0]).facts
    areas = facts.school_stages.query("school == '4303000000'").set_index("stage")["teaching_area_m2"]
    assert areas["小学"] == pytest.approx(13689.6 * 1111 / (1111 + 1.1 * 900), rel=1e-12)
    assert areas.sum() == pytest.approx(13689.6, rel=1e-12)
