"""assessment.json: an `Assessment` as the JSON object of docs/interfaces.md, and back from it without loss.

The object has the keys that other programs rely on and, under the names of the fields, everything else; what follows from other parts
(`a_unmet`, the rate of a survey) is written for readers and compared when it is read. So `read(write(a)) == a`, and a file in which
somebody changed a part of it is refused.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from functools import cache, singledispatch
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from evaluation.assessment import Assessment, Citation, ClauseResult, IndicatorResult, VetoResult
from evaluation.errors import InputProblem, InvalidInput, Message, Phrase
from evaluation.survey.recognition import Recognition, recognition_document, recognition_fields

SCHEMA = "junheng.assessment/1"
_FAMILY = "junheng.assessment/"
_MOST_TOLD = 10

_EXPECTED = Message(
    "expected_assessment",
    en="an assessment.json that `junheng evaluate` wrote",
    zh="junheng evaluate 生成的 assessment.json",
)
NOT_READABLE = Message(
    "assessment_not_readable",
    en="can't be read: {reason}; expected {expected}",
    zh="无法读取：{reason}；应为{expected}",
)
NOT_JSON = Message(
    "assessment_not_json",
    en="is not JSON, or breaks off (line {line}, column {column}); expected {expected}",
    zh="不是 JSON 或内容不完整（第{line}行第{column}列）；应为{expected}",
)
NOT_AN_ASSESSMENT = Message(
    "assessment_other_file",
    en="is not the result of an assessment; expected {expected}",
    zh="不是评估结果；应为{expected}",
)
OTHER_VERSION = Message(
    "assessment_other_version",
    en="is of the format {found}, which this version of Junheng does not read; expected {schema}",
    zh="格式是 {found}，本版本不能读取；应为 {schema}",
)
OLDER = Message(
    "assessment_older",
    en="was written by an older version of Junheng, which kept less than the reports need; judge the workbook again with `junheng evaluate`",
    zh="由旧版本生成，内容不足以重新出具报告；请用 junheng evaluate 重新评估工作簿",
)
NEWER = Message(
    "assessment_newer",
    en="this version of Junheng does not know this part of the file; expected one that this version or an older one wrote",
    zh="本版本不认识文件的这一部分；应为本版本或更早版本生成的文件",
)
DAMAGED = Message(
    "assessment_damaged",
    en="this part of the file is not as `junheng evaluate` wrote it ({reason}); expected an unchanged file",
    zh="文件的这一部分与 junheng evaluate 生成时不同（{reason}）；应为未经改动的文件",
)
CONTRADICTS = Message(
    "assessment_contradicts",
    en="says {found} where the rest of the file makes it {expected}; expected an unchanged file",
    zh="此处为{found}，而按文件其余内容应为{expected}；应为未经改动的文件",
)


def assessment_document(assessment: Assessment) -> dict[str, Any]:
    """The JSON object `junheng.assessment/1`: dicts, lists, texts, numbers, True, False and None."""
    document = _fields(assessment)
    code, name, population, scores, vetoes, messages = (
        document.pop(field) for field in ("county_code", "county_name", "population", "scores", "vetoes", "warnings")
    )
    return {
        "schema": SCHEMA,
        **document,
        "county": {"code": code, "name": name, "population": population},
        "b": scores and _board(scores),
        "b_missing": scores["missing"] if scores else [],
        "vetoes": list(assessment.vetoes_present),
        "vetoes_missing": list(assessment.vetoes_missing),
        "veto_items": vetoes,
        "a_unmet": list(assessment.with_status("unmet")),
        "a_missing": list(assessment.with_status("missing")),
        "warnings": [one.text("zh") for one in assessment.warnings],
        "warning_messages": messages,
    }


def json_of(assessment: Assessment) -> bytes:
    """assessment.json: UTF-8, a line a value; NaN is refused, since JSON has none."""
    document = assessment_document(assessment)
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8")


def read_assessment(file: Path) -> Assessment:
    """The assessment of a file that `evaluate` wrote. Raises `InvalidInput` where it is anything else, or was changed."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        raise InvalidInput([_problem_of_file(file, NOT_READABLE, reason=reason)]) from error
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise InvalidInput([_problem_of_file(file, NOT_JSON, line=error.lineno, column=error.colno)]) from error
    return assessment_from_document(document, file.name)


