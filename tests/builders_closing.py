"""What respondents, the worker, the office and an intruder do with an open survey, up to its closing."""

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Executable, func, select

from survey_app.domain.campaigns import Campaign
from survey_app.domain.keys import KeyDirectory
from survey_app.services.campaigns.closing import close_campaign
from survey_app.services.mixing.turnover import Mixer
from survey_app.storage import tables
from survey_app.storage.campaigns.campaigns import find_campaign
from tests.builders_survey import CAMPAIGN, Survey


def hand_in(survey: Survey, group: str, school: str, number: int, **fields: object) -> list[str]:
    """Lets the next codes of a group at a school answer; the codes."""
    waiting = survey.codes[group, school]
    codes = [waiting.pop() for _ in range(number)]
    for code in codes:
        survey.submit(code, nonce=code, **fields)
    return codes


def work(survey: Survey) -> list[str]:
    """A round of a worker that turns over whatever has changed; the campaigns of which all was done."""
    return Mixer(turned_over_every_s=0).round(survey.database, survey.keys)


def close(survey: Survey) -> Campaign:
    """Closes after the grace."""
    survey.clock.move(timedelta(days=2))
    return close_campaign(survey.database, survey.keys, survey.clock, CAMPAIGN)


def campaign_of(survey: Survey) -> Campaign:
    """The campaign as the database has it."""
    with survey.database.read() as connection:
        return find_campaign(connection, CAMPAIGN)


def entries(survey: Survey, *kinds: str) -> list[dict[str, Any]]:
    """The log, or what of it is of some kinds."""
    rows = sorted(survey.stored(tables.entry, "seq", "body"))
    found = [json.loads(body) for _, body in rows]
    return [one for one in found if not kinds or one["kind"] in kinds]


def intrude(survey: Survey, *statements: Executable) -> None:
    """What somebody does who can write to the database and nothing else."""
    with survey.database.write() as connection:
        for statement in statements:
            connection.execute(statement)


def imbalances(survey: Survey) -> list[str]:
    """The groups in which used codes are not envelopes + responses + withheld + lost."""
    code, label, quota = tables.code, tables.label, tables.quota
    with survey.database.read() as connection:

        def count(query: Any) -> int:
            return int(connection.execute(query).scalar_one())

        def sheets(table: Any, group: str) -> int:
            joined = table.join(label, label.c.label == table.c.label)
            return count(select(func.count()).select_from(joined).where(label.c.group == group))

        numbers = connection.execute(
            select(quota.c.group, quota.c.withheld + quota.c.withheld_void, quota.c.lost)
        ).all()
        return [
            group
            for group, withheld, lost in numbers
            if count(select(func.count()).where(code.c.group == group, code.c.used))
            != sheets(tables.envelope, group) + sheets(tables.response, group) + withheld + lost
        ]


class KeyCopy:
    """A copy of the key directory at one moment, that somebody may put back."""

    def __init__(self, keys: KeyDirectory, folder: Path) -> None:
        self._keys, self._folder = keys, folder
        shutil.copytree(keys.path, folder)

    def put_back(self) -> None:
        """In place of what is there."""
        shutil.rmtree(self._keys.path)
        shutil.copytree(self._folder, self._keys.path)

    def files(self, pattern: str) -> list[Path]:
        """Files of the copy."""
        return sorted(self._folder.rglob(pattern))
