"""YAML read strictly: duplicate keys are refused, every mistake has its file, line and column, and all are reported at once.

libyaml (by PyYAML) gives each key its place, `strict_model` says which keys are wrong; `load_strict` joins the two. Lines and columns count
from 1. What a plain word means is YAML 1.2's core schema: `no` is text, and so is a day.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml
from yaml import MappingNode, MarkedYAMLError, Node, ScalarNode, SequenceNode, YAMLError

from evaluation.errors import InputProblem, InvalidInput, InvalidKeys, KeyPath, KeyProblem, Message
from evaluation.strict_model import Model, model_of

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


class Document:
    """A parsed YAML file that can say where a key or an item stands; `root` is what it holds, as builtin types that nobody changes."""

    def __init__(self, file: Path, root: Any, node: Node | None = None) -> None:
        self.file = file
        self.root = root
        self._node = node

    def where(self, path: KeyPath) -> str:
        """`file:line:column` of the deepest part of `path` (keys and indexes) that exists in the file."""
        line, column = 1, 1
        node = self._node
        for step in path:
            found = _child(node, step)
            if found is None:
                break
            place, node = found
            line, column = place.start_mark.line + 1, place.start_mark.column + 1
        return f"{self.file.name}:{line}:{column}"

    def problem(self, path: KeyPath, message: Message, **values: object) -> InputProblem:
        """A problem at `path`."""
        return InputProblem(self.where(path), message, values)

    def placed(self, problems: Iterable[KeyProblem]) -> InvalidInput:
        """Problems of keys, each with its place in this file; those of files that a key names have their place already."""
        return InvalidInput(
            problem if problem.where else InputProblem(self.where(path), problem.message, problem.values)
            for path, problem in ((one.path, one.problem) for one in problems)
        )


def _child(node: Node | None, step: str | int) -> tuple[Node, Node] | None:
    """The node that stands for a key of a mapping or an item of a sequence, and its value."""
    if isinstance(node, MappingNode):
        return next(((key, value) for key, value in node.value if _scalar(key) == step), None)
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


def read_document(file: Path) -> Document:
    """Parse `file`. Raises `InvalidInput` where it is not UTF-8, not YAML, or has a duplicate key."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        raise InvalidInput([InputProblem(file.name, NOT_READABLE, {"reason": reason})]) from error
    try:
        return Document(file, *_parsed(text))
    except DuplicateKey as error:
        raise InvalidInput([_marked(file, error, DUPLICATE_KEY, {"key": error.problem})]) from error
    except MarkedYAMLError as error:
        raise InvalidInput([_marked(file, error, NOT_YAML, {"reason": str(error.problem)})]) from error
    except RecursionError as error:
        raise InvalidInput([InputProblem(file.name, NOT_YAML, {"reason": "it holds itself"})]) from error
    except (YAMLError, ValueError) as error:
        raise InvalidInput([InputProblem(file.name, NOT_YAML, {"reason": str(error)})]) from error


def _marked(file: Path, error: MarkedYAMLError, message: Message, values: dict[str, object]) -> InputProblem:
    mark = error.problem_mark
    where = f"{file.name}:{mark.line + 1}:{mark.column + 1}" if mark else file.name
    return InputProblem(where, message, values)


def check_shape(document: Document, model: type[Model]) -> Model:
    """Turn the parsed file into `model`. Raises `InvalidInput` with every mistake of shape in it."""
    try:
        return model_of(model, document.root)
    except InvalidKeys as invalid:
        raise document.placed(invalid.problems) from invalid


def load_strict(file: Path, model: type[Model]) -> tuple[Model, Document]:
    """Read and check one file; the document is returned too, to place the problems of later checks."""
    document = read_document(file)
    return check_shape(document, model), document


# --- YAML 1.2 ----------------------------------------------------------------------------------------------------------------------


class DuplicateKey(MarkedYAMLError):
    """A key that stands in its mapping already; `problem` is the key."""


_CORE: Final = "tag:yaml.org,2002:"
_MERGE: Final = "<<"
_MOST_VALUES: Final = 100_000
_PLAIN_WORDS: Final[Mapping[str, str]] = {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)",
    "float": r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*|[0-9][0-9_]*(?=[eE]))(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
}
"""What a word without quotes means; any other is text."""


class _Loader(yaml.CSafeLoader):
    """Reads YAML into nodes with their tags and places."""

    yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012 - as PyYAML has it, and not its own: those of YAML 1.1


for _tag, _pattern in _PLAIN_WORDS.items():
    _Loader.add_implicit_resolver(f"{_CORE}{_tag}", re.compile(f"(?:{_pattern})$"), None)


@lru_cache(maxsize=32)
def _parsed(text: str) -> tuple[Any, Node | None]:
    """The document's root, which nobody changes, and its node: rulebooks and questionnaires are read again and again."""
    node = yaml.compose(text, Loader=_Loader)
    return (None if node is None else _Builder().build(node)), node


class _Builder:
    """What nodes hold, as builtin types. Aliases could stand for more values than fit into memory: what holds so many is refused."""

    def __init__(self) -> None:
        self._values = 0

    def build(self, node: Node) -> Any:
        """What a node holds."""
        self._values += 1
        if self._values > _MOST_VALUES:
            raise MarkedYAMLError(problem=f"more than {_MOST_VALUES} values", problem_mark=node.start_mark)
        if isinstance(node, MappingNode):
            return self._mapping(node)
        if isinstance(node, SequenceNode):
            return [self.build(one) for one in node.value]
        return _scalar(node)

    def _mapping(self, node: MappingNode) -> dict[Any, Any]:
        built: dict[Any, Any] = {}
        merged: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if key_node.value == _MERGE and not key_node.style:
                merged = self._merged(value_node) | merged
                continue
            key = _scalar(key_node)
            if key in built:
                raise DuplicateKey(problem=str(key), problem_mark=key_node.start_mark)
            built[key] = self.build(value_node)
        return merged | built

    def _merged(self, node: Node) -> dict[Any, Any]:
        """The mapping, or the mappings of which the first counts, whose keys another one takes over."""
        taken: dict[Any, Any] = {}
        for one in reversed(node.value if isinstance(node, SequenceNode) else [node]):
            if not isinstance(one, MappingNode):
                raise MarkedYAMLError(problem="<< takes a mapping", problem_mark=one.start_mark)
            taken |= self.build(one)
        return taken


def _scalar(node: Node) -> Any:
    if not isinstance(node, ScalarNode):
        raise MarkedYAMLError(problem="a key is one word or text", problem_mark=node.start_mark)
    kind = node.tag.removeprefix(_CORE)
    if kind not in _SCALARS:
        raise MarkedYAMLError(problem=f"the tag {node.tag} is not known", problem_mark=node.start_mark)
    return _SCALARS[kind](node.value)


def _number(text: str) -> int:
    digits = text.replace("_", "")
    return int(digits, 0) if re.match("[-+]?0[box]", digits) else int(digits)


def _float(text: str) -> float:
    digits = text.replace("_", "")
    return float(digits.replace(".", "") if digits[-1].isalpha() else digits)  # .inf, .nan


_SCALARS: Final[Mapping[str, Callable[[str], Any]]] = {
    "str": str,
    "timestamp": str,  # an impossible one is a mistake of one key, to be told with the others
    "null": lambda _text: None,
    "bool": lambda text: text.lower() == "true",
    "int": _number,
    "float": _float,
}
