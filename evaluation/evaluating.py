"""What the commands on files do: read everything, collect every problem, judge, and only then write."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.errors import InputProblem, InvalidInput, Message
from evaluation.reading.asked import NOTHING_ASKED, Asked
from evaluation.reading.county import MoreChecks, Reading, check_county, no_more_checks, read_county
from evaluation.rulebook.asked import asked_by
from evaluation.rulebook.loading import load_rulebook
from evaluation.rulebook.model import Rulebook
from evaluation.rulebook_input import ignored_rows, rows_without_use, unjudgeable_rows
from evaluation.survey.groups import UNIT_NAME
from evaluation.workbook_rows import rows_of_workbook

if TYPE_CHECKING:
    from evaluation.assessment import Assessment
    from evaluation.facts import County, Facts
    from evaluation.judging import Case
    from evaluation.survey.groups import Group
    from evaluation.survey.labels import Labels
    from evaluation.survey.questionnaire import Questionnaires
    from evaluation.survey.recognition import Recognition
    from evaluation.survey.responses import Responses

OTHER_POPULATION = Message(
    "survey_of_another_population",
    en="the survey was planned for {survey} residents, the workbook has {workbook}; the sample is judged as it was planned",
    zh="调查按常住人口{survey}人设计样本，工作簿是{workbook}人；样本按调查开始时的方案判定",
)
OTHER_YEAR = Message(
    "survey_of_another_year",
    en="the survey is of {survey}, the workbook of {workbook}; expected both of one year",
    zh="调查是{survey}年的，工作簿是{workbook}年的；两者应属同一年",
)
UNKNOWN_SCHOOLS = Message(
    "responses_of_unknown_schools",
    en="{responses} responses name {number} schools that the workbook does not have: {schools}",
    zh="有{responses}份答卷的学校代码不在工作簿里，共{number}个：{schools}",
)
UNKNOWN_ITEM = Message(
    "question_of_unknown_item",
    en="question {question} of {questionnaire} counts toward item {item}, which {rulebook} does not have; its answers are left out there",
    zh="问卷{questionnaire}的{question}题计入项目{item}，而{rulebook}没有这个项目；它的回答不会计入",
)
OTHER_COUNTY = Message(
    "survey_of_another_county",
    en="the workbook is of county {county}, the survey of {survey}; expected both of one county",
    zh="工作簿的行政区划代码是{county}，调查的是{survey}；两者应属同一县",
)

_NAMED = 5


@dataclass(frozen=True)
class SurveyFiles:
    """A responses file, the folder of the questionnaires it answers, and what an export of the service has beside it."""

    responses: Path
    questionnaires: Path
    counts: Path | None = None
    units: Path | None = None


@dataclass(frozen=True)
class SurveyAnswers:
    """A county's survey, read from files or handed over by the service.

    `sha256` is of the file (or of the stored answers), `seal_root` the root of the campaign's ledger. `county` is its code, where the survey
    knows it. `frames`, `plan` and `required` are those the survey was opened with; without them the workbook's frames hold, and the rest is
    computed. `population` and `year` are the survey's own, to be laid beside the workbook's. `labels` mark a survey of the service: withheld
    sheets then count for the sample, and units are the PSUs.
    """

    responses: "Responses"
    questionnaires: "Questionnaires"
    sha256: str
    seal_root: str | None = None
    county: str = ""
    frames: "Mapping[Group, int] | None" = None
    plan: "Mapping[Group, int] | None" = None
    required: int | None = None
    population: int | None = None
    year: int | None = None
    labels: "Labels | None" = None


class _Inputs:
    """Reads several inputs and keeps what is wrong with each, so that all of it is told at once."""

    def __init__(self) -> None:
        self._problems: list[InputProblem] = []
        self._warnings: list[InputProblem] = []

    def read(self, read: Any, *arguments: Any) -> Any:
        """The result of `read`, or None with its problems kept."""
        try:
            return read(*arguments)
        except InvalidInput as error:
            self._problems += error.problems
            self._warnings += error.warnings
            return None

    def require_sound(self) -> None:
        """Raise `InvalidInput` with everything that was kept."""
        if self._problems:
            raise InvalidInput(self._problems, self._warnings)


def check_workbook(path: Path, rulebook_name: str) -> list[InputProblem]:
    """The warnings of a workbook that can be read (and judged by a rulebook). Raises `InvalidInput` with all problems.

    No table is made and nothing is judged, so that neither pandas nor numpy is loaded.
    """
    inputs = _Inputs()
    rulebook = inputs.read(load_rulebook, rulebook_name)
    checked = inputs.read(check_county, path, asked_of(rulebook), checks_of(rulebook))
    inputs.require_sound()
    return [*checked.warnings, *rows_without_use(rows_of_workbook(checked.tables), rulebook)]


def asked_of(rulebook: Rulebook | None) -> Asked:
    """What this rulebook asks of a workbook, for `read_county` and `check_county`."""
    return NOTHING_ASKED if rulebook is None else asked_by(rulebook)


def checks_of(rulebook: Rulebook | None) -> MoreChecks:
    """What must hold in a workbook's rows by this rulebook, for `read_county` and `check_county`."""
    if rulebook is None:
        return no_more_checks
    return lambda tables: unjudgeable_rows(rows_of_workbook(tables), rulebook)


