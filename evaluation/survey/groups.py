"""The closed list of respondent groups, in the order in which plans, remainders and reports take them (docs/interfaces.md, "Surveys")."""

import re
from typing import Final, Literal, get_args

Group = Literal["parent", "student", "teacher", "principal", "npc_deputy", "cppcc_member", "public"]

GROUPS: Final[tuple[Group, ...]] = get_args(Group)
PARENT: Final[Group] = "parent"
OTHER_GROUPS: Final[tuple[Group, ...]] = tuple(group for group in GROUPS if group != PARENT)
"""The six groups whose numbers must be about equal."""

SCHOOL_GROUPS: Final[tuple[Group, ...]] = ("parent", "student", "teacher", "principal")
"""The groups that are reached through schools."""

UNIT_GROUPS: Final[tuple[Group, ...]] = ("parent", "student", "teacher")
"""The groups whose answers keep a unit: of principals a school has one."""

UNIT_NAME: Final = re.compile(r"U[0-9]{2,}(\.[0-9]+)?")
"""The names of units (of schools too small to stand alone) that are not one school."""
