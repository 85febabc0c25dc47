"""The cockpit: where a running campaign stands, where it is heading, what to look into."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, update

from evaluation.survey.groups import GROUPS
from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.outlook import Standing
from survey_app.services.cockpit.alerts import AlertKind, find_alerts
from survey_app.services.cockpit.daily import DailyTexts
from survey_app.services.cockpit.monitoring import show_campaign
from survey_app.services.cockpit.schools import Pace, SchoolFilter, school_lines, silent_schools, valid_by_unit
from survey_app.services.cockpit.sentences import (
    alert_line,
    expectation,
    expected_reasons,
    headline,
    method,
    reasons,
    total_forecast,
)
from survey_app.storage import tables
from survey_app.storage.heartbeats import WORKER, beat
from survey_app.storage.session import Database
from tests.builders_cockpit import HOUR, PLANNED, cockpit_of, count_answers, make_plan, note_pace, open_planned_survey
from tests.builders_survey import CAMPAIGN, Survey


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    return open_planned_survey(database, keys, clock)


def kinds(survey: Survey) -> list[AlertKind]:
    return [alert.kind for alert in find_alerts(cockpit_of(survey))]


def test_a_full_sample_is_said_to_be_valid(survey: Survey) -> None:
    count_answers(survey, PLANNED)
    seen = cockpit_of(survey)
    assert (
        headline(seen, "zh") == "如果现在结束，样本有效：有效答卷 120 份，需要 120 份，家长占比和各类人数都符合要求。"
    )
    assert reasons(seen, "zh") == []


def test_the_bulletin_tells_an_end_at_midnight_as_paper_does(survey: Survey) -> None:
    survey.change_campaign(closes=datetime(2026, 12, 5, 16, 0, tzinfo=UTC))
    assert "2026年12月5日 24:00 截止" in DailyTexts(cockpit_of(survey)).subtitle


def test_every_reason_why_not_is_said_in_plain_words(survey: Survey) -> None:
    count_answers(survey, PLANNED | {"parent": 49, "teacher": 12, "principal": 4})
    seen = cockpit_of(survey)
    assert headline(seen, "zh") == "如果现在结束，样本无效，评估不能采用。"
    assert reasons(seen, "zh") == [
        "有效答卷还差 15 份：现有 105 份，需要 120 份。",
        "家长占有效答卷的 46.6%，不到 50%。",
        "比家长以外各类的平均数（9.3 份）多出 20% 以上：教师 12 份。",
        "比家长以外各类的平均数（9.3 份）少 20% 以上：校长 4 份。",
    ]
    assert reasons(seen, "en")[2] == "More than 20% above the mean of the groups other than parents (9.3): teachers 12."


def test_shares_are_those_of_the_rulebook(survey: Survey) -> None:
    count_answers(survey, PLANNED | {"teacher": 12, "principal": 4})
    seen = cockpit_of(survey)
    parameters = seen.progress.plan.parameters.model_copy(update={"parents_share": 0.6, "balance_tolerance": 0.125})
    plan = replace(seen.progress.plan, parameters=parameters)
    other = replace(seen, progress=replace(seen.progress, plan=plan))
    assert [line.split("，")[-1] for line in reasons(other, "zh")[1:2]] == ["不到 60%。"]
    assert [line.split("）")[1][:10] for line in reasons(other, "zh")[2:]] == ["多出 12.5% 以", "少 12.5% 以上"]


def test_a_share_just_under_a_half_is_not_rounded_to_it(survey: Survey) -> None:
    count_answers(survey, dict.fromkeys(GROUPS, 1668) | {"parent": 9999, "public": 1665})
    assert reasons(cockpit_of(survey), "zh")[0].startswith("家长占有效答卷的 49.9%")


def test_nothing_yet_is_no_reason_to_list(survey: Survey) -> None:
    assert reasons(cockpit_of(survey), "zh") == ["还没有人交答卷。"]


def test_the_pace_of_the_last_days_goes_on_to_the_closing(survey: Survey) -> None:
    count_answers(survey, dict.fromkeys(GROUPS, 6) | {"parent": 36})
    note_pace(survey, dict.fromkeys(GROUPS, 2) | {"parent": 12})
    seen = cockpit_of(survey)
    assert {group: one.forecast.expected for group, one in seen.outlook.groups.items() if one.forecast} == PLANNED
    total = total_forecast(seen)
    assert total is not None
    assert total.expected == 120
    said = expectation(seen, "zh")
    assert said == f"照最近几天的速度，到截止时预计有效答卷约 120 份（{total.low} 至 {total.high} 份），样本有效。"
    assert expected_reasons(seen, "zh") == []
    assert "3 个整日" in (method(seen, "zh") or "")


def test_a_group_that_lags_is_named_before_it_is_too_late(survey: Survey) -> None:
    count_answers(survey, dict.fromkeys(GROUPS, 6) | {"parent": 36, "principal": 1})
    note_pace(survey, dict.fromkeys(GROUPS, 2) | {"parent": 12, "principal": 0})
    seen = cockpit_of(survey)
    assert seen.outlook.groups["principal"].standing == Standing.SHORT
    assert expected_reasons(seen, "zh")[-1] == "预计比家长以外各类的平均数（8.5 份）少 20% 以上：校长 1 份。"
    short = next(alert for alert in find_alerts(seen) if alert.kind == AlertKind.SHORT)
    assert short.is_grave
    assert alert_line(seen, short, "zh").text.startswith("进度落后：校长。")


def test_nobody_is_to_be_reminded_where_all_codes_are_used(survey: Survey) -> None:
    count_answers(survey, dict.fromkeys(GROUPS, 6) | {"parent": 36, "principal": 1})
    note_pace(survey, dict.fromkeys(GROUPS, 2) | {"parent": 12, "principal": 0})
    issued = cockpit_of(survey).progress.groups["principal"].issued
    survey.change_group("principal", answered=issued - 1, void=issued - 2)
    assert AlertKind.USED_UP not in kinds(survey)
    survey.change_group("principal", answered=issued, void=issued - 1)
    seen = cockpit_of(survey)
    assert AlertKind.SHORT not in kinds(survey)
    used_up = next(alert for alert in find_alerts(seen) if alert.kind == AlertKind.USED_UP)
    assert (used_up.is_grave, used_up.groups) == (True, ("principal",))
    assert alert_line(seen, used_up, "zh").text.startswith("答卷不够，而计划内的参与码已全部用完：校长。")


def test_a_group_that_races_ahead_is_red_before_it_overshoots(
    database: Database, keys: KeyDirectory, clock: FixedClock
) -> None:
    plan = make_plan(caps=dict.fromkeys(GROUPS, 12) | {"parent": None, "teacher": 15})
    survey = open_planned_survey(database, keys, clock, plan)
    count_answers(survey, dict.fromkeys(GROUPS, 6) | {"parent": 36, "teacher": 9})
    note_pace(survey, dict.fromkeys(GROUPS, 1) | {"parent": 12, "teacher": 3})
    seen = cockpit_of(survey)
    teachers = seen.outlook.groups["teacher"]
    assert teachers.valid <= (teachers.ceiling or 0)  # not yet
    assert teachers.standing == Standing.OVER
    assert AlertKind.OVER in kinds(survey)


def test_a_forecast_does_not_pass_the_cap_nor_the_codes_that_are_out(survey: Survey) -> None:
    count_answers(survey, dict.fromkeys(GROUPS, 8) | {"parent": 60})
    note_pace(survey, dict.fromkeys(GROUPS, 8) | {"parent": 40})
    seen = cockpit_of(survey)
    groups = {group: one.forecast for group, one in seen.outlook.groups.items() if one.forecast}
    assert groups["teacher"].high == 12
    assert groups["parent"].high == 75  # of 75 codes


def test_without_a_whole_day_nothing_is_forecast(survey: Survey, clock: FixedClock) -> None:
    survey.change_campaign(opens=clock.now() - 5 * HOUR, opened_at=clock.now() - 5 * HOUR)
    note_pace(survey, {"parent": 10}, days=0)
    seen = cockpit_of(survey)
    assert expectation(seen, "zh") == "还不能推算：开放满一天后才有可依据的速度。"
    assert method(seen, "zh") is None


def test_a_closed_campaign_expects_nothing(survey: Survey) -> None:
    count_answers(survey, PLANNED)
    survey.change_campaign(state="closed", admission=3)
    seen = cockpit_of(survey)
    assert expectation(seen, "zh") is None
    assert headline(seen, "zh").startswith("样本有效：")
    assert find_alerts(seen) == []


def test_silent_schools_stand_first_and_are_reported_after_two_days(survey: Survey, clock: FixedClock) -> None:
    count_answers(survey, {"parent": 20, "student": 4}, school="S2")
    note_pace(survey, {"parent": 6})
    lines = school_lines(cockpit_of(survey), SchoolFilter())
    assert [(one.code, one.pace, one.answered, one.issued) for one in lines] == [
        ("S1", Pace.SILENT, 0, 35),
        ("S3", Pace.SILENT, 0, 35),
        ("S2", Pace.ON_COURSE, 24, 35),
    ]
    alert = next(alert for alert in find_alerts(cockpit_of(survey)) if alert.kind == AlertKind.SILENT_SCHOOLS)
    assert "有 2 所学校一份也没有交：第一小学、第三中学" in alert_line(cockpit_of(survey), alert, "zh").text
    survey.change_campaign(opens=clock.now() - timedelta(days=1), opened_at=clock.now() - timedelta(days=1))
    assert silent_schools(cockpit_of(survey)) == []
    assert [one.pace for one in school_lines(cockpit_of(survey), SchoolFilter())][:2] == [Pace.WAITING, Pace.WAITING]


def test_schools_are_filtered_by_group_and_text_and_sorted(survey: Survey) -> None:
    count_answers(survey, {"parent": 20, "teacher": 5}, school="S2")
    seen = cockpit_of(survey)
    teachers = school_lines(seen, SchoolFilter(group="teacher"))
    assert [(one.code, one.answered, one.issued) for one in teachers] == [("S1", 0, 5), ("S3", 0, 5), ("S2", 5, 5)]
    assert teachers[-1].pace == Pace.COMPLETE
    assert [one.code for one in school_lines(seen, SchoolFilter(text="小学", sort="share", is_descending=True))] == [
        "S2",
        "S1",
    ]
    assert [one.code for one in school_lines(seen, SchoolFilter(text="s3"))] == ["S3"]


def test_a_school_far_below_the_others_is_slow(survey: Survey) -> None:
    with survey.database.write() as connection:
        for school, answered in (("S1", 20), ("S2", 18), ("S3", 3)):
            of_school = (tables.allocation.c.group == "parent") & (tables.allocation.c.school == school)
            connection.execute(update(tables.allocation).where(of_school).values(answered=answered))
    assert {one.code: one.pace for one in school_lines(cockpit_of(survey), SchoolFilter(group="parent"))} == {
        "S1": Pace.ON_COURSE,
        "S2": Pace.ON_COURSE,
        "S3": Pace.SLOW,
    }


def test_units_of_too_few_answers_stand_together(survey: Survey) -> None:
    with survey.database.write() as connection:
        for unit, valid in (("S1", 20), ("S2", 9), ("S3", 3)):
            of_unit = (tables.allocation.c.group == "parent") & (tables.allocation.c.unit == unit)
            connection.execute(update(tables.allocation).where(of_unit).values(answered=valid))
    lines = valid_by_unit(cockpit_of(survey))["parent"]
    assert [(one.schools, one.units, one.valid) for one in lines] == [(("S1",), 1, 20), ((), 2, 12)]


def test_a_principal_has_no_unit_to_be_shown(survey: Survey) -> None:
    assert "principal" not in valid_by_unit(cockpit_of(survey))


def test_whether_a_principal_took_part_is_shown_of_no_school(survey: Survey) -> None:
    count_answers(survey, {"principal": 5})
    seen = cockpit_of(survey)
    assert school_lines(seen, SchoolFilter(group="principal")) == []
    assert {one.answered for one in school_lines(seen, SchoolFilter())} == {0}
    shown = show_campaign(survey.database, CAMPAIGN)
    assert {one["answered"] for one in shown["schools"] if one["group"] == "principal"} == {None}
    assert shown["groups"]["principal"]["answered"] == 5


def test_groups_too_small_to_hide_in_are_told_in_time(survey: Survey, clock: FixedClock) -> None:
    count_answers(survey, PLANNED | {"cppcc_member": 4})
    alert = next(alert for alert in find_alerts(cockpit_of(survey)) if alert.kind == AlertKind.TOO_SMALL)
    assert (alert.groups, alert.is_grave) == (("cppcc_member",), False)
    assert "到现在还不足 5 份：政协委员" in alert_line(cockpit_of(survey), alert, "zh").text
    survey.change_campaign(closes=clock.now() + 5 * HOUR)
    assert next(alert for alert in find_alerts(cockpit_of(survey)) if alert.kind == AlertKind.TOO_SMALL).is_grave
    count_answers(survey, PLANNED)
    assert AlertKind.TOO_SMALL not in kinds(survey)


def test_a_group_that_was_stopped_is_told(survey: Survey) -> None:
    survey.change_group("public", stopped=True)
    alert = next(alert for alert in find_alerts(cockpit_of(survey)) if alert.kind == AlertKind.STOPPED)
    assert (alert.groups, alert.is_grave) == (("public",), True)


def test_codes_that_were_not_issued_are_asked_for(survey: Survey) -> None:
    survey.change_group("teacher", issued=5)
    alert = next(alert for alert in find_alerts(cockpit_of(survey)) if alert.kind == AlertKind.CODES_MISSING)
    assert (alert.number, alert.groups, alert.is_grave) == (10, ("teacher",), True)


def test_a_sample_that_can_not_become_valid_is_told(database: Database, keys: KeyDirectory, clock: FixedClock) -> None:
    survey = open_planned_survey(database, keys, clock, make_plan(caps=dict.fromkeys(GROUPS, 10) | {"parent": 20}))
    assert AlertKind.UNREACHABLE in kinds(survey)


def test_the_last_day_of_a_sample_that_is_not_valid_is_told(survey: Survey, clock: FixedClock) -> None:
    survey.change_campaign(closes=clock.now() + 5 * HOUR)
    seen = cockpit_of(survey)
    alert = next(alert for alert in find_alerts(seen) if alert.kind == AlertKind.ENDS_SOON)
    assert alert_line(seen, alert, "zh").text == "还有大约 5 小时就截止，样本还没有达到要求。"
    count_answers(survey, PLANNED)
    assert AlertKind.ENDS_SOON not in kinds(survey)


def test_a_burst_is_told_with_its_hour(survey: Survey) -> None:
    count_answers(survey, {"parent": 40})
    note_pace(survey, {"parent": 24}, until=survey.clock.now() - HOUR)
    count_answers(survey, {"parent": 70})
    seen = cockpit_of(survey)
    alert = next(alert for alert in find_alerts(seen) if alert.kind == AlertKind.BURST)
    assert "11-23 11:00 起的一小时内有 30 份家长答卷，平时约 1 份" in alert_line(seen, alert, "zh").text


def test_a_worker_that_does_not_run_is_told(survey: Survey, clock: FixedClock) -> None:
    assert AlertKind.NO_READINGS in kinds(survey)
    note_pace(survey, {}, until=clock.now() - 3 * HOUR)
    assert AlertKind.NO_READINGS in kinds(survey)


def test_a_worker_that_has_fallen_silent_is_told_while_the_timeline_still_looks_well(
    survey: Survey, clock: FixedClock
) -> None:
    note_pace(survey, {}, until=clock.now())
    with survey.database.write() as connection:
        beat(connection, WORKER, clock.now())
    clock.move(timedelta(seconds=60))
    assert AlertKind.NO_READINGS not in kinds(survey)
    clock.move(timedelta(seconds=1))
    assert AlertKind.NO_READINGS in kinds(survey)


def test_unknown_codes_are_told_when_there_are_many(survey: Survey) -> None:
    seen = cockpit_of(survey)
    assert AlertKind.UNKNOWN_CODES not in [alert.kind for alert in find_alerts(replace(seen, unknown_codes=49))]
    assert AlertKind.UNKNOWN_CODES in [alert.kind for alert in find_alerts(replace(seen, unknown_codes=50))]


def test_the_cockpit_asks_as_many_queries_for_many_answers_as_for_few(survey: Survey) -> None:
    asked: list[str] = []
    event.listen(survey.database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    cockpit_of(survey)
    few, many = list(asked), PLANNED | {"parent": 100_000}
    count_answers(survey, many)
    note_pace(survey, {"parent": 14_000}, days=7)
    asked.clear()
    cockpit_of(survey)
    assert len(asked) == len(few) <= 11
