"""What a school has, in amounts a little over the standards of xiangtan-2018, except where it is meant to fall short."""

import math
import random
from collections.abc import Mapping

from survey_app.demo_county.roster import CITY, JUNIOR, PRIMARY, SENIOR, SPECIAL, TOWN, VILLAGE, DemoSchool

QUALIFIED, BACKBONE, PE_ART = "高于规定学历教师数", "县级以上骨干教师数", "体育艺术专任教师数"
TEACHING_AREA, SPORTS_AREA = "教学及辅助用房面积", "体育运动场馆面积"
EQUIPMENT, MULTIMEDIA = "教学仪器设备值", "网络多媒体教室数"
TEACHERS = (QUALIFIED, BACKBONE, PE_ART)
SHARED = (TEACHING_AREA, SPORTS_AREA, EQUIPMENT, MULTIMEDIA)

# a pupil's share at the standard, per stage (special schools have none: those of a 初中 serve)
STANDARDS: dict[str, dict[str, float]] = {
    QUALIFIED: {PRIMARY: 0.042, JUNIOR: 0.053, SPECIAL: 0.053},
    BACKBONE: {PRIMARY: 0.01, JUNIOR: 0.01, SPECIAL: 0.01},
    PE_ART: {PRIMARY: 0.009, JUNIOR: 0.009, SPECIAL: 0.009},
    TEACHING_AREA: {PRIMARY: 4.5, JUNIOR: 5.8, SPECIAL: 5.8},
    SPORTS_AREA: {PRIMARY: 7.5, JUNIOR: 10.2, SPECIAL: 10.2},
    EQUIPMENT: {PRIMARY: 2000, JUNIOR: 2500, SPECIAL: 2500},
    MULTIMEDIA: {PRIMARY: 0.023, JUNIOR: 0.024, SPECIAL: 0.024},
}
SPLIT_WEIGHTS = {PRIMARY: 1.0, JUNIOR: 1.1, SENIOR: 1.32}
# towns have the teachers and the equipment, villages the space
_LEAST: dict[str, dict[str, float]] = {
    CITY: dict.fromkeys(TEACHERS, 1.10) | {TEACHING_AREA: 1.03, SPORTS_AREA: 1.02, EQUIPMENT: 1.08, MULTIMEDIA: 1.10},
    TOWN: dict.fromkeys(TEACHERS, 1.06) | {TEACHING_AREA: 1.08, SPORTS_AREA: 1.10, EQUIPMENT: 1.06, MULTIMEDIA: 1.06},
    VILLAGE: dict.fromkeys(TEACHERS, 1.02)
    | {TEACHING_AREA: 1.20, SPORTS_AREA: 1.25, EQUIPMENT: 1.03, MULTIMEDIA: 1.04},
}
# how far above the least the best stand; qualified teachers can't be more than there are teachers
_SPREAD = {
    QUALIFIED: 0.24,
    BACKBONE: 0.90,
    PE_ART: 0.60,
    TEACHING_AREA: 0.90,
    SPORTS_AREA: 1.20,
    EQUIPMENT: 0.48,
    MULTIMEDIA: 0.50,
}
# under 0.85 of a standard nothing excuses a school; 0.92 is excused, as long as the other six are met
_SHORT_SHARES = {
    "backbone": (BACKBONE, 0.70),
    "sports_area": (SPORTS_AREA, 0.68),
    "teaching_area": (TEACHING_AREA, 0.92),
}


def own_amount(school: DemoSchool, stage: str, resource: str, randomness: random.Random) -> float:
    """How much of a resource the school has for one stage."""
    pupils = school.pupils[stage]
    return _rounded(
        resource,
        STANDARDS[resource][stage] * pupils * _share(school, resource, randomness),
        _is_short(school, resource),
    )


def shared_amount(school: DemoSchool, resource: str, randomness: random.Random) -> float:
    """The total of a multi-stage school that meets the standard in each stage once it is split by weighted pupils."""
    weighted = sum(SPLIT_WEIGHTS[stage] * pupils for stage, pupils in school.pupils.items())
    a_weighted_pupil = max(STANDARDS[resource][stage] / SPLIT_WEIGHTS[stage] for stage in school.judged_stages)
    return _rounded(resource, a_weighted_pupil * weighted * _share(school, resource, randomness), is_short=False)


def _share(school: DemoSchool, resource: str, randomness: random.Random) -> float:
    share = _LEAST[school.location][resource] + randomness.uniform(0, _SPREAD[resource])
    return _short_shares(school).get(resource, share)


def _is_short(school: DemoSchool, resource: str) -> bool:
    return resource in _short_shares(school)


def _short_shares(school: DemoSchool) -> Mapping[str, float]:
    return dict([_SHORT_SHARES[school.shortfall]]) if school.shortfall in _SHORT_SHARES else {}


def _rounded(resource: str, amount: float, is_short: bool) -> float:
    """People and rooms whole, areas to 0.1 ㎡, money to 100 元: upwards, but down where the school falls short."""
    step = {TEACHING_AREA: 0.1, SPORTS_AREA: 0.1, EQUIPMENT: 100.0}.get(resource, 1.0)
    steps = math.floor(amount / step) if is_short else math.ceil(amount / step)
    return round(steps * step, 1) if step < 1 else int(steps * step)
