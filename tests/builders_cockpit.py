"""Campaigns with their counters as a test wants them: straight in the tables, however many answers they stand for."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import insert, update

from evaluation.rulebook.loading import load_rulebook
from evaluation.survey.groups import GROUPS, Group
from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.quotas import SamplePlan
from survey_app.domain.stable_json import hash_text, stable_json
from survey_app.services.cockpit.reading import Cockpit, read_cockpit
from survey_app.storage import tables
from survey_app.storage.campaigns.campaigns import PLAN, RULES
from survey_app.storage.office_tables import counter_reading
from survey_app.storage.session import Database
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey
from tests.unit.evaluation.survey.rules import XIANGTAN

SCHOOLS = {"S1": "第一小学", "S2": "第二小学", "S3": "第三中学"}
CROWDS = [
    *(Crowd("parent", school, 25) for school in SCHOOLS),
    *(Crowd("student", school, 5) for school in SCHOOLS),
    *(Crowd("teacher", school, 5) for school in SCHOOLS),
    *(Crowd("principal", school, 5, unit="") for school in SCHOOLS),
    *(Crowd(group, "", 15) for group in ("npc_deputy", "cppcc_member", "public")),
]
PLANNED: Mapping[Group, int] = {group: 60 if group == "parent" else 10 for group in GROUPS}
HOUR = timedelta(hours=1)


def make_plan(**changes: object) -> SamplePlan:
    """120 answers, 60 of them parents'; caps of 12 in the other groups."""
    values: dict[str, object] = {
        "required": 120,
        "parameters": XIANGTAN,
        "planned": PLANNED,
        "caps": {group: None if group == "parent" else 12 for group in GROUPS},
        "frames": {},
        "codes": {group: 75 if group == "parent" else 15 for group in GROUPS},
        "allocation": {},
        "sizes": {},
        "seed": "seed",
        "per_school": 10,
        "expected_return": 0.8,
        **changes,
    }
    return SamplePlan(**values)  # type: ignore[arg-type]


def open_planned_survey(
    database: Database, keys: KeyDirectory, clock: FixedClock, plan: SamplePlan | None = None
) -> Survey:
    """An open survey of all groups at three schools, opened three days ago and closing in two, with its plan."""
    plan = plan or make_plan()
    caps = {group: cap for group, cap in plan.caps.items() if cap is not None}
    survey = open_survey(database, keys, clock, CROWDS, caps=caps)
    opened = clock.now() - timedelta(days=3)
    survey.change_campaign(opens=opened, opened_at=opened, closes=clock.now() + timedelta(days=2))
    keep_documents(database, plan)
    schools = [{"campaign": CAMPAIGN, "code": code, "name": name, "location": "城区"} for code, name in SCHOOLS.items()]
    with database.write() as connection:
        connection.execute(insert(tables.school), schools)
        for group, planned in plan.planned.items():
            survey_row = update(tables.quota).where(tables.quota.c.group == group)
            connection.execute(survey_row.values(planned=planned))
    return survey


def keep_documents(database: Database, plan: SamplePlan) -> None:
    """Stores a campaign's plan and rules, as creating it would have done."""
    rules = stable_json(load_rulebook("xiangtan-2018").model_dump(mode="json", by_alias=True))
    texts = [
        {"campaign": CAMPAIGN, "name": name, "sha256": hash_text(text), "text": text}
        for name, text in ((PLAN, plan.text), (RULES, rules))
    ]
    with database.write() as connection:
        connection.execute(insert(tables.document), texts)


def count_answers(survey: Survey, valid: Mapping[str, int], school: str = "S1") -> None:
    """Sets the counters as if so many answers had come, all valid and all from one school."""
    with survey.database.write() as connection:
        for group, number in valid.items():
            of_group = update(tables.quota).where(tables.quota.c.group == group)
            connection.execute(of_group.values(answered=number, taken=number))
            cell = update(tables.allocation).where(
                tables.allocation.c.group == group, tables.allocation.c.school.in_((school, ""))
            )
            connection.execute(cell.values(answered=number))


def note_pace(survey: Survey, per_day: Mapping[str, int], *, until: datetime | None = None, days: int = 3) -> None:
    """Readings of every hour since the opening, as if answers had come evenly and had reached what the counters say now."""
    latest = until or survey.clock.now()
    with survey.database.write() as connection:
        wanted = tables.quota.select().with_only_columns(tables.quota.c.group, tables.quota.c.taken)
        valid = dict(connection.execute(wanted).all())
        for back in range(24 * days + 1):
            counts = {group: max(0, valid[group] - per_day.get(group, 0) * back // 24) for group in GROUPS}
            of_hour = {"campaign": CAMPAIGN, "at": latest - back * HOUR}
            rows = [of_hour | {"group": group, "answered": count, "valid": count} for group, count in counts.items()]
            connection.execute(counter_reading.insert(), rows)


def cockpit_of(survey: Survey) -> Cockpit:
    """The cockpit as it stands."""
    return read_cockpit(survey.database, survey.clock, CAMPAIGN)
