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
from survey_app.domain.codes import hash_code, make_code, place_tag
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.units import label_of, text_label
from survey_app.services.campaigns.lifecycle import freeze_terms
from survey_app.services.submission.submitting import Receipt, start_token, submit
from survey_app.storage import tables
from survey_app.storage.mixing.pools import Pool, insert_pool
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
        """Rows and counters, for the invariant: used codes = envelopes + responses + withheld + lost. Envelopes of texts apart."""
        is_text = tables.envelope.c.label.contains("!text")
        with self.database.read() as connection:
            count = lambda query: int(connection.execute(query).scalar_one() or 0)  # noqa: E731
            rows = lambda table: count(select(func.count()).select_from(table))  # noqa: E731
            total = lambda column: count(select(func.sum(column)))  # noqa: E731
            quota = tables.quota.c
            return {
                "used": count(select(func.count()).where(tables.code.c.used)),
                "envelopes": count(select(func.count()).select_from(tables.envelope).where(~is_text)),
                "texts": count(select(func.count()).select_from(tables.envelope).where(is_text)),
                "responses": rows(tables.response),
                "comments": rows(tables.comment),
                "answered": total(quota.answered),
                "taken": total(quota.taken),
                "withheld": total(quota.withheld) + total(quota.withheld_void),
                "lost": total(quota.lost),
                "void": total(quota.void),
                "cells": total(tables.allocation.c.answered),
                "fast": total(tables.pace.c.fast),
            }

    def stored(self, table: Any, *columns: str) -> list[Any]:
        """The rows of a table: of one column its values, of several tuples."""
        with self.database.read() as connection:
            rows = connection.execute(select(*(table.c[column] for column in columns))).all()
        return [row[0] for row in rows] if len(columns) == 1 else [tuple(row) for row in rows]

    def freeze(self) -> None:
        """Writes the terms of what the tables say now into the key directory, as opening does."""
        with self.database.write() as connection:
            freeze_terms(connection, self.keys, CAMPAIGN)

    def change_campaign(self, **columns: object) -> None:
        """Writes into the campaign's row."""
        with self.database.write() as connection:
            connection.execute(update(tables.campaign).values(columns))
        self.freeze()

    def change_group(self, group: str, **columns: object) -> None:
        """Writes into a group's row."""
        with self.database.write() as connection:
            connection.execute(update(tables.quota).where(tables.quota.c.group == group).values(columns))
        self.freeze()


def token_from(keys: KeyDirectory, clock: Clock, seconds_ago: float, code: str) -> str:
    """The start time of the form of a code that was opened `seconds_ago`."""
    return start_token(keys, FixedClock(clock.now() - timedelta(seconds=seconds_ago)), code)


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
    pools = [crowd.label for crowd in crowds]
    pools += [text_label(CAMPAIGN, crowd.group) for crowd in crowds] if with_comment else []
    made = [Pool.of_key(name, 1, keys.make_pool_key(name, 1)) for name in sorted(set(pools))]
    with database.write() as connection:
        connection.execute(insert(tables.campaign), _campaign_row(clock.now(), k, min_seconds))
        for group in sorted({crowd.group for crowd in crowds}):
            of_group = [crowd for crowd in crowds if crowd.group == group]
            document = questionnaire_document(group, with_comment=with_comment, extra_choices=extra_choices)
            connection.execute(insert(tables.questionnaire), _questionnaire_row(document))
            connection.execute(insert(tables.quota), _quota_row(group, of_group, (caps or {}).get(group), k))
            labels = {label_of(CAMPAIGN, group, ""): ""} | {crowd.label: _unit(crowd) for crowd in of_group}
            text = text_label(CAMPAIGN, group) if with_comment else None
            rows = [
                {
                    "label": name,
                    "campaign": CAMPAIGN,
                    "group": group,
                    "unit": unit,
                    "base_unit": unit,
                    "text_label": text,
                }
                for name, unit in labels.items()
            ]
            connection.execute(insert(tables.label), rows)
            connection.execute(insert(tables.pace), [{"label": name} for name in {crowd.label for crowd in of_group}])
        for pool in made:
            insert_pool(connection, pool)
        for crowd in crowds:
            codes = [make_code() for _ in range(crowd.codes)]
            survey.codes[crowd.group, crowd.school] = codes
            connection.execute(insert(tables.allocation), _cell_row(crowd))
            rows = [_code_row(crowd, key, code) for code in codes]
            connection.execute(insert(tables.code), sorted(rows, key=lambda row: row["code_hash"]))
    survey.freeze()
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


def _quota_row(group: str, crowds: list[Crowd], cap: int | None, k: int) -> dict[str, Any]:
    codes = sum(crowd.codes for crowd in crowds)
    numbers = {"planned": codes, "to_issue": codes, "issued": codes, "least_crowd": k}
    return {"campaign": CAMPAIGN, "group": group, "cap": cap, **numbers}


def _cell_row(crowd: Crowd) -> dict[str, Any]:
    place = {"campaign": CAMPAIGN, "group": crowd.group, "school": crowd.school, "unit": _unit(crowd)}
    return place | {"planned": crowd.codes, "issued": crowd.codes}


def _code_row(crowd: Crowd, key: bytes, code: str) -> dict[str, Any]:
    h = hash_code(key, code)
    tag = place_tag(key, h, crowd.group, crowd.school, crowd.label)
    place = {"group": crowd.group, "school": crowd.school, "label": crowd.label}
    return {"code_hash": h, "tag": tag, "campaign": CAMPAIGN, **place}
