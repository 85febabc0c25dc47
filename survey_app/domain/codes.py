"""Participation codes: ten characters drawn at random and a check character.

The alphabet has no 0 1 E I L O U, so that nothing printed is taken for something else. With the weights 1 to 11 modulo the prime 29
a single wrong character changes the sum by (weight × difference) and a swap of neighbours by their difference: neither can be 0.
"""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Callable

from survey_app.domain.errors import WrongCopy

ALPHABET = "23456789ABCDFGHJKMNPQRSTVWXYZ"
BODY_LENGTH = 10
CODE_LENGTH = BODY_LENGTH + 1

_SIZE = len(ALPHABET)
_PLACES = {mark: place for place, mark in enumerate(ALPHABET)}
_INVERSE_OF_CHECK_WEIGHT = pow(CODE_LENGTH, -1, _SIZE)
_HASH_DOMAIN = b"junheng/code/1\0"
_PLACE_DOMAIN = b"junheng/place/1\0"

Choice = Callable[[int], int]  # a whole number from 0 to the argument − 1


def make_code(choose: Choice = secrets.randbelow) -> str:
    """A new code, without separators."""
    body = "".join(ALPHABET[choose(_SIZE)] for _ in range(BODY_LENGTH))
    return body + _check_character(body)


def read_code(text: str) -> str:
    """The code somebody typed or scanned, forgiving letter case, full-width forms, blanks and dashes.

    Raises `WrongCopy` where it can't be a code: wrong length, a character outside the alphabet, or a wrong check character.
    """
    code = text if _is_written_plainly(text) else _folded(text)
    if not _is_written_plainly(code) or _weighted_sum(code) != 0:
        raise WrongCopy
    return code


def print_code(code: str) -> str:
    """The code as it is printed, in groups of 4, 4 and 3."""
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


def hash_code(key: bytes, code: str) -> bytes:
    """What the database keeps of a code: HMAC-SHA-256 under the campaign's key."""
    return hmac.digest(key, _HASH_DOMAIN + code.encode("ascii"), hashlib.sha256)


def place_tag(key: bytes, h: bytes, group: str, school: str, label: str) -> bytes:
    """What binds a code to its place: whoever writes to the database can't move it to another crowd (integrity.md A.3)."""
    return hmac.digest(
        key, _PLACE_DOMAIN + b"\0".join((h, *(part.encode() for part in (group, school, label)))), hashlib.sha256
    )


def _is_written_plainly(text: str) -> bool:
    """Eleven characters of the alphabet and nothing else, as the address on a printed sheet has them."""
    return len(text) == CODE_LENGTH and not text.strip(ALPHABET)


def _folded(text: str) -> str:
    return "".join(mark for mark in unicodedata.normalize("NFKC", text[:200]).upper() if not _is_separator(mark))


def _weighted_sum(text: str) -> int:
    return sum(weight * _PLACES[mark] for weight, mark in enumerate(text, start=1)) % _SIZE


def _check_character(body: str) -> str:
    return ALPHABET[-_weighted_sum(body) * _INVERSE_OF_CHECK_WEIGHT % _SIZE]


def _is_separator(mark: str) -> bool:
    """Blanks, line ends, invisible marks, and every kind of dash, also the minus sign and the Japanese long-vowel mark."""
    return mark in "_−ー" or unicodedata.category(mark) in ("Zs", "Zl", "Zp", "Cc", "Cf", "Pd")
