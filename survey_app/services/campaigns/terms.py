"""The terms a campaign was opened with (docs/anonymity.md, "Keys"): what web processes and the worker go by, from the key directory.

They are the body of the log's first entry: the plan's hash with its seed, least crowds, least seconds, caps, hashes of questionnaires and
rules, and number and root of the places of the codes. Whoever writes to the database can change none of it unseen.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from evaluation.survey.questionnaire import Questionnaire
from survey_app.domain.campaigns import Campaign
from survey_app.domain.errors import DatabaseMismatch, KeysMissing
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.seal import canonical_json
from survey_app.domain.units import campaign_of, group_of, is_text_label, is_unit_of, label_of, split_label
from survey_app.storage.campaigns.campaigns import list_text_hashes
from survey_app.storage.cockpit.monitoring import count_groups
from survey_app.storage.mixing.pools import LabelRow, list_labels
from survey_app.storage.transparency_log import list_void_units

_SECONDS_A_QUESTION = 2


@dataclass(frozen=True, slots=True)
class GroupTerms:
    """What a group of a campaign was opened with."""

    min_seconds: float
    cap: int | None
    least_crowd: int
    questionnaire: str  # SHA-256


@dataclass(frozen=True)
class Terms:
    """What a campaign was opened with."""

    document: Mapping[str, Any]
    groups: Mapping[str, GroupTerms]


def min_seconds_of(given: float | None, questionnaire: Questionnaire) -> float:
    """The least seconds between opening and sending a form: as given or one a required question, at most two a question."""
    required = sum(question.required for question in questionnaire.questions)
    return min(required if given is None else given, _SECONDS_A_QUESTION * len(questionnaire.questions))


def fast_seconds_of(questionnaire: Questionnaire) -> float:
    """Sheets sent sooner are counted as fast."""
    return _SECONDS_A_QUESTION * sum(question.type == "choice" for question in questionnaire.questions)


def terms_of(keys: KeyDirectory, campaign: Campaign) -> Terms:
    """The terms of a campaign that was opened. Raises `KeysMissing`, and `DatabaseMismatch` where the database says something else."""
    body = keys.terms(campaign.id)
    if body is None:
        raise KeysMissing(campaign.id, str(keys.path))
    terms = _read_terms(body)
    said = {name: terms.document[name] for name in _OF_CAMPAIGN}
    if said != campaign_terms(campaign):
        raise DatabaseMismatch(
            f"campaign {campaign.id} is not what it was opened as: {said} became {campaign_terms(campaign)}"
        )
    return terms


def differences(connection: Connection, keys: KeyDirectory, campaign: Campaign) -> list[str]:
    """What of groups and labels is not as the campaign was opened, a line each. Raises as `terms_of` does.

    With the terms it says under which unit, and from how many sheets on, answers come out: neither whoever writes to the database nor
    whoever writes to the key directory can change that alone.
    """
    terms, hashes = terms_of(keys, campaign), list_text_hashes(connection, campaign.id)[0]
    found = [
        f"group {one.group} of campaign {campaign.id} is not what it was opened as"
        for one in count_groups(connection, campaign.id)
        if (of := terms.groups.get(one.group)) is None
        or (one.cap, one.least_crowd, hashes.get(one.group)) != (of.cap, of.least_crowd, of.questionnaire)
    ]
    void = list_void_units(connection, campaign.id)
    for label in list_labels(connection, campaign.id):
        if not _is_in_place(label, campaign.id) or label.is_void != ((label.group, label.unit) in void):
            found.append(
                f"label {label.label} of campaign {campaign.id} is not where it belongs: the database was changed"
            )
    return found


def _is_in_place(label: LabelRow, campaign_id: str) -> bool:
    """Whether group, unit and text pool of a label are those that its name says."""
    whole = label_of(campaign_id, label.group, label.unit)
    is_named = label.label == whole or label.label.startswith(split_label(whole, 1)[:-1])
    return (
        is_named
        and is_unit_of(label.unit, label.base_unit)
        and (label.text_label is None or is_text_pool_of(label.text_label, campaign_id, label.group))
    )


def is_text_pool_of(name: str, campaign_id: str, group: str) -> bool:
    """Whether a pool is one for what this group writes."""
    return is_text_label(name) and (campaign_of(name), group_of(name)) == (campaign_id, group)


_OF_CAMPAIGN = ("base_url", "campaign", "grace_minutes", "k", "min_seconds", "opens", "seed")


def campaign_terms(campaign: Campaign) -> dict[str, Any]:
    """What of a campaign's row belongs to the terms."""
    return {
        "base_url": campaign.base_url,  # printed on the slips of codes that are issued later
        "campaign": campaign.id,
        "grace_minutes": campaign.grace_minutes,
        "k": campaign.anonymity_k,
        "min_seconds": "" if campaign.min_seconds is None else str(campaign.min_seconds),
        "opens": campaign.opens.isoformat(timespec="seconds"),
        "seed": campaign.seed,
    }


def terms_body(document: Mapping[str, Any]) -> bytes:
    """The terms as they are kept and hashed."""
    return canonical_json(document)


@lru_cache(maxsize=64)
def _read_terms(body: bytes) -> Terms:
    try:
        return _parsed_terms(json.loads(body))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatabaseMismatch("the terms of a campaign in the key directory are damaged") from error


def _parsed_terms(document: dict[str, Any]) -> Terms:
    groups = {
        group: GroupTerms(
            document["min_milliseconds"][group] / 1000,
            document["caps"].get(group),
            document["least_crowds"][group],
            document["questionnaires"][group],
        )
        for group in document["questionnaires"]
    }
    return Terms(document, groups)
