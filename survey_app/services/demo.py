"""A believable county for a look around: campaign open since some days, a third of its answers in, statistics beside it."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from evaluation.reading.county import read_county
from evaluation.survey.groups import GROUPS, Group
from evaluation.survey.questionnaire import Questionnaires, load_questionnaires
from questionnaires import FOLDER as BUNDLED
from survey_app import demo_county
from survey_app.demo_county.campaign import write_campaign_file
from survey_app.demo_county.survey import disposition, draw_moods
from survey_app.domain.clock import LOCAL_ZONE, Clock, FixedClock
from survey_app.domain.errors import GroupFull
from survey_app.domain.staff import Role, StaffUser
from survey_app.domain.timeline import HOUR, hour_of
from survey_app.services.accounts.passwords import make_initial_password
from survey_app.services.accounts.users import COMMAND_LINE, NewUser, add_user
from survey_app.services.assessments.starting import NewAssessment, start_assessment
from survey_app.services.assessments.uploading import upload_workbook
from survey_app.services.campaigns.lifecycle import create_campaign, open_campaign
from survey_app.services.cockpit.readings import take_readings
from survey_app.services.codes.issuing import IssuedCode, issue_codes
from survey_app.services.installation import Installation
from survey_app.services.mixing.turnover import turn_over_all
from survey_app.services.submission.submitting import start_token, submit

SEED = 2026
RULEBOOK = "xiangtan-2018"
STAFF = (
    ("admin", Role.ADMIN),
    ("monitor", Role.MONITOR),
    ("evaluator-a", Role.EVALUATOR),
    ("evaluator-b", Role.EVALUATOR),
    ("evaluator-c", Role.EVALUATOR),
    ("desk", Role.DESK),
)
DAYS_OPEN, DAYS_LEFT = 3, 4
ANSWERED_SHARE = 0.36
SILENT_SCHOOLS = 2
_BUSYNESS = (0.05,) * 6 + (
    0.15,
    0.4,
    0.45,
    0.4,
    0.35,
    0.4,
    0.55,
    0.4,
    0.3,
    0.3,
    0.35,
    0.5,
    0.8,
    1.0,
    1.0,
    0.8,
    0.4,
    0.1,
)
"""How likely people are to answer in each hour of the day, against the busiest."""


@dataclass(frozen=True)
class Demo:
    """What the demonstration holds: files in a folder, and one code of each group that nobody has used yet."""

    campaign: str
    workbook: Path
    codes: Mapping[Group, IssuedCode]
    accounts: tuple["DemoAccount", ...]


@dataclass(frozen=True)
class DemoAccount:
    """Somebody who may sign in to the demonstration."""

    name: str
    role: Role
    password: str


def make_demo(at: Installation, folder: Path, base_url: str) -> Demo:
    """Fill a new installation with the made-up county; its files go to `folder`."""
    sheets = demo_county.build_county(SEED)
    folder.mkdir(parents=True, exist_ok=True)
    workbook = folder / "workbook.xlsx"
    demo_county.write_workbook(sheets, workbook)
    now = at.clock.now()
    opens, closes = now - timedelta(days=DAYS_OPEN), now + timedelta(days=DAYS_LEFT)
    file = write_campaign_file(sheets, folder, opens, closes, base_url, SEED)
    opened = FixedClock(opens)
    campaign = create_campaign(at.database, at.keys, opened, file)
    issued = issue_codes(at.database, at.keys, opened, campaign)
    open_campaign(at.database, at.keys, opened, campaign)
    used = _fill_in(at, sheets, issued, load_questionnaires(BUNDLED))
    turn_over_all(at.database, at.keys)
    codes = {one.group: one for one in reversed(issued) if one.code not in used}
    accounts = tuple(_add_account(at, name, role) for name, role in STAFF)
    _begin_assessment(at, workbook)
    return Demo(campaign, workbook, codes, accounts)


def _begin_assessment(at: Installation, workbook: Path) -> None:
    """The statistics are uploaded; findings and scores wait to be looked at."""
    county = read_county(workbook).county
    evaluator = StaffUser("evaluator-a", Role.EVALUATOR, None)
    new = NewAssessment(county.code, county.name, str(county.year), RULEBOOK)
    assessment = start_assessment(at.database, at.clock, evaluator, new)
    upload_workbook(at.database, at.clock, evaluator, assessment, workbook.name, workbook.read_bytes())


def _add_account(at: Installation, name: str, role: Role) -> DemoAccount:
    password = make_initial_password()
    add_user(at.database, at.clock, COMMAND_LINE, NewUser(name, role), password)
    return DemoAccount(name, role, password)


def _fill_in(
    at: Installation, sheets: demo_county.Sheets, issued: list[IssuedCode], questionnaires: Questionnaires
) -> set[str]:
    """Submit a third of the answers, spread over the days since opening; the codes that were used."""
    randomness = random.Random(SEED)  # noqa: S311 - a made-up survey needs no secrecy
    moods = draw_moods(sheets, SEED)
    silent = _silent_schools(issued)
    chosen = [one for one in issued if one.school not in silent and randomness.random() < ANSWERED_SHARE]
    randomness.shuffle(chosen)
    used = set()
    opened = at.clock.now() - timedelta(days=DAYS_OPEN)
    hour = hour_of(opened)
    for one, moment in zip(chosen, _moments(at.clock, len(chosen), randomness), strict=True):
        while hour <= moment:  # as the worker would have done
            take_readings(at.database, FixedClock(max(hour, opened)))
            hour += HOUR
        disposed = disposition(one.group, moods.get(one.school, 0.0), randomness)
        if _submit(at, one, questionnaires, disposed, moment, randomness):
            used.add(one.code)
    return used


def _silent_schools(issued: list[IssuedCode]) -> set[str]:
    """Schools where the slips were not handed out: the last of those that have codes for parents."""
    return set(sorted({one.school for one in issued if one.group == "parent"})[-SILENT_SCHOOLS:])


def _submit(
    at: Installation,
    one: IssuedCode,
    questionnaires: Questionnaires,
    disposed: float,
    moment: datetime,
    randomness: random.Random,
) -> bool:
    questionnaire = questionnaires[one.group]
    answers = demo_county.draw_answers(questionnaire, disposed, randomness)
    fields = {name: [str(value) for value in _listed(answer)] for name, answer in answers.items()}
    comment = demo_county.draw_comment(one.group, randomness)
    text = next((question.id for question in questionnaire.questions if question.type == "text"), None)
    if comment and text:
        fields[text] = [comment]
    seconds = randomness.uniform(45, 240)
    started = start_token(at.keys, FixedClock(moment - timedelta(seconds=seconds)), one.code)
    try:
        submit(at.database, at.keys, FixedClock(moment), one.code, fields, randomness.randbytes(16).hex(), started)
    except GroupFull:
        return False
    return True


def _listed(answer: int | list[int]) -> list[int]:
    return answer if isinstance(answer, list) else [answer]


def _moments(clock: Clock, count: int, randomness: random.Random) -> Iterator[datetime]:
    """Times of submission since opening, in order: busiest from 18 to 22 o'clock."""
    opened = clock.now() - timedelta(days=DAYS_OPEN)
    span_s = timedelta(days=DAYS_OPEN).total_seconds() - 600
    found: list[datetime] = []
    while len(found) < count:
        moment = opened + timedelta(seconds=300 + span_s * randomness.random())
        if randomness.random() < _BUSYNESS[moment.astimezone(LOCAL_ZONE).hour]:
            found.append(moment)
    yield from sorted(found)


def groups_in_order(demo: Demo) -> list[IssuedCode]:
    """The unused code of each group, in the order of the groups."""
    return [demo.codes[group] for group in GROUPS if group in demo.codes]
