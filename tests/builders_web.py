"""An open survey with the questionnaires that come along, and forms filled in as a browser sends them."""

import re
from dataclasses import dataclass, field
from hashlib import sha256
from html.parser import HTMLParser

from sqlalchemy import update

import questionnaires
from evaluation.survey.questionnaire import load_questionnaires
from survey_app.domain.clock import Clock
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.stable_json import stable_json
from survey_app.storage import tables
from survey_app.storage.session import Database
from tests.builders_cockpit import keep_documents, make_plan
from tests.builders_survey import Crowd, Survey, open_survey

INSTRUMENTS = load_questionnaires(questionnaires.FOLDER)
SCHOOL = "430302001"
SCHOOL_NAME = "城关镇第一小学"
CROWDS = [
    Crowd("parent", SCHOOL, 12),
    Crowd("student", SCHOOL, 12),
    Crowd("teacher", SCHOOL, 12),
    Crowd("principal", SCHOOL, 4),
    Crowd("npc_deputy", "", 12),
    Crowd("cppcc_member", "", 12),
    Crowd("public", "", 12),
]


def open_real_survey(
    database: Database,
    keys: KeyDirectory,
    clock: Clock,
    crowds: list[Crowd] = CROWDS,
    *,
    min_seconds: float | None = 0,
) -> Survey:
    """An open campaign of all groups with the real questionnaires and one school that has a name; no sheet is too hasty."""
    survey = open_survey(database, keys, clock, crowds, min_seconds=min_seconds)
    keep_documents(database, make_plan())
    school = {"campaign": "c1", "code": SCHOOL, "name": SCHOOL_NAME, "location": "城区"}
    with database.write() as connection:
        connection.execute(tables.school.insert(), school)
        for instrument in INSTRUMENTS:
            text = stable_json(instrument.document())
            of_group = update(tables.questionnaire).where(tables.questionnaire.c.group == instrument.group)
            connection.execute(of_group.values(text=text, sha256=sha256(text.encode()).hexdigest(), id=instrument.key))
    survey.freeze()
    return survey


@dataclass
class Page(HTMLParser):
    """A page as a program reads it: its fields, links, texts by element id or class."""

    html: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()
        self._textarea: str | None = None
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = dict(attrs)
        if have.get("id"):
            self.ids.add(str(have["id"]))
        for name in ("href", "src", "action"):
            if have.get(name) is not None:
                self.links.append(str(have[name]))
        if tag == "textarea":
            self._textarea = str(have["name"])
            self.fields.append((self._textarea, ""))
        is_sent = have.get("type") not in ("radio", "checkbox") or "checked" in have
        if tag == "input" and have.get("name") and is_sent:
            self.fields.append((str(have["name"]), have.get("value") or ""))

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            name, text = self.fields[-1]
            self.fields[-1] = (name, text + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._textarea is not None:
            name, text = self.fields[-1]
            self.fields[-1] = (name, text.removeprefix("\n"))
            self._textarea = None

    @property
    def values(self) -> dict[str, list[str]]:
        """What the form would send as it stands."""
        grouped: dict[str, list[str]] = {}
        for name, value in self.fields:
            grouped.setdefault(name, []).append(value)
        return grouped

    @property
    def kind(self) -> str:
        """Which page it is."""
        return re.search(r'data-page="([a-z_]*)"', self.html)[1]  # type: ignore[index]

    @property
    def receipt(self) -> str:
        """The text of `<output id="receipt">`."""
        return re.search(r'<output id="receipt">([^<]*)</output>', self.html)[1]  # type: ignore[index]

    @property
    def errors(self) -> list[str]:
        """Texts of the elements of class `error`."""
        return re.findall(r'<\w+[^>]*class="error"[^>]*>([^<]*)<', self.html)


def all_satisfied(group: str) -> dict[str, str]:
    """The first option for every choice of the group's questionnaire."""
    questions = INSTRUMENTS[group].questions  # type: ignore[index]
    return {question.id: "1" for question in questions if question.type == "choice"}
