"""Receipts: 60 random bits in Crockford's base 32, in three groups of four (docs/anonymity.md, "A submission").

A receipt proves that a submission was accepted and never says which answers it held: nothing in it is computed from them. The nonce of
a form is bound to its code in the same way: only its hash is kept, so that a repeated form is recognised, and no stored value lets
anyone guess answers.
"""

import hashlib
import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12

_GROUP = 4
_BITS = 5  # of a character
_LOOKALIKES = str.maketrans("OIL", "011")
_RETRY_DOMAIN = b"junheng/retry/1\0"


def make_receipt() -> str:
    """A new receipt as it is printed, `7K3M-9QXA-0HTZ`."""
    bits = secrets.randbits(LENGTH * _BITS)
    return print_receipt("".join(ALPHABET[bits >> _BITS * place & 31] for place in range(LENGTH)))


def print_receipt(marks: str) -> str:
    """Twelve characters in groups of four."""
    return "-".join(marks[start : start + _GROUP] for start in range(0, LENGTH, _GROUP))


def read_receipt(text: str) -> str | None:
    """The receipt somebody typed, forgiving case, full-width forms, blanks, dashes and O, I, L; `None` where it can't be one."""
    folded = unicodedata.normalize("NFKC", text[:200]).upper().translate(_LOOKALIKES)
    marks = "".join(mark for mark in folded if mark.isalnum())
    if len(marks) != LENGTH or any(mark not in ALPHABET for mark in marks):
        return None
    return print_receipt(marks)


def hash_nonce(nonce: str) -> bytes:
    """What the database keeps of a form's nonce; a client that sends none is one with the empty nonce."""
    return hashlib.sha256(_RETRY_DOMAIN + nonce.encode("utf-8", "surrogatepass")).digest()
