"""What every part of a report needs at hand: the assessment, the words of its language, and look-ups of schools and resources."""

from dataclasses import dataclass
from functools import cached_property

from evaluation.assessment import Assessment, ResourceIndicator, SchoolResult
from evaluation.report.wording import Words


@dataclass(frozen=True)
class Context:
    """An assessment and the language it is told in."""

    assessment: Assessment
    words: Words

    @cached_property
    def school_names(self) -> dict[str, str]:
        """Names by school code."""
        return {one.code: one.name for one in self.assessment.schools}

    @cached_property
    def stages(self) -> tuple[str, ...]:
        """The stages that the resource indicators are asked of, in the rulebook's order."""
        found = (stage for resource in self.assessment.resources for stage in resource.thresholds)
        return tuple(dict.fromkeys(found))

    def schools_of(self, stage: str) -> tuple[SchoolResult, ...]:
        """The school rows in scope of a stage, in the workbook's order."""
        return tuple(one for one in self.assessment.schools if one.in_scope and one.stage == stage)

    def resource(self, name: str) -> ResourceIndicator | None:
        """The resource of this id, None if there is none."""
        return next((one for one in self.assessment.resources if one.id == name), None)
