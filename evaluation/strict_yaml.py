"""YAML read strictly: duplicate keys are refused, every mistake has its file, line and column, and all are reported at once.

ruamel.yaml gives each key its place, `strict_model` says which keys are wrong; `load_strict` joins the two. Lines and columns count from 1.
"""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scanner import Scanner

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
    """A parsed YAML file that can say where a key or an item stands."""

    def __init__(self, file: Path, root: Any) -> None:
        self.file = file
        self.root = root

    def where(self, path: KeyPath) -> str:
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

    def problem(self, path: KeyPath, message: Message, **values: object) -> InputProblem:
        """A problem at `path`."""
        return InputProblem(self.where(path), message, values)

    def placed(self, problems: Iterable[KeyProblem]) -> InvalidInput:
        """Problems of keys, each with its place in this file; those of files that a key names have their place already."""
        return InvalidInput(
            problem if problem.where else InputProblem(self.where(path), problem.message, problem.values)
            for path, problem in ((one.path, one.problem) for one in problems)
        )

    def plain(self) -> Any:
        """What the file holds, as builtin types. Raises `InvalidInput` for an alias within its own anchor."""
        try:
            return _plain(self.root)
        except RecursionError as error:
            raise InvalidInput([InputProblem(self.file.name, NOT_YAML, {"reason": "it holds itself"})]) from error


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
        return model_of(model, document.plain())
    except InvalidKeys as invalid:
        raise document.placed(invalid.problems) from invalid


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
