"""The columns of a campaign's list of schools (docs/campaigns.md, "The file")."""

from typing import Final

from evaluation.reading.columns import Column
from evaluation.reading.vocabulary import LOCATIONS, STAGES

_MOST_PUPILS: Final = 50_000
_MOST_TEACHERS: Final = 10_000

NAME: Final = Column("学校名称", "name", "text")
STAGE: Final = Column("学段", "stage", "choice", choices=STAGES)
COLUMNS: Final = (
    Column("学校代码", "code", "code", aliases=("学校标识码",)),
    NAME,
    STAGE,
    Column("城乡", "location", "choice", choices=LOCATIONS, aliases=("城乡类型",)),
    Column("学生数", "pupils", "whole", unit="人", maximum=_MOST_PUPILS),
    Column("教师数", "teachers", "whole", unit="人", maximum=_MOST_TEACHERS, aliases=("教职工数", "专任教师数")),
)
