"""An open survey straight in the tables, as small as a test needs it, and what respondents and the office do with it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any

from sqlalchemy import func, insert, select, update

from survey_app.domain.clock import Clock, FixedClock
from survey_app.domain.codes import hash_code, make_code
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.units import label_of
from survey_app.services.pending_valid import MarkKeys, pending_by_unit
from survey_app.services.submission import Receipt, start_token, submit
from survey_app.storage import tables
from survey_app.storage.session import Database

CAMPAIGN = "c1"
SATISFACTION = [
    {"value": 1, "label": {"zh": "满意", "en": None}, "recognises": True},
    {"value": 2, "label": {"zh": "基本满意", "en": None}, "recognises": True},
    {"value": 3, "label": {"zh": "不满意", "en": None}, "recognises": False},
    {"value": 9, "label": {"zh": "不了解", "en": None}, "recognises": None},
]


@dataclass(frozen=True)
class Crowd:
    """The codes of one group at one school ("" = a group without schools)."""

    group: str
    school: str
    codes: int
    unit: str | None = None  # the school, unless it shares a unit

    @property
    def label(self) -> str:
        """What their answers are stored under."""
        return label_of(CAMPAIGN, self.group, self.school if self.unit is None else self.unit)


@dataclass
class Survey:
    """An open campaign with its codes in clear, by group and school."""

    database: Database
    keys: KeyDirectory
    clock: Clock
    codes: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    randomness: Random = field(default_factory=lambda: Random(20261123))

    def all_codes(self) -> list[str]:
        """Every code."""
        return [code for codes in self.codes.values() for code in codes]

    def submit(self, code: str, *, nonce: str = "n", started: str | None = None, **fields: object) -> Receipt:
        """Hands in a form that was opened two minutes ago; `fields` over a first question answered with 1."""
        posted = {"q01": "1", **fields}
        lists = {name: [str(value)] if not isinstance(value, list) else value for name, value in posted.items()}
        token = self.form(code) if started is None else started
        return submit(self.database, self.keys, self.clock, code, lists, nonce, token)

    def form(self, code: str, seconds_ago: float = 120) -> str:
        """The start time of a form that was opened a while ago."""
        return token_from(self.keys, self.clock, seconds_ago, code)

    def counts(self) -> dict[str, int]:
        """Rows and counters, for the invariant: used codes = envelopes + responses (+ lost); valid ones, mixed or pending."""
        mark_keys = MarkKeys.read(self.keys)
        with self.database.read() as connection:
            pending = pending_by_unit(connection, mark_keys, [CAMPAIGN]).total()
            count = lambda query: int(connection.execute(query).scalar_one() or 0)  # noqa: E731
            rows = lambda table: count(select(func.count()).select_from(table))  # noqa: E731
            return {
                "used": count(select(func.count()).where(tables.code.c.used)),
                "envelopes": rows(tables.envelope),
                "responses": rows(tables.response),
                "comments": rows(tables.comment),
                "answered": count(select(func.sum(tables.quota.c.answered))),
                "taken": count(select(func.sum(tables.quota.c.taken))),
                "valid": count(select(func.sum(tables.quota.c.valid))) + pending,
                "cells": count(select(func.sum(tables.cell.c.answered))),
                "labels": count(select(func.sum(tables.label.c.valid))) + pending,
            }

    def stored(self, table: Any, *columns: str) -> list[Any]:
        """The rows of a table: of one column its values, of several tuples."""
        with self.database.read() as connection:
            rows = connection.execute(select(*(table.c[column] for column in columns))).all()
        return [row[0] for row in rows] if len(columns) == 1 else [tuple(row) for row in rows]

    def change_campaign(self, **columns: object) -> None:
        """Writes into the campaign's row."""
        with self.database.write() as connection:
            connection.execute(update(tables.campaign).values(columns))

    def change_group(self, group: str, **columns: object) -> None:
        """Writes into a group's row."""
        with self.database.write() as connection:
            connection.execute(update(tables.quota).where(tables.quota.c.group == group).values(columns))


def token_from(keys: KeyDirectory, clock: Clock, seconds_ago: float, code: str) -> str:
    """The start time of the form of a code that was opened `seconds_ago`."""
    return start_token(keys.session_secret(), FixedClock(clock.now() - timedelta(seconds=seconds_ago)), code)


