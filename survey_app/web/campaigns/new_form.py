"""The form of a new campaign: each field knows the key of the campaign file that it stands for, and reads what people type.

What `campaign` gives is checked as a campaign file is; `refuse` puts the problems of keys beside the fields, in the words of the form.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, HiddenField, StringField

from evaluation.errors import InputProblem, KeyProblem, Message, Phrase
from evaluation.strict_model import MISSING_KEY, WRONG_VALUE
from evaluation.survey.groups import GROUPS
from evaluation.survey.wording import GROUP_NAMES, PEOPLE_UNIT
from survey_app.services.campaigns.new.uploads import base_name
from survey_app.services.wording import EXPECTED_LATER, NO_QUESTIONNAIRE, ONE_SOURCE, OTHER_COUNTY
from survey_app.web.campaigns import wording
from survey_app.web.languages import current_language
from survey_app.web.staff_words import words

_NUMBER: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
_SEPARATORS: Final = re.compile(r"(?<=[0-9])[,，'’ ](?=[0-9]{3}\b)")
_FILE_FIELDS: Final[Mapping[str | int, str]] = {
    "schools": "schools",
    "workbook": "schools",
    "questionnaires": "questionnaires",
}


class TextField(StringField):
    """What was typed, for the key at `path`; nothing typed leaves the key out."""

    wrong = wording.WRONG

    def __init__(self, path: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.path: tuple[str, ...] = tuple(path) or (self.name,)

    @property
    def typed(self) -> str:
        """What was typed, without spaces around it."""
        return (self.data or "").strip()

    @property
    def value(self) -> object:
        """What it means, for the campaign."""
        return self.typed


class NameField(TextField):
    """The name of something that comes along: of a path, only its last part."""

    @property
    def value(self) -> object:
        return base_name(self.typed)


class NumberField(TextField):
    """A number as people type it; anything else stays text, so that it is refused for what it is."""

    @property
    def value(self) -> object:
        plain = _SEPARATORS.sub("", _narrow(self.typed).removesuffix(PEOPLE_UNIT).strip())
        if not _NUMBER.fullmatch(plain):
            return self.typed
        return float(plain) if "." in plain else int(plain)


class PercentField(TextField):
    """A percentage, for a share."""

    wrong = wording.PERCENT

    @property
    def value(self) -> object:
        plain = _narrow(self.typed).removesuffix("%").strip()
        return float(f"{float(plain) / 100:.10g}") if _NUMBER.fullmatch(plain) else self.typed


class CampaignForm(FlaskForm):
    """All that a campaign file can say."""

    class Meta(FlaskForm.Meta):
        csrf = False  # the guard has looked at the token of this request (web.guard)

    name = TextField()
    county_name = TextField(["county", "name"])
    county_code = TextField(["county", "code"])
    population = NumberField(["county", "population"])
    year = NumberField()
    rulebook = NameField()
    opens = TextField()
    closes = TextField()
    base_url = TextField()
    schools = MultipleFileField()
    questionnaires = MultipleFileField()
    bundled = BooleanField()
    expected_return = PercentField()
    per_school = NumberField()
    min_sample = NumberField()
    anonymity_k = NumberField()
    grace_minutes = NumberField()
    min_seconds = NumberField()
    seed = TextField()
    kept = HiddenField()
    action = HiddenField()

    def key_fields(self) -> Iterator[TextField]:
        """The fields that stand for a key."""
        return (field for field in self if isinstance(field, TextField))

    def campaign(self) -> dict[str, Any]:
        """What a campaign file would say; it has a county, however empty."""
        found: dict[str, Any] = {"county": {}}
        for field in self.key_fields():
            if field.typed:
                *outer, key = field.path
                part = found
                for step in outer:
                    part = part.setdefault(step, {})
                part[key] = field.value
        return found

    def refuse(self, problems: Iterable[KeyProblem]) -> None:
        """Puts each problem beside its field."""
        fields: dict[tuple[str | int, ...], TextField] = {field.path: field for field in self.key_fields()}
        for one in problems:
            field = fields.get(tuple(one.path)) or self[_FILE_FIELDS[one.path[0]]]
            field.errors = [*field.errors, _sentence(one.problem, field)]


for _group in GROUPS:
    setattr(CampaignForm, f"frame_{_group}", NumberField(["frames", _group]))
    setattr(CampaignForm, f"cap_{_group}", NumberField(["caps", _group]))


def _sentence(problem: InputProblem, field: Any) -> str:
    """The problem in the words of the form, which has labels instead of keys and shows what was typed; in a file, as the file's."""
    if problem.where:
        return problem.text(current_language())
    values = dict(problem.values)
    if problem.kind == WRONG_VALUE.kind:
        if _asks_for(problem, EXPECTED_LATER):
            return words(wording.LATER)
        return words(field.wrong, **values | {"got": field.typed})
    if problem.kind == NO_QUESTIONNAIRE.kind:
        values["group"] = GROUP_NAMES[values["group"]][current_language()]  # type: ignore[index]
    return words(_IN_FORM.get(problem.kind, problem.message), **values)


def _asks_for(problem: InputProblem, expected: Message) -> bool:
    asked = problem.values["expected"]
    return isinstance(asked, Phrase) and asked.message.kind == expected.kind


def _narrow(text: str) -> str:
    """Full-width digits and signs as plain ones."""
    return unicodedata.normalize("NFKC", text).strip()


_IN_FORM: Final[Mapping[str, Message]] = {
    MISSING_KEY.kind: wording.MISSING,
    ONE_SOURCE.kind: wording.ONE_SOURCE,
    NO_QUESTIONNAIRE.kind: wording.NO_QUESTIONNAIRE,
    OTHER_COUNTY.kind: wording.OTHER_COUNTY,
}
