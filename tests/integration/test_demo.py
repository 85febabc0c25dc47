"""The demonstration: a county whose survey is open, a third of its answers in, and people who may sign in."""

from pathlib import Path

from evaluation.survey.groups import GROUPS
from survey_app.domain.clock import SystemClock
from survey_app.domain.staff import Role
from survey_app.services.accounts.passwords import is_password
from survey_app.services.accounts.users import find_user
from survey_app.services.cockpit.monitoring import show_campaign
from survey_app.services.demo import make_demo
from survey_app.services.installation import open_installation
from survey_app.services.submission.submitting import look_up
from survey_app.settings import Settings
from survey_app.storage.migrating import upgrade_database


def test_demonstration_is_a_survey_in_the_middle_of_its_week(tmp_path: Path) -> None:
    settings = Settings(f"sqlite:///{tmp_path}/demo.sqlite3", tmp_path / "keys")
    upgrade_database(settings.database_url)
    at = open_installation(settings, SystemClock())
    demo = make_demo(at, tmp_path / "county", "http://127.0.0.1:8000")
    shown = show_campaign(at.database, demo.campaign)
    issued = sum(group["issued"] for group in shown["groups"].values())
    assert shown["state"] == "open"
    assert issued / 4 < sum(group["answered"] for group in shown["groups"].values()) < issued / 2
    assert set(demo.codes) == set(GROUPS)
    states = {look_up(at.database, at.keys, at.clock, one.code).state for one in demo.codes.values()}
    assert states == {"usable"}
    assert {one.role for one in demo.accounts} == set(Role)
    for account in demo.accounts:
        known = find_user(at.database, account.name)
        assert known is not None
        assert is_password(account.password, known.password)
    assert demo.workbook.is_file()
    at.database.close()
