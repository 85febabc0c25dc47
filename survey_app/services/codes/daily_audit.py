"""What staff did with codes while a campaign was open: told in the log of acts once a day, apart in time and transaction.

An entry of the moment would stand, by its time or its transaction, next to the code it is about, and tell a sheet that was keyed in from
one that came by phone (docs/anonymity.md, "What staff do with codes"). So an act is noted in the key directory, without code and time, and the worker writes after the
day's end, or when the campaign is closed, who did what how often.
"""

import csv
import hashlib
import io
from collections import Counter
from datetime import datetime, timedelta

from survey_app.domain.campaigns import Campaign
from survey_app.domain.clock import LOCAL_ZONE, Clock
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.staff import StaffUser
from survey_app.services.audit import name_of, record_once
from survey_app.storage.campaigns.campaigns import find_campaign
from survey_app.storage.campaigns.counters import add_to_group
from survey_app.storage.session import Database

KEYED_IN = "paper_keyed_in"


def record_code_act(
    keys: KeyDirectory,
    clock: Clock,
    actor: StaffUser | str,
    action: str,
    campaign: Campaign,
    number: int = 1,
    group: str = "",
) -> None:
    """Notes an act on codes of a campaign, to be told later."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([name_of(actor), action, group, number])
    keys.note_act(_day(clock.now()), campaign.id, line.getvalue())


def tell_code_acts(database: Database, keys: KeyDirectory, clock: Clock, campaign_id: str | None = None) -> int:
    """Writes what was noted on days that are over, or all of a campaign that takes nothing more; the number of entries.

    What is told is set aside first, so that an act noted meanwhile is neither lost nor told with it; and entries bear its name, so that
    a crash before it is removed tells nothing twice.
    """
    today, told = _day(clock.now()), 0
    for noted in keys.noted_acts():
        day, campaign = noted.split("/")[:2]
        is_due = campaign == campaign_id or (campaign_id is None and day < today)
        if is_due and (name := keys.set_acts_aside(noted)):
            told += _tell(database, clock, name, keys.read_acts(name))
            keys.forget_acts(name)
    return told


def _tell(database: Database, clock: Clock, name: str, lines: list[str]) -> int:
    day, campaign_id, _ = name.split("/")
    numbers = Counter[tuple[str, str, str]]()
    for staff, action, group, times in csv.reader(lines):
        numbers[staff, action, group] += int(times)
    with database.write() as connection:
        campaign = find_campaign(connection, campaign_id)
        for (staff, action, group), number in sorted(numbers.items()):
            details = {"codes": number, "day": day} | ({"group": group} if group else {})
            key = hashlib.sha256(f"{name}|{staff}|{action}|{group}".encode()).hexdigest()
            is_new = record_once(connection, clock, _end_of(day), key, staff, action, campaign, details)
            if is_new and action == KEYED_IN:
                add_to_group(connection, campaign_id, group, from_paper=number)
    return len(numbers)


def _day(moment: datetime) -> str:
    return moment.astimezone(LOCAL_ZONE).date().isoformat()


def _end_of(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=LOCAL_ZONE) + timedelta(days=1)
