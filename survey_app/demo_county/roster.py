"""The schools of the county, from roster.csv: kinds, places, round numbers of pupils, and where a school falls short."""

import csv
import random
from dataclasses import dataclass
from importlib.resources import files

PRIMARY, JUNIOR, SENIOR, SPECIAL = "小学", "初中", "高中", "特教"
TEACHING_POINT, SPECIAL_SCHOOL = "教学点", "特殊教育学校"
CITY, TOWN, VILLAGE = "城区", "镇区", "乡村"
PUBLIC, PRIVATE = "公办", "民办"

_STAGE_COLUMNS = {"primary": PRIMARY, "junior": JUNIOR, "senior": SENIOR, "special": SPECIAL}
# 学校标识码: the first digit tells the kind of school; the serials from 990001 on are nobody's
_CODE_HEADS = {"小学": "2143", "教学点": "2143", "特殊教育学校": "5143", "初级中学": "3143"}
_CODE_HEAD_OF_OTHERS = "3143"
_FIRST_SERIAL = 990_001


@dataclass(frozen=True, slots=True)
class DemoSchool:
    """One school; `pupils` by stage (小学, 初中, 高中, 特教), `shortfall` the name of what it lacks, or empty."""

    code: str
    name: str
    kind: str
    location: str
    owner: str
    pupils: dict[str, int]
    shortfall: str

    @property
    def judged_stages(self) -> list[str]:
        """The stages that have a row in the workbook: all but 高中."""
        return [stage for stage in self.pupils if stage != SENIOR]

    @property
    def shares_resources(self) -> bool:
        """Whether the school reports one total for several stages."""
        return len(self.pupils) > 1


def draw_schools(randomness: random.Random) -> list[DemoSchool]:
    """The schools of the roster, their numbers of pupils moved by up to three in a hundred."""
    return [_school(row, _FIRST_SERIAL + position, randomness) for position, row in enumerate(read_rows("roster.csv"))]


def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of one of the package's data files."""
    text = (files(__package__) / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _school(row: dict[str, str], serial: int, randomness: random.Random) -> DemoSchool:
    code = f"{_CODE_HEADS.get(row['kind'], _CODE_HEAD_OF_OTHERS)}{serial}"
    pupils = {stage: _near(int(row[column]), randomness) for column, stage in _STAGE_COLUMNS.items() if row[column]}
    return DemoSchool(code, row["name"], row["kind"], row["location"], row["owner"], pupils, row["shortfall"])


def _near(number: int, randomness: random.Random) -> int:
    return round(number * randomness.uniform(0.97, 1.03))
