"""Problems of an input, as values: where, what is wrong, what is expected.

A reader collects problems over the whole input and raises `InvalidInput` once, at the end. Anything else that is raised is a
bug and keeps its traceback.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Language = Literal["zh", "en"]
KeyPath = Sequence[str | int]
"""Keys and indexes, from the outermost in."""


@dataclass(frozen=True, slots=True)
class Message:
    """One kind of problem, in both languages of the product; `{name}` stands for a value of the problem."""

    kind: str
    en: str
    zh: str

    def text(self, language: Language, values: Mapping[str, object]) -> str:
        """The sentence in `language`, with the values filled in; a value that is a `Phrase` is put into that language too."""
        filled = {name: value.text(language) if isinstance(value, Phrase) else value for name, value in values.items()}
        return (self.zh if language == "zh" else self.en).format(**filled)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A part of a sentence that differs by language, as a value of a problem: what is expected, for example."""

    message: Message
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, language: Language) -> str:
        """The phrase in `language`."""
        return self.message.text(language, self.values)


@dataclass(frozen=True, slots=True)
class InputProblem:
    """One mistake (or, in a list of warnings, one thing that is odd) of an input.

    `where` is an address its author can find: `学校!G5`, `parent.yaml:12:3`, `responses.csv:7 q03`, or a file's name.
    """

    where: str
    message: Message
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The message's kind, which tests and programs compare instead of the wording."""
        return self.message.kind

    def text(self, language: Language = "en") -> str:
        """One line: `where: what is wrong; what is expected`."""
        sentence = " ".join(self.message.text(language, self.values).split())
        return f"{self.where}: {sentence}" if self.where else sentence

    def document(self, language: Language = "en") -> dict[str, str]:
        """The problem for `--json`: where, kind, text."""
        return {"where": self.where, "kind": self.kind, "text": self.message.text(language, self.values)}


class InvalidInput(Exception):
    """An input can't be used; carries every problem found in it, in the order of the input, and the warnings that may explain them."""

    def __init__(self, problems: Iterable[InputProblem], warnings: Iterable[InputProblem] = ()) -> None:
        self.problems = tuple(problems)
        self.warnings = tuple(warnings)
        super().__init__("\n".join(problem.text() for problem in self.problems))


@dataclass(frozen=True, slots=True)
class KeyProblem:
    """A problem of what stands at a key, whether a file or a form brought it.

    `problem.where` is empty, or a place in the file that the key names. Whoever knows where the keys come from says where that is.
    """

    path: KeyPath
    problem: InputProblem


class InvalidKeys(Exception):
    """Nested keys and values can't be used; carries every problem found in them."""

    def __init__(self, problems: Iterable[KeyProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{'.'.join(map(str, one.path))}: {one.problem.text()}" for one in self.problems))
