"""Reads a campaign file and everything it names: every mistake of all these files at once, or a checked `CampaignInput`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import questionnaires as bundled_questionnaires
from evaluation.errors import InputProblem, InvalidInput, InvalidKeys, KeyPath, KeyProblem, Message
from evaluation.rulebook.loading import list_rulebooks, load_rulebook
from evaluation.rulebook.model import Rulebook
from evaluation.strict_model import model_of
from evaluation.strict_yaml import read_document
from evaluation.survey.groups import GROUPS, Group
from evaluation.survey.questionnaire import Questionnaires, load_questionnaires
from survey_app.services import wording
from survey_app.services.campaigns.file_shape import CampaignFile
from survey_app.services.campaigns.schools import (
    School,
    WorkbookSchools,
    read_school_list,
    read_workbook_schools,
    schools_from_stages,
)

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True)
class CampaignInput:
    """A campaign file with what the files it names hold. `frames`: sizes of groups as the file or the workbook gives them."""

    file: CampaignFile
    rulebook: Rulebook
    questionnaires: Questionnaires
    schools: Sequence[School]
    frames: dict[Group, int]


def read_campaign_file(path: Path) -> CampaignInput:
    """The campaign file at `path`. Raises `InvalidInput` with every mistake of it and of the files it names."""
    document = read_document(path)
    try:
        return read_campaign(document.root, path.parent)
    except InvalidKeys as invalid:
        raise document.placed(invalid.problems) from invalid


def read_campaign(values: Any, folder: Path) -> CampaignInput:
    """The campaign that `values` describe, by the keys of a campaign file; the files they name are looked for from `folder`.

    Raises `InvalidKeys` with every mistake of the values and of the files they name.
    """
    reading = _Reading(values, folder)
    file = reading.try_to((), lambda: model_of(CampaignFile, values))
    rulebook = reading.read_rulebook()
    questionnaires = reading.read_named("questionnaires", load_questionnaires, default=bundled_questionnaires.FOLDER)
    schools = reading.read_named("schools", lambda list_: schools_from_stages(read_school_list(list_)))
    workbook = reading.read_named("workbook", read_workbook_schools)
    if isinstance(values, dict):
        reading.refuse_other_sources()
    if file and workbook:
        reading.refuse_other_county(file, workbook)
    if questionnaires:
        reading.refuse_missing_questionnaires(questionnaires)
    if reading.problems or not (file and rulebook and questionnaires):
        raise InvalidKeys(reading.problems)
    frames = (workbook.frames if workbook else {}) | file.frames
    return CampaignInput(file, rulebook, questionnaires, workbook.schools if workbook else schools or [], frames)


class _Reading:
    """Tries each part of the campaign and keeps the problems of all."""

    def __init__(self, values: Any, folder: Path) -> None:
        self.problems: list[KeyProblem] = []
        self._values = values if isinstance(values, dict) else {}
        self._folder = folder

    def try_to(self, path: KeyPath, read: Callable[[], _Part]) -> _Part | None:
        """What `read` gives; a file that it can't read is the one named at `path`."""
        try:
            return read()
        except InvalidKeys as invalid:
            self.problems += invalid.problems
        except InvalidInput as invalid:
            self.problems += [KeyProblem(path, problem) for problem in invalid.problems]
        return None

    def read_named(self, key: str, read: Callable[[Path], _Part], default: Path | None = None) -> _Part | None:
        """What `read` makes of the path at `key`; None if there is none, or if it can't be read."""
        named = self._values.get(key)
        if named is None and default:
            return self.try_to([key], lambda: read(default))
        if not isinstance(named, str) or not named.strip():
            return None  # absent, or not a text, which the shape reports
        path = self._folder / named.strip()
        if key != "rulebook" and not path.exists():
            self._note([key], wording.FILE_MISSING, key=key, named=named)
            return None
        return self.try_to([key], lambda: read(path))

    def read_rulebook(self) -> Rulebook | None:
        """The rulebook whose name, or whose file's path, is in the file."""
        return self.read_named("rulebook", self._load_rulebook)

    def refuse_other_sources(self) -> None:
        """The schools must come from one place."""
        if ("schools" in self._values) == ("workbook" in self._values):
            self._note(["workbook"], wording.ONE_SOURCE)

    def refuse_other_county(self, file: CampaignFile, workbook: WorkbookSchools) -> None:
        """The workbook must be the county's own."""
        if workbook.county != file.county.code:
            values = {"workbook": workbook.county, "campaign": file.county.code}
            self._note(["county", "code"], wording.OTHER_COUNTY, **values)

    def refuse_missing_questionnaires(self, questionnaires: Questionnaires) -> None:
        """Each group must have one."""
        for group in [group for group in GROUPS if group not in questionnaires]:
            self._note(["questionnaires"], wording.NO_QUESTIONNAIRE, group=group)

    def _load_rulebook(self, path: Path) -> Rulebook:
        if path.suffix in (".yaml", ".yml") and path.exists():
            return load_rulebook(path)
        if path.name not in list_rulebooks():
            values = {"named": self._values["rulebook"], "expected": ", ".join(list_rulebooks())}
            raise InvalidInput([InputProblem("", wording.UNKNOWN_RULEBOOK, values)])
        return load_rulebook(path.name)

    def _note(self, path: KeyPath, message: Message, **values: object) -> None:
        self.problems.append(KeyProblem(path, InputProblem("", message, values)))
