"""The shape of a campaign file: its keys, their values and defaults (contract, section 4)."""

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from evaluation.strict_yaml import StrictModel
from survey_app.domain.clock import LOCAL_ZONE
from survey_app.domain.codes import CODE_LENGTH

# a QR code of version 4 at level M holds 62 bytes
LONGEST_URL = 62
FORM_PATH = "/s/"


def _opening(value: object) -> datetime:
    """A day alone means from its beginning."""
    return _moment(value)


def _closing(value: object) -> datetime:
    """A day alone means to its end."""
    return _moment(value) + timedelta(days=_is_day(value))


def _moment(value: object) -> datetime:
    parsed = value if isinstance(value, date) else _parsed(str(value))
    moment = parsed if isinstance(parsed, datetime) else datetime.combine(parsed, time(0))
    return moment.astimezone(LOCAL_ZONE) if moment.tzinfo else moment.replace(tzinfo=LOCAL_ZONE)


def _is_day(value: object) -> bool:
    return type(value) is date or bool(re.fullmatch(r"\d{4}-\d\d-\d\d", str(value).strip()))


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(re.sub(r"[T\s]+", " ", text.strip()))
    except ValueError:
        raise ValueError("a time such as 2026-11-20 08:00 (Asia/Shanghai)") from None


def _county_code(value: object) -> str:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"[1-9][0-9]{5}", text):
        raise ValueError('a code of 6 digits, such as "430302"')
    return text


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("an address that begins with http:// or https://")
    address = text.rstrip("/")
    if not address.isascii() or len(address) + len(FORM_PATH) + CODE_LENGTH > LONGEST_URL:
        longest = LONGEST_URL - len(FORM_PATH) - CODE_LENGTH
        raise ValueError(
            f"an ASCII address of at most {longest} characters, so that its QR code can be scanned from paper"
        )
    return address


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("a text that is not blank")
    return text.strip()


def _seed(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).strip():
        raise ValueError("a number or a word")
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
    frames: dict[str, Count] = Field(default_factory=dict)
    caps: dict[str, Count] = Field(default_factory=dict)
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
