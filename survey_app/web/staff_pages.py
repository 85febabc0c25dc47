"""What templates of the staff's side are given, beside what every page is told."""

import json
from datetime import datetime
from typing import Final
from urllib.parse import quote

from flask import Flask, request

from evaluation.errors import Message
from evaluation.survey.wording import GROUP_NAMES
from survey_app.domain.campaigns import State
from survey_app.domain.clock import told_moment, written_end
from survey_app.domain.staff import Role
from survey_app.services.assessments.wording import OUTCOMES
from survey_app.web.access import Gate, current_user_or_none, gate_of_request
from survey_app.web.addresses import below
from survey_app.web.languages import current_language
from survey_app.web.navigation import may_open, navigation
from survey_app.web.staff_words import action_name, role_name, words

STATES: Final = {
    State.DRAFT: Message("state", en="Draft", zh="草稿"),
    State.OPEN: Message("state", en="Open", zh="进行中"),
    State.CLOSING: Message("state", en="Closing", zh="正在结束"),
    State.CLOSED: Message("state", en="Closed", zh="已结束"),
}
PLACES: Final = {"user": "/admin/users/", "campaign": "/campaigns/", "assessment": "/assessments/"}
TONES: Final = {State.DRAFT: "plain", State.OPEN: "good", State.CLOSING: "wait", State.CLOSED: "done"}
FIELD_LABELS: Final = {
    "name": Message("field", en="Name", zh="名称"),
    "code": Message("field", en="Code", zh="参与码"),
    "codes": Message("field", en="Codes", zh="参与码（个）"),
    "format": Message("field", en="Format", zh="格式"),
    "differences": Message("field", en="Differences", zh="两遍不同（处）"),
    "group": Message("field", en="Group", zh="类别"),
    "rulebook_sha256": Message("field", en="Hash of the rulebook", zh="规则文件的指纹"),
    "role": Message("field", en="Role", zh="角色"),
    "county": Message("field", en="County", zh="县区代码"),
    "label": Message("field", en="Used for", zh="用途"),
    "reason": Message("field", en="Reason", zh="原因"),
    "text": Message("field", en="Text", zh="文字"),
    "token": Message("field", en="Token", zh="令牌"),
    "comment": Message("field", en="Remark", zh="备注"),
}
"""What the fields of forms are called where a form that came too late is shown for checking; others show their name."""


def equip_staff_templates(app: Flask) -> None:
    """Functions and facts for the staff's templates."""
    app.jinja_env.globals.update(
        navigation=navigation,
        may_open=may_open,
        role_name=role_name,
        action_name=action_name,
        actions=lambda names: sorted(((name, action_name(name)) for name in names), key=lambda pair: pair[1]),
        state_name=lambda state: words(STATES[State(state)]),
        state_tone=lambda state: TONES[State(state)],
        outcome_name=lambda outcome: words(OUTCOMES[outcome]),
        field_label=field_label,
        detail_text=detail_text,
        object_path=object_path,
        short_moment=short_moment,
        short_end=written_end,
    )
    app.context_processor(_staff_facts)


def field_label(name: str) -> str:
    """What a field of a form is called."""
    return words(FIELD_LABELS[name]) if name in FIELD_LABELS else name


def detail_text(name: str, value: object) -> str:
    """A detail of the log in words: a list of two is what was before and what is now."""
    if isinstance(value, list):
        return " → ".join(detail_text(name, part) for part in value)
    if name == "role" and value in set(Role):
        return role_name(Role(str(value)))
    if name == "group" and value in GROUP_NAMES:
        return GROUP_NAMES[value][current_language()]  # type: ignore[index]
    return "—" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def object_path(named: str) -> str | None:
    """The page of a thing that the log names, where there is one that the account's role may open."""
    kind, _, name = named.partition("/")
    path = f"{PLACES[kind]}{quote(name)}" if kind in PLACES else None
    return below(path) if path and may_open(path) else None


def short_moment(moment: datetime | None) -> str:
    """A moment in the county's time as tables show it: `2026-11-23 12:00`; nothing for none."""
    return "{} {}".format(*told_moment(moment)) if moment else ""


def _staff_facts() -> dict[str, object]:
    if gate_of_request() not in (Gate.STAFF, Gate.ENTRANCE):
        return {}
    # no switch of language on a page that answers a form: it would lead away from what was typed, or from a code that was just made
    path = below(request.full_path.rstrip("?")) if request.method == "GET" else None
    return {"user": current_user_or_none(), "page_path": path}
