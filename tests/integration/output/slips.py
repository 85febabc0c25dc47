"""Issued codes and facts for the tests of sheets."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime

from survey_app.domain.codes import make_code, print_code
from survey_app.output.issued import SheetFacts

BASE_URL = "https://wj.qingxi-example.gov.cn"
FACTS = SheetFacts(
    campaign="清溪县2026年义务教育优质均衡社会认可度调查",
    county="清溪县（示例）",
    closes=datetime(2026, 12, 5, 16, 0, tzinfo=UTC),
    entry_url=f"{BASE_URL}/s",
)


@dataclass(frozen=True)
class Slip:
    group: str
    school: str
    school_name: str
    code: str
    url: str


def issue(group, school, school_name, count, base_url=BASE_URL, seed=0):
    randomness = random.Random(f"{group} {school} {seed}")
    codes = [make_code(randomness.randrange) for _ in range(count)]
    return [Slip(group, school, school_name, print_code(code), f"{base_url}/s/{code}") for code in codes]