def assessment_from_document(document: Any, where: str = "") -> Assessment:
    """The assessment that `assessment_document` made this object of; `where` names the file. Raises `InvalidInput`.

    Parts that an older version of this format did not write are taken as their defaults.
    """
    schema = document.get("schema") if isinstance(document, dict) else None
    if not isinstance(schema, str) or not schema.startswith(_FAMILY):
        raise InvalidInput([InputProblem(where, NOT_AN_ASSESSMENT, {"expected": Phrase(_EXPECTED)})])
    if schema != SCHEMA:
        raise InvalidInput([InputProblem(where, OTHER_VERSION, {"found": schema, "schema": SCHEMA})])
    if "warning_messages" not in document:
        raise InvalidInput([InputProblem(where, OLDER)])
    assessment = _validated(document, where)
    problems = list(_differences(document, assessment_document(assessment), where))
    if problems:
        raise InvalidInput(problems[:_MOST_TOLD])
    return assessment


def _validated(document: Mapping[str, Any], where: str) -> Assessment:
    try:
        return assessment_from_fields(_assessment_fields(document))
    except ValidationError as error:
        told = error.errors(include_url=False, include_input=False)[:_MOST_TOLD]
        problems = [InputProblem(_place(where, *one["loc"]), DAMAGED, {"reason": one["msg"]}) for one in told]
        raise InvalidInput(problems) from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InvalidInput([InputProblem(where, DAMAGED, {"reason": f"{type(error).__name__}: {error}"})]) from error


def assessment_from_fields(values: Mapping[str, Any]) -> Assessment:
    """An assessment from its fields, parts of it as dicts and lists. Raises pydantic's `ValidationError`."""
    return _adapter().validate_python(values)


@cache
def _adapter() -> TypeAdapter[Assessment]:
    return TypeAdapter(Assessment)


# Writing: fields under their names, but for the parts that the format has in another shape.


@singledispatch
def _plain(value: Any) -> Any:
    return _fields(value) if is_dataclass(value) else value


@_plain.register
def _(value: Mapping) -> dict[str, Any]:  # type: ignore[type-arg]
    return {key: _plain(one) for key, one in value.items()}


@_plain.register(tuple)
@_plain.register(list)
def _(value: tuple[Any, ...] | list[Any]) -> list[Any]:
    return [_plain(one) for one in value]


@_plain.register
def _(value: date) -> str:
    return value.isoformat()


def _fields(value: Any) -> dict[str, Any]:
    return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}


def _told_fields(value: Any) -> dict[str, Any]:
    """The fields that do not have their default."""
    return {
        one.name: _plain(getattr(value, one.name)) for one in fields(value) if getattr(value, one.name) != _default(one)
    }


def _default(one: Field[Any]) -> Any:
    return one.default if one.default_factory is MISSING else one.default_factory()


def _message(message: Message, values: Mapping[str, object]) -> dict[str, Any]:
    return {"kind": message.kind, "en": message.en, "zh": message.zh, "values": _plain(values)}


def _cited(document: dict[str, Any]) -> dict[str, Any]:
    """The citation as a text, with a note beside it where there is one."""
    citation = document.pop("citation")
    return document | {"citation": citation["text"]} | ({"note": citation["note"]} if citation["note"] else {})


@_plain.register
def _(veto: VetoResult) -> dict[str, Any]:
    return _cited(_fields(veto))


@_plain.register
def _(recognition: Recognition) -> dict[str, Any]:
    return recognition_document(recognition)


@_plain.register
def _(problem: InputProblem) -> dict[str, Any]:
    return {"where": problem.where, **_message(problem.message, problem.values)}