def evaluate_workbook(
    workbook: Path, rulebook_name: str, survey: SurveyFiles | SurveyAnswers | None = None
) -> "Assessment":
    """Judge one county's workbook, with its survey if there is one.

    Raises `InvalidInput` with the problems of workbook, rulebook, questionnaires and responses together.
    """
    from evaluation.judging import judge

    inputs = _Inputs()
    answers = inputs.read(read_survey, survey) if isinstance(survey, SurveyFiles) else survey
    rulebook = inputs.read(load_rulebook, rulebook_name)
    reading = inputs.read(read_county, workbook, asked_of(rulebook), checks_of(rulebook))
    inputs.require_sound()
    (assessment,) = judge([case_of(reading, rulebook, answers)], rulebook)
    return assessment


def case_of(reading: Reading, rulebook: Rulebook, survey: SurveyAnswers | None) -> "Case":
    """What one county is judged from: its facts, what its survey says, and everything odd in either.

    The command, the browser and whoever judges many counties take this way from what was read to what is judged. Raises `InvalidInput`
    where the survey is another county's, or asks nothing that the rulebook's rate is counted from.
    """
    from evaluation.judging import Case

    county, facts = reading.county, reading.facts
    warnings = (*reading.warnings, *ignored_rows(facts, rulebook))
    if survey is None:
        return Case(county.code, facts, warnings=warnings)
    if survey.county not in ("", county.code):
        raise InvalidInput([InputProblem("", OTHER_COUNTY, {"county": county.code, "survey": survey.county})])
    return Case(
        county.code,
        facts,
        _recognition(reading, rulebook, survey),
        (*warnings, *_other_plan(county, survey), *_unknown_schools(facts, survey), *_unknown_items(rulebook, survey)),
        {"responses_sha256": survey.sha256, "seal_root": survey.seal_root},
    )


def _recognition(reading: Reading, rulebook: Rulebook, survey: SurveyAnswers) -> "Recognition":
    """What the survey says of the county that was read."""
    from evaluation.survey.recognition import estimate_recognition

    sizes = reading.facts.frames
    frames = dict(zip(sizes["group"], sizes["size"].astype(int).tolist(), strict=True))
    return estimate_recognition(
        survey.responses,
        survey.questionnaires,
        rulebook.survey.parameters,
        population=reading.county.population,
        frames=frames if survey.frames is None else survey.frames,
        plan=survey.plan,
        required=survey.required,
        labels=survey.labels,
    )


def _other_plan(county: "County", survey: SurveyAnswers) -> Iterator[InputProblem]:
    """Where the survey was planned for another number of residents, or another year, than the workbook's."""
    for message, planned, stated in (
        (OTHER_POPULATION, survey.population, county.population),
        (OTHER_YEAR, survey.year, county.year),
    ):
        if planned is not None and planned != stated:
            yield InputProblem("", message, {"survey": planned, "workbook": stated})


def _unknown_schools(facts: "Facts", survey: SurveyAnswers) -> Iterator[InputProblem]:
    """Responses of schools that the workbook does not have; units of several schools (U001) are no schools."""
    counted = {str(name): int(n) for name, n in survey.responses.responses["school"].value_counts().items()}
    known = {"", *facts.school_stages["school"]}
    unknown = {name: n for name, n in counted.items() if name not in known and not UNIT_NAME.fullmatch(name)}
    if unknown:
        schools = ", ".join(sorted(unknown)[:_NAMED])
        values = {"number": len(unknown), "responses": sum(unknown.values()), "schools": schools}
        yield InputProblem("", UNKNOWN_SCHOOLS, values)


def _unknown_items(rulebook: Rulebook, survey: SurveyAnswers) -> Iterator[InputProblem]:
    """Questions whose answers count toward an item that the rulebook does not have: they count toward nothing."""
    known = {one.id for one in rulebook.indicators} | {one.id for one in rulebook.clauses()}
    for one in survey.questionnaires:
        for question in one.questions:
            for item in question.items:
                if item not in known:
                    values = {"questionnaire": one.key, "question": question.id, "item": item, "rulebook": rulebook.id}
                    yield InputProblem("", UNKNOWN_ITEM, values)


def read_survey(files: SurveyFiles) -> SurveyAnswers:
    """Read questionnaires and responses. Raises `InvalidInput` with every mistake in them."""
    import hashlib

    from evaluation.survey.from_files import read_answers

    read = read_answers(files.responses, files.questionnaires, counts_file=files.counts, units_file=files.units)
    sha256 = hashlib.sha256(files.responses.read_bytes()).hexdigest()
    return SurveyAnswers(read.responses, read.questionnaires, sha256, labels=read.labels)


def write_workbook_template(path: Path, rulebook: Rulebook) -> None:
    """Write the empty workbook that a county fills in for this rulebook."""
    from evaluation.reading.template import write_template

    write_template(path, asked_by(rulebook))
