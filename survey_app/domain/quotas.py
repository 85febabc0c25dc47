"""The sample plan of a campaign: fixed when it is created, stored as text, its hash published at opening."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaluation.survey.completion import Room, needs_and_room
from evaluation.survey.groups import GROUPS, Group
from evaluation.survey.parameters import SurveyParameters
from evaluation.survey.sampling import Sample, judge_sample
from survey_app.domain.stable_json import stable_json

PLAN_SCHEMA = "junheng.plan/1"


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """How many answers each group shall give, at most may give (None: no cap), and where its codes go.

    `codes` are the codes to issue by group; `allocation` shares them out over schools (groups that are reached through schools). `sizes`
    is what the schools were drawn by, so that a reader can repeat the draw from the seed.
    """

    required: int
    parameters: SurveyParameters
    planned: Mapping[Group, int]
    caps: Mapping[Group, int | None]
    frames: Mapping[Group, int]
    codes: Mapping[Group, int]
    allocation: Mapping[Group, Mapping[str, int]]
    sizes: Mapping[Group, Mapping[str, int]]
    seed: str
    per_school: int
    expected_return: float

    @property
    def text(self) -> str:
        """The plan as JSON with sorted keys: the text that is stored and hashed."""
        document = {
            "schema": PLAN_SCHEMA,
            "required": self.required,
            "parameters": self.parameters.model_dump(),
            "planned": dict(self.planned),
            "caps": dict(self.caps),
            "frames": dict(self.frames),
            "codes": dict(self.codes),
            "allocation": {group: dict(schools) for group, schools in self.allocation.items()},
            "sizes": {group: dict(schools) for group, schools in self.sizes.items()},
            "seed": self.seed,
            "per_school": self.per_school,
            "expected_return": self.expected_return,
        }
        return stable_json(document)

    def judge(self, valid: Mapping[Group, int]) -> Sample:
        """Whether these valid answers make a valid sample."""
        return judge_sample(valid, self.planned, self.frames, self.required, self.parameters)

    def room(self, valid: Mapping[Group, int]) -> Room:
        """What each group still needs at least, and can take at most."""
        return needs_and_room(valid, self.planned, self.frames, self.caps, self.required, self.parameters)


def plan_from_text(text: str) -> SamplePlan:
    """The plan that `SamplePlan.text` wrote."""
    document: dict[str, Any] = json.loads(text)
    return SamplePlan(
        required=document["required"],
        parameters=SurveyParameters.model_validate(document["parameters"]),
        planned=_in_order(document["planned"]),
        caps=_in_order(document["caps"]),
        frames=_in_order(document["frames"]),
        codes=_in_order(document["codes"]),
        allocation=_in_order(document["allocation"]),
        sizes=_in_order(document["sizes"]),
        seed=document["seed"],
        per_school=document["per_school"],
        expected_return=document["expected_return"],
    )


def _in_order(by_group: Mapping[str, Any]) -> dict[Group, Any]:
    return {group: by_group[group] for group in GROUPS if group in by_group}
