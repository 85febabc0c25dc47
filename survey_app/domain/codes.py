"""Participation codes: ten characters drawn at random and a check character.

The alphabet has no 0 1 E I L O U, so that nothing printed is taken for something else. With the weights 1 to 11 modulo the prime 29
a single wrong character changes the sum by (weight × difference) and a swap of neighbours by their difference: neither can be 0.

Reading forgives what chats, clipboards and scanners glue to a code or its address; it never mends a letter. Whatever is skipped, what is
read are eleven letters as they stand there, and their check character is right.
"""

import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote

from survey_app.domain.errors import MalformedCode

ALPHABET = "23456789ABCDFGHJKMNPQRSTVWXYZ"
BODY_LENGTH = 10
CODE_LENGTH = BODY_LENGTH + 1

_SIZE = len(ALPHABET)
_PLACES = {mark: place for place, mark in enumerate(ALPHABET)}
_INVERSE_OF_CHECK_WEIGHT = pow(CODE_LENGTH, -1, _SIZE)
_HASH_DOMAIN = b"junheng/code/1\0"
_PLACE_DOMAIN = b"junheng/place/1\0"
_LONGEST_TEXT = 2_000  # an address with everything that a chat hangs on it; what stands behind is not looked at
_MOST_QUOTED = 3  # an address within an address within an address
_BEFORE_CODE = re.compile(r"(?<![A-Z0-9])S/|CODE=")
_RUN = re.compile(rf"[{ALPHABET} ]*")  # once a text is folded, a blank stands for every kind of separator
_RUNS = re.compile(rf"[{ALPHABET} ]+")
_OTHER_WORD = re.compile(rf"[A-Z0-9]*[^\W{ALPHABET}][A-Z0-9]*", re.ASCII)
_COPIED = re.compile(r"[A-Z0-9 ]*")
_LEAST_COPIED, _LONGEST_COPIED = 8, 60

Choice = Callable[[int], int]  # a whole number from 0 to the argument − 1


def make_code(choose: Choice = secrets.randbelow) -> str:
    """A new code, without separators."""
    body = "".join(ALPHABET[choose(_SIZE)] for _ in range(BODY_LENGTH))
    return body + _check_character(body)


def read_code(text: str) -> str:
    """The code somebody typed, pasted or scanned, alone, in its address, or with words around it.

    Forgives letter case, full-width forms, blanks, dashes, invisible marks and percent-encoding. What stands after the last `/s/` or `code=`
    counts, else the whole text, up to the first character that can't be in a code. Raises `MalformedCode` unless that are eleven letters with
    the right check character, or if it is not clear which eleven are meant.
    """
    if _is_code(text):
        return text
    found = {_letters(run) for run in _readings(_folded(text)) if _is_long_enough(run)}
    if len(found) != 1 or not all(map(_is_code, found)):
        raise MalformedCode
    return found.pop()


def copied_part(text: str) -> str:
    """What of a wrong copy stands for the code, to be corrected: as it was written, without what is glued on; else the whole text."""
    folded = _folded(text)
    marked = _after_mark(folded)
    whole = next(filter(_is_long_enough, _readings(folded)), None)
    parts = [whole] if whole else _COPIED.findall(folded) if marked is None else _COPIED.findall(marked.lstrip())[:1]
    likely = max(parts, key=lambda part: len(_letters(part)))
    is_likely = marked is not None or len(_letters(likely)) >= _LEAST_COPIED
    return ("-".join(likely.split()) if is_likely else text.strip())[:_LONGEST_COPIED]


def print_code(code: str) -> str:
    """The code as it is printed, in groups of 4, 4 and 3."""
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


def hash_code(key: bytes, code: str) -> bytes:
    """What the database keeps of a code: HMAC-SHA-256 under the campaign's key."""
    return hmac.digest(key, _HASH_DOMAIN + code.encode("ascii"), hashlib.sha256)


def place_tag(key: bytes, code_hash: bytes, group: str, school: str, label: str) -> bytes:
    """What binds a code to its place: whoever writes to the database can't move it to another crowd (docs/anonymity.md, "Codes")."""
    return hmac.digest(
        key,
        _PLACE_DOMAIN + b"\0".join((code_hash, *(part.encode() for part in (group, school, label)))),
        hashlib.sha256,
    )


def _is_code(text: str) -> bool:
    """Eleven characters of the alphabet and nothing else, as the address on a printed sheet has them, the last one right."""
    return len(text) == CODE_LENGTH and not text.strip(ALPHABET) and _weighted_sum(text) == 0


def _readings(folded: str) -> list[str]:
    """The runs of letters that may be meant; where one way to look at the text finds eleven, no other is tried."""
    marked = _after_mark(folded)
    if marked is not None:
        run = _RUN.match(marked)[0]  # type: ignore[index]
        first_word = run.split(maxsplit=1)[:1]  # a blank ends an address, whatever follows it
        return first_word if first_word and _is_code(first_word[0]) else [run]
    ways = (
        [_RUN.match(folded)[0]],  # type: ignore[index]
        _RUNS.findall(_OTHER_WORD.sub("/", folded)),  # without words that can't be of a code
        _RUNS.findall(folded),  # a word may be glued to the code
    )
    return next((runs for runs in ways if any(map(_is_long_enough, runs))), [])


def _after_mark(folded: str) -> str | None:
    """What stands after the last `/s/` or `code=` behind which anything of a code stands; None for a text that is no address."""
    marks = [match.end() for match in _BEFORE_CODE.finditer(folded)]
    rests = [folded[end:] for end in marks]
    return next((rest for rest in reversed(rests) if _letters(_RUN.match(rest)[0])), rests[-1] if rests else None)  # type: ignore[index]


def _letters(run: str) -> str:
    return run.replace(" ", "")


def _is_long_enough(run: str) -> bool:
    return len(_letters(run)) == CODE_LENGTH


def _folded(text: str) -> str:
    """The text in capital letters of half width, decoded, each kind of separator a blank, without marks that nobody sees."""
    folded = text[:_LONGEST_TEXT]
    for _ in range(_MOST_QUOTED):
        folded = unquote(unicodedata.normalize("NFKC", folded))
    return "".join(map(_without_kind, unicodedata.normalize("NFKC", folded).upper()))


def _weighted_sum(text: str) -> int:
    return sum(weight * _PLACES[mark] for weight, mark in enumerate(text, start=1)) % _SIZE


def _check_character(body: str) -> str:
    return ALPHABET[-_weighted_sum(body) * _INVERSE_OF_CHECK_WEIGHT % _SIZE]


def _without_kind(mark: str) -> str:
    """A blank for blanks, line ends and every kind of dash, also the minus sign and the Japanese long-vowel mark; nothing for a mark
    that can't be seen; else the mark."""
    category = unicodedata.category(mark)
    if category == "Cf" or (category == "Cc" and not mark.isspace()):
        return ""
    return " " if mark in "_−ー+" or category in ("Zs", "Zl", "Zp", "Cc", "Pd") else mark
