"""The shape of a campaign file: its keys, their values and defaults (docs/campaigns.md, "The file")."""

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from evaluation.strict_model import StrictModel, refusal
from evaluation.survey.groups import Group
from survey_app.domain.clock import LOCAL_ZONE
from survey_app.domain.codes import CODE_LENGTH
from survey_app.domain.network import is_host
from survey_app.services import wording

# a QR code of version 4 at level M holds 62 bytes
LONGEST_URL = 62
FORM_PATH = "/s/"
# what our own addresses begin with: below a path of such a name none of them could be told from it
OWN_PLACES = {"s", "r", "static", "healthz", "metrics", "api", "sign-in", "sign-out", "language", "account"}
OWN_PLACES |= {"search", "city", "desk", "campaigns", "assessments", "admin", "jobs"}
_PATH = re.compile(r"(/[A-Za-z0-9_-][A-Za-z0-9._~-]*)+")
_MIDNIGHT = re.compile(r"(?<=[T\s])24:00(?::00(?:\.0+)?)?(?=$|[Z+\-\s])")


def _opening(value: object) -> datetime:
    """A day alone means from its beginning."""
    return _moment(value)


def _closing(value: object) -> datetime:
    """A day alone means to its end, and so does its 24:00, as paper and pages tell it."""
    text = _MIDNIGHT.sub("00:00", str(value).strip())
    is_midnight = text != str(value).strip()
    return _moment(text if is_midnight else value) + timedelta(days=is_midnight or _is_day(value))


def read_closing(text: str) -> datetime | None:
    """The end that somebody typed, as in a campaign file; None where it is no time."""
    try:
        return _closing(text)
    except ValueError:
        return None


def _moment(value: object) -> datetime:
    parsed = value if isinstance(value, date) else _parsed(str(value))
    moment = parsed if isinstance(parsed, datetime) else datetime.combine(parsed, time(0))
    return moment.astimezone(LOCAL_ZONE) if moment.tzinfo else moment.replace(tzinfo=LOCAL_ZONE)


def _is_day(value: object) -> bool:
    if type(value) is date:
        return True
    try:
        return bool(date.fromisoformat(str(value).strip()))
    except ValueError:
        return False


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(re.sub(r"[T\s]+", " ", text.strip()))
    except ValueError:
        raise refusal(wording.EXPECTED_TIME) from None


def _county_code(value: object) -> str:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"[1-9][0-9]{5}", text):
        raise refusal(wording.EXPECTED_COUNTY_CODE)
    return text


def _base_url(text: str) -> str:
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise refusal(wording.EXPECTED_ADDRESS)
    address = f"{parts.scheme}://{parts.netloc}{'' if parts.path == '/' else parts.path}"
    if not address.isascii() or len(address) + len(FORM_PATH) + CODE_LENGTH > LONGEST_URL:
        raise refusal(wording.EXPECTED_SHORT_ADDRESS)
    if not is_host(parts.netloc):
        raise refusal(wording.EXPECTED_ADDRESS)
    if parts.path not in ("", "/") and not _is_plain_path(parts.path):
        raise refusal(wording.EXPECTED_PLAIN_PATH)
    return address


def _is_plain_path(path: str) -> bool:
    """Whether links below the path read everywhere as they were printed, and none of our own pages is at it."""
    return _PATH.fullmatch(path) is not None and path.split("/")[1].lower() not in OWN_PLACES


def _text(text: str) -> str:
    if not text.strip():
        raise refusal(wording.EXPECTED_TEXT)
    return text.strip()


def _seed(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).strip():
        raise refusal(wording.EXPECTED_SEED)
    return str(value)


Text = Annotated[str, AfterValidator(_text)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]


class CountyPart(StrictModel):
    """The county: its code, its name and its residents."""

    code: Annotated[str, BeforeValidator(_county_code)]
    name: Text
    population: Annotated[int, Field(gt=0, le=100_000_000)]


class CampaignFile(StrictModel):
    """The campaign file's shape; times without a zone are those of Asia/Shanghai."""

    name: Text
    county: CountyPart
    year: Annotated[int, Field(ge=2000, le=2100)]
    rulebook: Text
    opens: Annotated[datetime, BeforeValidator(_opening)]
    closes: Annotated[datetime, BeforeValidator(_closing)]
    base_url: Annotated[str, AfterValidator(_base_url)]
    frames: dict[Group, Count] = Field(default_factory=dict)
    caps: dict[Group, Count] = Field(default_factory=dict)
    min_sample: Count = 0
    expected_return: Annotated[float, Field(gt=0, le=1)] = 0.8
    per_school: Annotated[int, Field(ge=1, le=10_000)] = 10
    seed: Annotated[str, BeforeValidator(_seed)] | None = None
    min_seconds: Annotated[float, Field(ge=0, le=3_600)] | None = None
    grace_minutes: Annotated[int, Field(ge=0, le=1_440)] = 30
    anonymity_k: Annotated[int, Field(ge=2, le=1_000)] = 5
    questionnaires: Text | None = None
    schools: Text | None = None
    workbook: Text | None = None

    @field_validator("closes")
    @classmethod
    def _is_later(cls, closes: datetime, info: ValidationInfo) -> datetime:
        opens = info.data.get("opens")
        if opens and closes <= opens:
            raise refusal(wording.EXPECTED_LATER)
        return closes
