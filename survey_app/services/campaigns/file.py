"""Reads a campaign file and everything it names: every mistake of all these files at once, or a checked `CampaignInput`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import questionnaires as bundled_questionnaires
from evaluation.errors import InputProblem, InvalidInput
from evaluation.rulebook.loading import list_rulebooks, load_rulebook
from evaluation.rulebook.model import Rulebook
from evaluation.strict_yaml import Document, check_shape, read_document
from evaluation.survey.groups import GROUPS, Group
from evaluation.survey.questionnaire import Questionnaires, load_questionnaires
from survey_app.services import wording
from survey_app.services.campaigns.file_shape import CampaignFile
from survey_app.services.campaigns.schools import School, read_school_list, schools_from_stages
from survey_app.services.campaigns.workbook_schools import WorkbookSchools, read_workbook_schools

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
    reading = _Reading(document)
    file = reading.try_to(lambda: check_shape(document, CampaignFile))
    rulebook = reading.read_rulebook()
    questionnaires = reading.read_named("questionnaires", load_questionnaires, default=bundled_questionnaires.FOLDER)
    schools = reading.read_named("schools", lambda list_: schools_from_stages(read_school_list(list_)))
    workbook = reading.read_named("workbook", read_workbook_schools)
    if isinstance(document.root, dict):
        reading.problems += _sources(document)
    if file and workbook:
        reading.problems += _other_county(document, file, workbook)
    if questionnaires:
        reading.problems += _missing_questionnaires(document, questionnaires)
    if reading.problems or not (file and rulebook and questionnaires):
        raise InvalidInput(reading.problems)
    frames = (workbook.frames if workbook else {}) | file.frames
    return CampaignInput(file, rulebook, questionnaires, workbook.schools if workbook else schools or [], frames)


class _Reading:
    """Tries each part of the file and keeps the problems of all."""

    def __init__(self, document: Document) -> None:
        self.problems: list[InputProblem] = []
        self._document = document

    def try_to(self, read: Callable[[], _Part]) -> _Part | None:
        try:
            return read()
        except InvalidInput as invalid:
            self.problems += invalid.problems
            return None

    def read_named(self, key: str, read: Callable[[Path], _Part], default: Path | None = None) -> _Part | None:
        """What `read` makes of the path at `key`; None if there is none, or if it can't be read."""
        root = self._document.root
        named = root.get(key) if isinstance(root, dict) else None
        if named is None and default:
            return self.try_to(lambda: read(default))
        if not isinstance(named, str) or not named.strip():
            return None  # absent, or not a text, which the shape reports
        path = self._document.file.parent / named.strip()
        if key != "rulebook" and not path.exists():
            self.problems.append(self._document.problem([key], wording.FILE_MISSING, key=key, named=named))
            return None
        return self.try_to(lambda: read(path))

    def read_rulebook(self) -> Rulebook | None:
        """The rulebook whose name, or whose file's path, is in the file."""
        return self.read_named("rulebook", self._load_rulebook)

    def _load_rulebook(self, path: Path) -> Rulebook:
        if path.suffix in (".yaml", ".yml") and path.exists():
            return load_rulebook(path)
        if path.name not in list_rulebooks():
            values = {"named": self._document.root["rulebook"], "expected": ", ".join(list_rulebooks())}
            raise InvalidInput([self._document.problem(["rulebook"], wording.UNKNOWN_RULEBOOK, **values)])
        return load_rulebook(path.name)


def _sources(document: Document) -> Iterator[InputProblem]:
    """The schools must come from one place."""
    if ("schools" in document.root) == ("workbook" in document.root):
        yield document.problem(["workbook"], wording.ONE_SOURCE)


def _other_county(document: Document, file: CampaignFile, workbook: WorkbookSchools) -> Iterator[InputProblem]:
    if workbook.county != file.county.code:
        values = {"workbook": workbook.county, "campaign": file.county.code}
        yield document.problem(["county", "code"], wording.OTHER_COUNTY, **values)


def _missing_questionnaires(document: Document, questionnaires: Questionnaires) -> Iterator[InputProblem]:
    for group in [group for group in GROUPS if group not in questionnaires]:
        yield document.problem(["questionnaires"], wording.NO_QUESTIONNAIRE, group=group)
