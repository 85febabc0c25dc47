"""Nested keys and values → a model, strictly: each mistake with the path of its key, all at once, whether a file or a form brought them.

pydantic checks; what it asks for is told in words for people who write the values by hand.
"""

from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from evaluation.errors import InputProblem, InvalidKeys, KeyPath, KeyProblem, Message, Phrase

UNKNOWN_KEY = Message(
    "yaml_unknown_key",
    en="the key “{key}” is not known here; expected one of: {expected}",
    zh="此处没有键“{key}”；可用的键：{expected}",
)
MISSING_KEY = Message(
    "yaml_missing_key", en="the key “{key}” is missing; it is required here", zh="缺少必填的键“{key}”"
)
WRONG_VALUE = Message(
    "yaml_wrong_value", en="{key}: got {got}; expected: {expected}", zh="{key}：现为 {got}；应为：{expected}"
)
EXPECTED = {
    "string_type": Message(
        "string_type", en="a text (in quotation marks if it looks like a number)", zh="文字（形似数字的须加引号）"
    ),
    "int_type": Message("int_type", en="a whole number", zh="整数"),
    "float_type": Message("float_type", en="a number", zh="数字"),
    "bool_type": Message("bool_type", en="true or false", zh="true 或 false"),
    "tuple_type": Message("tuple_type", en="a list", zh="列表"),
    "list_type": Message("list_type", en="a list", zh="列表"),
    "dict_type": Message("dict_type", en="keys with values (`key: value`)", zh="若干“键: 值”"),
    "model_type": Message("model_type", en="keys with values (`key: value`)", zh="若干“键: 值”"),
    "model_attributes_type": Message("model_attributes_type", en="keys with values (`key: value`)", zh="若干“键: 值”"),
    "string_too_short": Message("string_too_short", en="a text that is not empty", zh="非空的文字"),
    "too_short": Message("too_short", en="a list of {min_length} or more", zh="至少有 {min_length} 项的列表"),
    "union_tag_invalid": Message("union_tag_invalid", en="{expected_tags}", zh="{expected_tags}"),
    "literal_error": Message("literal_error", en="{expected}", zh="{expected}"),
    "greater_than": Message("greater_than", en="more than {gt}", zh="大于 {gt}"),
    "greater_than_equal": Message("greater_than_equal", en="{ge} or more", zh="不小于 {ge}"),
    "less_than": Message("less_than", en="less than {lt}", zh="小于 {lt}"),
    "less_than_equal": Message("less_than_equal", en="{le} or less", zh="不大于 {le}"),
}
"""What pydantic's kinds of error ask for, in words for people who write YAML by hand; other kinds keep pydantic's own."""


class StrictModel(BaseModel):
    """A part of a YAML file or a form: unknown keys are refused, types are not converted, instances can't be changed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Model = TypeVar("Model", bound=BaseModel)

_ALTERNATIVES: Final = Message("alternatives", en="{en}", zh="{zh}")


def model_of(model: type[Model], values: Any) -> Model:
    """The model that `values` (builtin types) describe. Raises `InvalidKeys` with every mistake of shape in them."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidKeys(_problem(model, detail) for detail in error.errors(include_url=False)) from error


def refusal(expected: Message) -> PydanticCustomError:
    """What a validator of a `StrictModel` raises: the message says, in both languages, what should stand there."""
    return PydanticCustomError("refused", "{en}", {"expected": expected, "en": expected.en})


def _problem(model: type[BaseModel], detail: Any) -> KeyProblem:
    path = tuple(step for step in detail["loc"] if not str(step).startswith("function-") and step != "[key]")
    key = ".".join(str(step) for step in path)
    if detail["type"] == "extra_forbidden":
        return _at(path, UNKNOWN_KEY, key=path[-1], expected=", ".join(_known_keys(model, path[:-1])))
    if detail["type"] == "missing":
        return _at(path, MISSING_KEY, key=path[-1])
    if detail["type"] == "union_tag_not_found":
        return _at((*path, _tag_key(detail)), MISSING_KEY, key=_tag_key(detail))
    got = detail["input"]
    if detail["type"] == "union_tag_invalid":
        path, key, got = (*path, _tag_key(detail)), f"{key}.{_tag_key(detail)}", detail["ctx"]["tag"]
    return _at(path, WRONG_VALUE, key=key or "file", got=f"{got!r:.80}", expected=_expected(detail))


def _at(path: KeyPath, message: Message, **values: object) -> KeyProblem:
    return KeyProblem(path, InputProblem("", message, values))


def _tag_key(detail: Any) -> str:
    """The key whose value says which of several shapes a mapping has."""
    return str(detail["ctx"]["discriminator"]).strip("'")


def _expected(detail: Any) -> Phrase:
    """What should stand there."""
    if detail["type"] == "refused":
        return Phrase(detail["ctx"]["expected"])
    values = detail.get("ctx", {})
    words = EXPECTED.get(detail["type"])
    if words:
        told = {"en": words.text("en", values), "zh": words.text("zh", values).replace(" or ", ", ")}
    else:
        plain = detail["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
        told = {"en": plain, "zh": plain}
    return Phrase(_ALTERNATIVES, told)


def _known_keys(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys that a mapping at `path` may have, found by following the fields of `model`."""
    models = {model}
    for step in path:
        deeper = {part for one in models for part in _models_in(_annotation(one, step))}
        models = deeper or models
    return sorted({_name(field, info) for one in models for field, info in one.model_fields.items()})


def _annotation(model: type[BaseModel], step: str | int) -> Any:
    return next((info.annotation for field, info in model.model_fields.items() if _name(field, info) == step), None)


def _name(field: str, info: Any) -> str:
    return info.alias or field


def _models_in(annotation: Any) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    return {model for part in get_args(annotation) for model in _models_in(part)}
