"""YAML read strictly: duplicate keys are refused, every mistake has its file, line and column, and all are reported at once.

ruamel.yaml gives each key its place; pydantic checks the shape. `load_strict` joins the two. Lines and columns count from 1.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scanner import Scanner

from evaluation.errors import InputProblem, InvalidInput, Message

NOT_READABLE = Message(
    "yaml_not_readable",
    en="can't be read: {reason}; expected a YAML file in UTF-8",
    zh="无法读取：{reason}；应为 UTF-8 编码的 YAML 文件",
)
NOT_YAML = Message(
    "yaml_syntax",
    en="is not valid YAML: {reason}; note that a full-width colon (：) separates nothing",
    zh="不是有效的 YAML：{reason}；注意全角冒号（：）不起分隔作用",
)
DUPLICATE_KEY = Message(
    "yaml_duplicate_key",
    en="the key “{key}” is a duplicate; expected each key once",
    zh="键“{key}”重复出现；每个键只能写一次",
)
UNKNOWN_KEY = Message(
    "yaml_unknown_key",
    en="the key “{key}” is not known here; expected one of: {expected}",
    zh="此处没有键“{key}”；可用的键：{expected}",
)
MISSING_KEY = Message(
    "yaml_missing_key", en="the key “{key}” is missing; it is required here", zh="缺少必填的键“{key}”"
)
WRONG_VALUE = Message(
    "yaml_wrong_value", en="{key}: got {got}; expected: {expected}", zh="{key}：现为 {got}；应为：{expected_zh}"
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
    """A part of a YAML file: unknown keys are refused, types are not converted, instances can't be changed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Model = TypeVar("Model", bound=BaseModel)
Path_ = Sequence[str | int]


class Document:
    """A parsed YAML file that can say where a key or an item stands."""

    def __init__(self, file: Path, root: Any) -> None:
        self.file = file
        self.root = root

    def where(self, path: Path_) -> str:
        """`file:line:column` of the deepest part of `path` (keys and indexes) that exists in the file."""
        line, column = 1, 1
        node = self.root
        for step in path:
            place = _place(node, step)
            if place is None:
                break
            line, column = place
            node = node[step]
        return f"{self.file.name}:{line}:{column}"

    def problem(self, path: Path_, message: Message, **values: object) -> InputProblem:
        """A problem at `path`."""
        return InputProblem(self.where(path), message, values)


def _place(node: Any, step: str | int) -> tuple[int, int] | None:
    """Line and column (from 1) of a key of a mapping or an item of a sequence; None if there is none."""
    positions = getattr(getattr(node, "lc", None), "data", None)
    if not positions or step not in positions:
        return None
    line, column = positions[step][:2]
    return line + 1, column + 1


def read_document(file: Path) -> Document:
    """Parse `file`. Raises `InvalidInput` where it is not UTF-8, not YAML, or has a duplicate key."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        raise InvalidInput([InputProblem(file.name, NOT_READABLE, {"reason": reason})]) from error
    try:
        return Document(file, _parsed(text))
    except DuplicateKeyError as error:
        key = str(error.problem).split('"')[1] if '"' in str(error.problem) else str(error.problem)
        raise InvalidInput([_marked(file, error, DUPLICATE_KEY, {"key": key})]) from error
    except MarkedYAMLError as error:
        raise InvalidInput([_marked(file, error, NOT_YAML, {"reason": str(error.problem)})]) from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise InvalidInput([InputProblem(file.name, NOT_YAML, {"reason": str(error)})]) from error


class _TextOfTimes(RoundTripConstructor):
    """Times stay as they were typed: an impossible one is a mistake of one key, to be told with the others."""


_TextOfTimes.add_constructor("tag:yaml.org,2002:timestamp", _TextOfTimes.construct_scalar)


@lru_cache(maxsize=32)
def _parsed(text: str) -> Any:
    """The document's root, which nobody changes: rulebooks and questionnaires are read again and again, and parsing is most of it."""
    parser = YAML(typ="rt")
    parser.Constructor = _TextOfTimes
    parser.Scanner = Scanner  # not the one that keeps comments: nothing is written back
    return parser.load(text)


def _marked(file: Path, error: MarkedYAMLError, message: Message, values: dict[str, object]) -> InputProblem:
    mark = error.problem_mark
    where = f"{file.name}:{mark.line + 1}:{mark.column + 1}" if mark else file.name
    return InputProblem(where, message, values)


def check_shape(document: Document, model: type[Model]) -> Model:
    """Turn the parsed file into `model`. Raises `InvalidInput` with every mistake of shape in it."""
    try:
        return model.model_validate(_plain(document.root))
    except ValidationError as error:
        raise InvalidInput(
            [_problem_from_pydantic(document, model, detail) for detail in error.errors(include_url=False)]
        ) from error
    except RecursionError as error:  # an alias within its own anchor
        raise InvalidInput([InputProblem(document.file.name, NOT_YAML, {"reason": "it holds itself"})]) from error


def load_strict(file: Path, model: type[Model]) -> tuple[Model, Document]:
    """Read and check one file; the document is returned too, to place the problems of later checks."""
    document = read_document(file)
    return check_shape(document, model), document


def _plain(node: Any) -> Any:
    """Builtin types for ruamel's, so that strict pydantic models accept them; sequences as tuples stay lists."""
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    for builtin in (bool, int, float, str):
        if isinstance(node, builtin):
            return node if isinstance(node, bool) else builtin(node)
    return node


def _problem_from_pydantic(document: Document, model: type[BaseModel], detail: Any) -> InputProblem:
    path = [step for step in detail["loc"] if not str(step).startswith("function-") and step != "[key]"]
    key = ".".join(str(step) for step in path)
    if detail["type"] == "extra_forbidden":
        return document.problem(path, UNKNOWN_KEY, key=path[-1], expected=", ".join(_known_keys(model, path[:-1])))
    if detail["type"] == "missing":
        return document.problem(path[:-1], MISSING_KEY, key=path[-1])
    if detail["type"] == "union_tag_not_found":
        return document.problem(path, MISSING_KEY, key=_tag_key(detail))
    got = detail["input"]
    if detail["type"] == "union_tag_invalid":
        path, key, got = [*path, _tag_key(detail)], f"{key}.{_tag_key(detail)}", detail["ctx"]["tag"]
    english, chinese = _expected(detail)
    values = {"key": key or "file", "got": f"{got!r:.80}", "expected": english, "expected_zh": chinese}
    return document.problem(path, WRONG_VALUE, **values)


def _tag_key(detail: Any) -> str:
    """The key whose value says which of several shapes a mapping has."""
    return str(detail["ctx"]["discriminator"]).strip("'")


def _expected(detail: Any) -> tuple[str, str]:
    """What should stand there, in English and in Chinese."""
    words, values = EXPECTED.get(detail["type"]), detail.get("ctx", {})
    if words:
        return words.text("en", values), words.text("zh", values).replace(" or ", ", ")
    plain = detail["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return plain, values.get("zh", plain)


def refusal(expected: Message) -> PydanticCustomError:
    """What a validator of a `StrictModel` raises: the message says, in both languages, what should stand there."""
    return PydanticCustomError("refused", expected.en, {"zh": expected.zh})


def _known_keys(model: type[BaseModel], path: Path_) -> list[str]:
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
