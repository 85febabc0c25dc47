"""What can stand in the way of a respondent or the office; each class holds what the page or the command needs to say so."""

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import datetime

from survey_app.domain.clock import written_end


class SurveyError(Exception):
    """Not a bug: the input or the state of things forbids what was asked."""


class MalformedCode(SurveyError):
    """The text can't be a code: length, alphabet or check character are wrong, so it was copied wrongly."""


class UnknownCode(SurveyError):
    """A well-formed code that no campaign has (never issued, or cancelled)."""


class TooManyGuesses(SurveyError):
    """Too many unknown codes came from one address within the window."""


@dataclasses.dataclass(eq=False)
class CodeUsed(SurveyError):
    """The code has been used, by another form than this one; the first answers count."""

    campaign_name: str
    group: str


@dataclasses.dataclass(eq=False)
class GroupFull(SurveyError):
    """The group has reached its cap; the code stays unused."""

    campaign_name: str
    group: str


@dataclasses.dataclass(eq=False)
class CampaignNotOpen(SurveyError):
    """The campaign accepts nothing yet."""

    campaign_name: str
    opens: datetime


@dataclasses.dataclass(eq=False)
class CampaignClosed(SurveyError):
    """The campaign accepts nothing any more."""

    campaign_name: str
    closes: datetime


@dataclasses.dataclass(eq=False)
class GroupStopped(SurveyError):
    """The counts of the group do not agree, and until somebody has looked into it nothing is taken; the code stays unused."""

    campaign_name: str
    group: str


@dataclasses.dataclass(eq=False)
class HastySheet(SurveyError):
    """The sheet came sooner after its form was opened than the questionnaire can be read; nothing is stored and the code stays unused.

    `wait_s`: whole seconds until it can be sent. `started`: a new start time, where the form brought none of ours.
    """

    campaign_name: str
    group: str
    wait_s: int
    started: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class AnswerProblem:
    """What is wrong with one field of the form; `kind` names the sentence, `values` fill it in."""

    field: str
    kind: str
    values: Mapping[str, object] = dataclasses.field(default_factory=dict)


class InvalidAnswers(SurveyError):
    """Some fields of the form can't be taken; at most one problem a field, in the order of the questions."""

    def __init__(self, problems: Iterable[AnswerProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(f"{problem.field}: {problem.kind}" for problem in self.problems))


@dataclasses.dataclass(eq=False)
class UnknownCampaign(SurveyError):
    """No campaign has this id."""

    campaign: str

    def __str__(self) -> str:
        return f"there is no campaign {self.campaign}"


@dataclasses.dataclass(eq=False)
class WrongState(SurveyError):
    """The state of the campaign forbids the action; `needed` are the states that would allow it."""

    campaign: str
    state: str
    action: str
    needed: tuple[str, ...]

    def __str__(self) -> str:
        return f"campaign {self.campaign} is {self.state}; to {self.action}, it must be {' or '.join(self.needed)}"


@dataclasses.dataclass(eq=False)
class PastItsEnd(WrongState):
    """The campaign's closing time came before it was opened: nobody can answer it any more."""

    closes: datetime

    def __str__(self) -> str:
        return (
            f"campaign {self.campaign} is past its closing time ({written_end(self.closes)}) and was never opened, so nobody could answer;"
            f" to {self.action}, create a new campaign with a later end"
        )


@dataclasses.dataclass(eq=False)
class OtherPathOpen(WrongState):
    """A campaign with another path in its address is open: the service is reached below one."""

    path: str
    other: str
    other_path: str

    def __str__(self) -> str:
        return (
            f"campaign {self.campaign} is reached below {self.path or '/'}, and campaign {self.other}, which is {self.state}, below"
            f" {self.other_path or '/'}: the service is reached below one path; to {self.action}, wait until {self.other} is closed,"
            f" or create {self.campaign} anew with the address of {self.other}"
        )


@dataclasses.dataclass(eq=False)
class KeysMissing(SurveyError):
    """The key directory does not hold this campaign's keys: another directory, or one that is not mounted."""

    campaign: str
    directory: str

    def __str__(self) -> str:
        return f"{self.directory} has no key of campaign {self.campaign}; nothing of it can go on until JUNHENG_KEYS names its key directory"


@dataclasses.dataclass(eq=False)
class UnsafeKeyDirectory(SurveyError):
    """A folder of keys that others could read, or put in place of ours."""

    folder: str
    fault: str

    def __str__(self) -> str:
        return f"the key directory is not safe: {self.folder} {self.fault}"


class DatabaseMismatch(SurveyError):
    """The database says something else than the key directory: one of them was changed, or is not of the same time as the other."""


class CommitTimesKept(SurveyError):
    """PostgreSQL keeps the time of every commit, and so to the microsecond when a code was used."""

    def __str__(self) -> str:
        return (
            "the PostgreSQL server keeps the time of every commit, which would tell when each code was used; before a campaign"
            " can be opened: ALTER SYSTEM SET track_commit_timestamp = off, and restart the server"
        )


@dataclasses.dataclass(eq=False)
class UnknownAssessment(SurveyError):
    """No assessment has this id."""

    assessment: str

    def __str__(self) -> str:
        return f"there is no assessment {self.assessment}"


@dataclasses.dataclass(eq=False)
class AssessmentSigned(SurveyError):
    """The assessment is signed: nothing of it can change until it is reopened."""

    assessment: str

    def __str__(self) -> str:
        return f"assessment {self.assessment} is signed; to change it, it must be reopened"