def questionnaire_document(group: str, *, with_comment: bool = True, extra_choices: int = 0) -> dict[str, Any]:
    """A questionnaire of one required question, two that may be skipped, a comment, and more choices x01, x02, … to be skipped."""

    def question(id_: str, type_: str, *, required: bool, options: str | None = "satisfaction") -> dict[str, Any]:
        text = {"zh": f"题{id_}", "en": None}
        items = ["36"] if type_ == "choice" else []
        return {"id": id_, "text": text, "type": type_, "options": options, "required": required, "items": items}

    questions = [
        question("q01", "choice", required=True),
        question("q02", "choice", required=False),
        question("q03", "multi", required=False),
    ]
    questions += [question(f"x{number:02d}", "choice", required=False) for number in range(1, extra_choices + 1)]
    if with_comment:
        questions.append(question("q04", "text", required=False, options=None))
    title = {"zh": f"{group}问卷", "en": None}
    sets = {"satisfaction": SATISFACTION}
    return {"id": group, "version": 1, "group": group, "title": title, "option_sets": sets, "questions": questions}


def open_survey(
    database: Database,
    keys: KeyDirectory,
    clock: Clock,
    crowds: list[Crowd],
    *,
    k: int = 5,
    caps: Mapping[str, int] | None = None,
    min_seconds: float | None = None,
    with_comment: bool = True,
    extra_choices: int = 0,
) -> Survey:
    """Stores an open campaign, opened an hour ago and closing in a day, with the codes of `crowds`."""
    survey = Survey(database, keys, clock)
    key = keys.make_campaign_key(CAMPAIGN)
    with database.write() as connection:
        connection.execute(insert(tables.campaign), _campaign_row(clock.now(), k, min_seconds))
        for group in {crowd.group for crowd in crowds}:
            of_group = [crowd for crowd in crowds if crowd.group == group]
            document = questionnaire_document(group, with_comment=with_comment, extra_choices=extra_choices)
            connection.execute(insert(tables.questionnaire), _questionnaire_row(document))
            connection.execute(insert(tables.quota), _quota_row(group, of_group, (caps or {}).get(group)))
            labels = {label_of(CAMPAIGN, group, ""): ""} | {crowd.label: _unit(crowd) for crowd in of_group}
            rows = [
                {"label": name, "campaign": CAMPAIGN, "group": group, "unit": unit} for name, unit in labels.items()
            ]
            connection.execute(insert(tables.label), rows)
            for name in {crowd.label for crowd in of_group}:
                pool = {"label": name, "batch": 1, "public_key": keys.make_pool_key(name, 1)}
                connection.execute(insert(tables.pool), pool)
        for crowd in crowds:
            made = [make_code() for _ in range(crowd.codes)]
            survey.codes[crowd.group, crowd.school] = made
            connection.execute(insert(tables.cell), _cell_row(crowd))
            rows = [_code_row(crowd, hash_code(key, code)) for code in made]
            connection.execute(insert(tables.code), sorted(rows, key=lambda row: row["h"]))
    return survey


def _unit(crowd: Crowd) -> str:
    return crowd.school if crowd.unit is None else crowd.unit


def _campaign_row(now: datetime, k: int, min_seconds: float | None) -> dict[str, Any]:
    return {
        "id": CAMPAIGN,
        "name": "测试县2026年社会认可度调查",
        "county_code": "430302",
        "county_name": "测试县",
        "population": 300_000,
        "year": 2026,
        "rulebook": "xiangtan-2018",
        "base_url": "http://127.0.0.1:8000",
        "opens": now - timedelta(hours=1),
        "closes": now + timedelta(days=1),
        "grace_minutes": 30,
        "anonymity_k": k,
        "min_seconds": min_seconds,
        "seed": "seed",
        "per_school": 10,
        "expected_return": 0.8,
        "sample_required": 450,
        "created_at": now - timedelta(days=7),
        "state": "open",
        "admission": 1,
        "opened_at": now - timedelta(hours=2),
        "closing_at": None,
        "closed_at": None,
    }


def _questionnaire_row(document: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(document, ensure_ascii=False, sort_keys=True)
    group = document["group"]
    return {
        "campaign": CAMPAIGN,
        "group": group,
        "id": f"{group}/1",
        "sha256": sha256(text.encode()).hexdigest(),
        "text": text,
    }


def _quota_row(group: str, crowds: list[Crowd], cap: int | None) -> dict[str, Any]:
    codes = sum(crowd.codes for crowd in crowds)
    return {"campaign": CAMPAIGN, "group": group, "planned": codes, "cap": cap, "to_issue": codes, "issued": codes}


def _cell_row(crowd: Crowd) -> dict[str, Any]:
    place = {"campaign": CAMPAIGN, "group": crowd.group, "school": crowd.school, "unit": _unit(crowd)}
    return place | {"planned": crowd.codes, "issued": crowd.codes}


def _code_row(crowd: Crowd, h: bytes) -> dict[str, Any]:
    return {"h": h, "campaign": CAMPAIGN, "group": crowd.group, "school": crowd.school, "label": crowd.label}
