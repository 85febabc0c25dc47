"""The form: fields as they were typed and files as they were sent → a checked campaign with its plan, or problems by field.

The fields become the lines of a campaign file, which is read like any other, so that form and file know the same rules. The line of a
problem leads back to its field.
"""

import json
import re
import secrets
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from evaluation.errors import InputProblem, InvalidInput, Message, Phrase
from evaluation.rulebook.loading import list_rulebooks, load_rulebook
from evaluation.survey.groups import GROUPS
from evaluation.survey.wording import GROUP_NAMES, PEOPLE_UNIT
from survey_app.domain.quotas import SamplePlan
from survey_app.services.campaigns.file import CampaignInput, read_campaign_file
from survey_app.services.campaigns.new import wording
from survey_app.services.campaigns.new.uploads import Files, base_name, lay_questionnaires
from survey_app.services.campaigns.planning import make_plan, plan_shortfalls
from survey_app.services.campaigns.school_columns import COLUMNS
from survey_app.services.wording import EXPECTED_LATER

COUNTY_FIELDS: Final = ("county_code", "county_name", "population")
TEXT_FIELDS: Final = ("name", "rulebook", "opens", "closes", "base_url", "seed")
NUMBER_FIELDS: Final = ("year", "min_sample", "per_school", "min_seconds", "grace_minutes", "anonymity_k")
PERCENT_FIELDS: Final = ("expected_return",)
FRAME_FIELDS: Final = tuple(f"frame_{group}" for group in GROUPS)
CAP_FIELDS: Final = tuple(f"cap_{group}" for group in GROUPS)
FIELDS: Final = (*TEXT_FIELDS, *COUNTY_FIELDS, *NUMBER_FIELDS, *PERCENT_FIELDS, *FRAME_FIELDS, *CAP_FIELDS)
FILE_FIELDS: Final = ("schools", "questionnaires")

_FILE: Final = "campaign.yaml"
_KEYS: Final = {"county_code": "code", "county_name": "name", "population": "population"}
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_SEPARATORS: Final = re.compile(r"(?<=[0-9])[,，'’ ](?=[0-9]{3}\b)")
_GENERAL: Final = ""


@dataclass(frozen=True)
class CheckedCampaign:
    """A campaign that can be created: what was given, its plan, and groups of which there are too few people."""

    given: CampaignInput
    plan: SamplePlan
    shortfalls: tuple[InputProblem, ...]


class InvalidForm(Exception):
    """Some fields can't be taken; `problems` by field, those of no field under ""."""

    def __init__(self, problems: Mapping[str, list[InputProblem]]) -> None:
        self.problems = problems
        super().__init__(", ".join(problems))


@cache
def rulebooks() -> tuple[tuple[str, str], ...]:
    """Names and titles to choose from."""
    return tuple((name, f"{name} · {load_rulebook(name).title}") for name in list_rulebooks())


def school_columns() -> list[str]:
    """The columns of a list of schools, for those who begin one."""
    return [column.header for column in COLUMNS]


def new_seed() -> str:
    """A seed for the draw of schools, to be kept in the form: the same seed gives the same plan."""
    return secrets.token_hex(8)


def check_form(fields: Mapping[str, str], schools: Files, questionnaires: Files) -> CheckedCampaign:
    """The campaign that the form describes; `fields` holds a seed. Raises `InvalidForm` with every problem of every field."""
    with tempfile.TemporaryDirectory(prefix="junheng-new-") as name:
        reading = _Reading(Path(name), fields)
        lines = [*_lines(fields), *reading.school_lines(schools), *reading.questionnaire_lines(questionnaires)]
        path = reading.folder / _FILE
        path.write_text("\n".join(line for _, line in lines) + "\n", encoding="utf-8")
        try:
            given = read_campaign_file(path)
        except InvalidInput as invalid:
            reading.add(invalid.problems, [field for field, _ in lines])
            raise InvalidForm(reading.problems) from invalid
    if reading.problems:
        raise InvalidForm(reading.problems)
    plan = make_plan(given, seed=given.file.seed or new_seed())
    return CheckedCampaign(given, plan, tuple(plan_shortfalls(plan)))


