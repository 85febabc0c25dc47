"""The keys of a campaign file as a form brings them, and files as they were sent → a checked campaign with its plan."""

import secrets
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from evaluation.errors import InputProblem, InvalidInput, InvalidKeys, KeyProblem
from evaluation.rulebook.loading import list_rulebooks, load_rulebook
from survey_app.domain.quotas import SamplePlan
from survey_app.services.campaigns.file import CampaignInput, read_campaign
from survey_app.services.campaigns.new import wording
from survey_app.services.campaigns.new.uploads import Files, base_name, lay_questionnaires
from survey_app.services.campaigns.planning import make_plan, plan_shortfalls
from survey_app.services.campaigns.school_columns import COLUMNS
from survey_app.services.wording import ONE_SOURCE


@dataclass(frozen=True)
class CheckedCampaign:
    """A campaign that can be created: what was given, its plan, and groups of which there are too few people."""

    given: CampaignInput
    plan: SamplePlan
    shortfalls: tuple[InputProblem, ...]


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


def check_campaign(values: Mapping[str, Any], schools: Files, questionnaires: Files) -> CheckedCampaign:
    """The campaign of these values and files; `values` names no file. Raises `InvalidKeys` with every problem of all of them."""
    with tempfile.TemporaryDirectory(prefix="junheng-new-") as name:
        given = _read(Path(name), values, schools, questionnaires)
    plan = make_plan(given, seed=given.file.seed or new_seed())
    return CheckedCampaign(given, plan, tuple(plan_shortfalls(plan)))


def _read(folder: Path, values: Mapping[str, Any], schools: Files, questionnaires: Files) -> CampaignInput:
    """Lays the files into `folder`, where the values then name them."""
    named, refused = _lay_schools(folder, schools)
    try:
        if questionnaires:
            lay_questionnaires(folder / "questionnaires", questionnaires)
            named["questionnaires"] = "questionnaires"
    except InvalidInput as invalid:
        refused += [KeyProblem(["questionnaires"], problem) for problem in invalid.problems]
    try:
        given = read_campaign({**values, **named}, folder)
    except InvalidKeys as invalid:
        raise InvalidKeys([*refused, *_not_told(invalid, refused)]) from invalid
    if refused:
        raise InvalidKeys(refused)
    return given


def _lay_schools(folder: Path, files: Files) -> tuple[dict[str, str], list[KeyProblem]]:
    """The key and the name of the list of schools, or of the workbook; and what is wrong with a file that is neither."""
    for sent, content in list(files.items())[:1]:
        name, suffix = base_name(sent), Path(sent.lower()).suffix
        if suffix not in (".csv", ".xlsx"):
            return {}, [KeyProblem(["schools"], InputProblem("", wording.NOT_A_SCHOOL_FILE, {"name": name}))]
        (folder / name).write_bytes(content)
        return {"schools" if suffix == ".csv" else "workbook": name}, []
    return {}, []


def _not_told(invalid: InvalidKeys, refused: list[KeyProblem]) -> Iterator[KeyProblem]:
    """What was found, but not that the schools are missing if their file was refused."""
    has_refused_schools = any(one.path[0] == "schools" for one in refused)
    return (one for one in invalid.problems if not (has_refused_schools and one.problem.kind == ONE_SOURCE.kind))
