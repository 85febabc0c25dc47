"""Results as texts in the database: what assessment.json holds, in one line.

Before that they were written field by field, warnings as Chinese sentences and the survey as its JSON object. What was signed then is kept
as it was signed, and read here.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from evaluation.assessment import Assessment
from evaluation.assessment_json import assessment_document, assessment_from_document, assessment_from_fields
from evaluation.errors import InputProblem, Message
from evaluation.survey.recognition import recognition_fields
from survey_app.domain.assessments import Signing
from survey_app.domain.clock import LOCAL_ZONE

_AS_WRITTEN: Final = Message("as_written", en="{text}", zh="{text}")
# what the rulebooks of that time said of an excuse, which was not written down then
_EXCUSE_AT_LEAST_MET: Final = 6
_RESOURCE_TESTS: Final = ("resource_standard", "dispersion")
# where nobody's answer is in the base, only the shares of the answers outside it are known: they are laid out over so many
_ASKED_WITHOUT_BASE: Final = 10_000


def result_text(result: Assessment) -> str:
    """A result as JSON, from which `result_from_text` makes an equal one."""
    return json.dumps(assessment_document(result), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def result_from_text(text: str) -> Assessment:
    """The result that `result_text` wrote."""
    return assessment_from_document(json.loads(text))


def signed_result(signing: Signing) -> Assessment:
    """The result that a signature froze, whatever version wrote it."""
    document = json.loads(signing.judged)
    return result_from_text(signing.judged) if "schema" in document else _by_fields(document, signing.signed_at)


def _by_fields(document: Mapping[str, Any], made_at: datetime) -> Assessment:
    recognition = document["recognition"]
    return assessment_from_fields(
        {
            **document,
            "made_on": made_at.astimezone(LOCAL_ZONE).date(),
            "warnings": [InputProblem("", _AS_WRITTEN, {"text": text}) for text in document["warnings"]],
            "recognition": None if recognition is None else _recognition(recognition),
            "indicators": [
                {**one, "clauses": [_clause(one["id"], clause) for clause in one["clauses"]]}
                for one in document["indicators"]
            ],
            "gaps": [{**gap, "resource": _resource(gap["indicator"])} for gap in document["gaps"]],
            "excuse_at_least_met": None if document["excuse_share"] is None else _EXCUSE_AT_LEAST_MET,
        }
    )


def _clause(indicator: str, clause: Mapping[str, Any]) -> dict[str, Any]:
    return {**clause, "resource": _resource(indicator) if clause["test"] in _RESOURCE_TESTS else ""}


def _resource(indicator: str) -> str:
    """The resource of an indicator: 1 of both 1 and R1."""
    return indicator.removeprefix("R")


def _recognition(document: Mapping[str, Any]) -> dict[str, Any]:
    estimates = document["estimates"]
    counted: dict[str, Any] = {
        kind: {name: _counted(one) for name, one in estimates[kind].items()} for kind in ("items", "groups")
    }
    counted["questionnaires"] = _counted(estimates["questionnaires"])
    return recognition_fields({**document, "estimates": counted})


def _counted(estimate: Mapping[str, Any]) -> dict[str, Any]:
    """An estimate with the answers outside its base, of which only the shares were written."""
    unsure, missing = estimate["dont_know_share"] or 0.0, estimate["missing_share"] or 0.0
    asked = estimate["base"] / (1 - unsure - missing) if estimate["base"] else _ASKED_WITHOUT_BASE
    return {**estimate, "dont_know": round(unsure * asked), "missing": round(missing * asked)}