class _Reading:
    """The folder that the form's files are laid into, and the problems found on the way."""

    def __init__(self, folder: Path, typed: Mapping[str, str]) -> None:
        self.folder = folder
        self._typed = typed
        self.problems: dict[str, list[InputProblem]] = {}
        self._questionnaires: set[str] = set()

    def school_lines(self, files: Files) -> Iterator[tuple[str, str]]:
        """The line that names the list of schools, or the workbook."""
        for sent, content in list(files.items())[:1]:
            name, suffix = base_name(sent), Path(sent.lower()).suffix
            if suffix not in (".csv", ".xlsx"):
                self._note("schools", InputProblem("", wording.NOT_A_SCHOOL_FILE, {"name": name}))
                continue
            (self.folder / name).write_bytes(content)
            yield "schools", f"{'schools' if suffix == '.csv' else 'workbook'}: {json.dumps(name, ensure_ascii=False)}"

    def questionnaire_lines(self, files: Files) -> Iterator[tuple[str, str]]:
        """The line that names the folder of questionnaires, if own ones were sent."""
        if not files:
            return
        try:
            self._questionnaires = lay_questionnaires(self.folder / "questionnaires", files)
        except InvalidInput as invalid:
            self.problems["questionnaires"] = list(invalid.problems)
        else:
            yield "questionnaires", "questionnaires: questionnaires"

    def add(self, problems: Iterable[InputProblem], fields: list[str]) -> None:
        """Sorts problems of the campaign file and of the files that it names by field; `fields` by line."""
        for problem in problems:
            file, _, rest = problem.where.partition(":")
            if file == _FILE:
                line = int(rest.split(":")[0]) if rest else 1
                field = _field(problem, fields[line - 1] if line <= len(fields) else _GENERAL)
                self._note(field, InputProblem("", *_in_form(problem, field, self._typed.get(field, ""))))
            else:
                self._note("questionnaires" if file in self._questionnaires else "schools", problem)

    def _note(self, field: str, problem: InputProblem) -> None:
        has_told = field == "schools" and field in self.problems and problem.kind == wording.ONE_SOURCE.kind
        if not has_told:
            self.problems.setdefault(field, []).append(problem)


def _lines(fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Field and line of the campaign file, for each field that holds something."""
    yield _GENERAL, "# from the form: whatever the file as a whole lacks is told of this line"
    for names, value in ((TEXT_FIELDS, _text), (NUMBER_FIELDS, _number), (PERCENT_FIELDS, _share)):
        yield from ((field, f"{field}: {value(text)}") for field, text in _filled(fields, names))
    county = list(_filled(fields, COUNTY_FIELDS))
    yield "county_code", "county:" if county else "county: {}"
    for field, text in county:
        yield field, f"  {_KEYS[field]}: {_number(text) if field == 'population' else _text(text)}"
    yield from _group_lines("frames", FRAME_FIELDS, fields)
    yield from _group_lines("caps", CAP_FIELDS, fields)


def _group_lines(key: str, names: Iterable[str], fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    typed = list(_filled(fields, names))
    if typed:
        yield typed[0][0], f"{key}:"
    for field, text in typed:
        yield field, f"  {field.partition('_')[2]}: {_number(text)}"


def _filled(fields: Mapping[str, str], names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The fields among `names` that hold something, and what."""
    return ((field, text) for field in names if (text := fields.get(field, "").strip()))


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _number(text: str) -> str:
    """A number as people type it, plain; anything else as text, so that it is refused for what it is."""
    typed = unicodedata.normalize("NFKC", text).strip().removesuffix(PEOPLE_UNIT).strip()
    plain = _SEPARATORS.sub("", typed)
    return plain if _NUMBER.fullmatch(plain) else _text(text)


def _share(text: str) -> str:
    """A percentage as a share."""
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("%").strip()
    return f"{float(plain) / 100:.10g}" if _NUMBER.fullmatch(plain) else _text(text)


def _field(problem: InputProblem, of_line: str) -> str:
    """The field that a problem of the campaign file is about; what is missing is told of the line it is missing from."""
    if problem.kind == "yaml_missing_key":
        key = str(problem.values["key"])
        return key if of_line == _GENERAL else next(field for field, name in _KEYS.items() if name == key)
    return _FIELDS_BY_KIND.get(problem.kind, of_line)


def _in_form(problem: InputProblem, field: str, typed: str) -> tuple[Message, Mapping[str, object]]:
    """A problem in the words of the form, which has labels instead of keys and shows what was typed."""
    values = dict(problem.values)
    if problem.kind == "yaml_missing_key":
        return wording.MISSING, {}
    if problem.kind == "yaml_wrong_value":
        if values["expected"] == EXPECTED_LATER.en:
            return wording.LATER, {}
        return wording.PERCENT if field in PERCENT_FIELDS else wording.WRONG, values | {"got": typed.strip()}
    if problem.kind == "campaign_questionnaire":
        names = GROUP_NAMES[values["group"]]  # type: ignore[index]
        return wording.NO_QUESTIONNAIRE, {"group": Phrase(Message("group", en=names["en"], zh=names["zh"]))}
    return _IN_FORM.get(problem.kind, problem.message), values


_FIELDS_BY_KIND: Final = {
    "campaign_schools": "schools",
    "campaign_questionnaire": "questionnaires",
    "campaign_county": "county_code",
}
_IN_FORM: Final[Mapping[str, Message]] = {
    "campaign_schools": wording.ONE_SOURCE,
    "campaign_county": wording.OTHER_COUNTY,
}
