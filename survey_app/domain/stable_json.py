"""One text for one document, so that its hash says whether two are the same."""

import hashlib
import json
from typing import Final

_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def stable_json(document: object) -> str:
    """One text for one document, whatever made it: sorted keys, no blanks."""
    return _ENCODER.encode(document)


def hash_text(text: str) -> str:
    """SHA-256 of a stored text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()
