"""Which groups the results page shows by themselves."""

from evaluation.survey.groups import GROUPS
from survey_app.services.published_results import group_lines


def test_a_figure_rests_on_answers_alone_not_on_sheets_that_were_withheld() -> None:
    counts = {"parent": 40, "student": 12, "teacher": 11, "principal": 4}
    withheld = {"teacher": 4, "principal": 4}
    document = {
        "sample": {
            "by_group": {group: counts.get(group, 0) for group in GROUPS},
            "withheld": {group: withheld.get(group, 0) for group in GROUPS},
        },
        "estimates": {"groups": {group: {"recognise": 1, "base": 2} for group in GROUPS}},
    }
    assert [(line.groups, line.people) for line in group_lines(document)] == [
        (("parent",), 40),
        (("student", "teacher"), 19),
    ]