@_plain.register
def _(phrase: Phrase) -> dict[str, Any]:
    return _message(phrase.message, phrase.values)


@_plain.register
def _(indicator: IndicatorResult) -> dict[str, Any]:
    document = _cited(_told_fields(indicator))
    return document | ({"score": indicator.score, "points": indicator.points} if indicator.kind == "B" else {})


@_plain.register
def _(clause: ClauseResult) -> dict[str, Any]:
    document = _cited(_told_fields(clause)) | {"evidence": _plain(clause.evidence)}
    values = document.pop("reason_values", {})
    if clause.reason or values:
        document["reason"] = {"key": clause.reason, **values}
    if clause.threshold is not None:
        document |= {"value": clause.value, "unit": clause.unit}
    if clause.points is not None:
        document["score"] = clause.score
    return document


def _board(scores: Mapping[str, Any]) -> dict[str, Any]:
    renamed = {"below_passing": "below_80_percent"}
    return {renamed.get(name, name): value for name, value in scores.items() if name != "missing"}


# Reading: the same shapes back to fields, whose types pydantic checks.


def _assessment_fields(document: Mapping[str, Any]) -> dict[str, Any]:
    county, scores, recognition = document["county"], document["b"], document["recognition"]
    return {
        **document,
        "county_code": county["code"],
        "county_name": county["name"],
        "population": county["population"],
        "scores": None if scores is None else {**scores, "below_passing": scores["below_80_percent"], "missing": document["b_missing"]},
        "vetoes": [_with_citation(one) for one in document["veto_items"]],
        "indicators": [
            {**_with_citation(one), "clauses": [_clause_fields(clause) for clause in one["clauses"]]}
            for one in document["indicators"]
        ],
        "recognition": None if recognition is None else recognition_fields(recognition),
        "warnings": [InputProblem(one["where"], *_message_parts(one)) for one in document["warning_messages"]],
    }  # fmt: skip


def _with_citation(document: Mapping[str, Any]) -> dict[str, Any]:
    return {**document, "citation": Citation(document["citation"], document.get("note", ""))}


def _clause_fields(document: Mapping[str, Any]) -> dict[str, Any]:
    told = _with_citation(document)
    reason = dict(told.pop("reason", {"key": ""}))
    return {**told, "reason": reason.pop("key"), "reason_values": reason}


def _message_parts(document: Mapping[str, Any]) -> tuple[Message, dict[str, object]]:
    values = {
        name: Phrase(*_message_parts(one)) if isinstance(one, dict) else one for name, one in document["values"].items()
    }
    return Message(document["kind"], en=document["en"], zh=document["zh"]), values


# What a file says otherwise than the assessment that was read from it.


def _differences(found: Any, made: Any, place: str) -> Iterator[InputProblem]:
    if isinstance(found, dict) and isinstance(made, dict):
        for key, value in found.items():
            if key in made:
                yield from _differences(value, made[key], _place(place, key))
            else:
                yield InputProblem(_place(place, key), NEWER)
    elif isinstance(found, list) and isinstance(made, list) and len(found) == len(made):
        for number, (one, other) in enumerate(zip(found, made, strict=True)):
            yield from _differences(one, other, _place(place, number))
    elif found != made or isinstance(found, bool) is not isinstance(made, bool):
        shown = {"found": _shown(found), "expected": _shown(made)}
        yield InputProblem(place, CONTRADICTS, shown)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:60] + "…"


def _place(where: str, *steps: object) -> str:
    inside = ".".join(str(step) for step in steps)
    if ":" in where or not where:
        return f"{where}.{inside}" if where else inside
    return f"{where}: {inside}"


def _problem_of_file(file: Path, message: Message, **values: object) -> InputProblem:
    return InputProblem(file.name, message, {"expected": Phrase(_EXPECTED)} | values)


def _refuse_constant(name: str) -> Any:
    raise json.JSONDecodeError(name, "", 0)
