"""Texts as people type and save them: out of bytes, made comparable, and found on a closed list of words."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

_INVISIBLE = re.compile(r"_x000D_|[​‌‍⁠﻿\x00-\x08\x0b\x0c\x0e-\x1f]")
_IN_BRACKETS = re.compile(r"\(.*\)")


def decode(content: bytes) -> str | None:
    """The text of a .csv file: UTF-8 with or without a byte order mark, else GB18030; None if it is neither."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def clean(text: str) -> str:
    """The text without blanks round it (full-width ones too), control characters and Excel's escape of a carriage return."""
    return _INVISIBLE.sub("", text).strip()


def fold(text: str) -> str:
    """The text for comparing: half-width, capital letters, without any blank or line break (㎡ becomes M2)."""
    return "".join(unicodedata.normalize("NFKC", clean(text)).split()).upper()


def bare(text: str) -> str:
    """A header for comparing: folded, without what stands in brackets behind its name."""
    return _IN_BRACKETS.sub("", fold(text))


@dataclass(frozen=True, eq=False)
class Choices:
    """A closed list of words, and other words or codes of the field that mean the same."""

    words: tuple[str, ...]
    also: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        accepted = {fold(word): word for word in self.words} | {fold(word): ours for word, ours in self.also.items()}
        object.__setattr__(self, "_accepted", accepted)

    def find(self, text: str) -> str | None:
        """Our word for `text`; None if it isn't on the list."""
        accepted: dict[str, str] = self.__dict__["_accepted"]
        return accepted.get(fold(text))
