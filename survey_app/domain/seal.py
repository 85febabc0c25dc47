"""Canonical form, hash trees and log entries of the seal (docs/anonymity.md, "The transparency log"): RFC 6962 section 2.1 over RFC 8785 documents.

A tree over answers, receipts or code hashes is ordered by leaf hash, so that its root depends on the set alone and arrival is not
in it; the tree over the log's entries keeps their order.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey_app.domain.stable_json import stable_json

Hash = bytes

_PLAIN = frozenset({int, str})
_EMPTY_ROOT = hashlib.sha256(b"").digest()


def canonical_json(document: object) -> bytes:
    """RFC 8785 for what the seal uses: strings, integers, arrays, and objects with ASCII keys; `TypeError` for anything else."""
    _refuse_what_is_not_canonical(document)
    return stable_json(document).encode()


def hash_leaf(data: bytes) -> Hash:
    """The hash of one entry of a tree."""
    return hashlib.sha256(b"\0" + data).digest()


def hash_node(left: Hash, right: Hash) -> Hash:
    """The hash of two subtrees."""
    return hashlib.sha256(b"\1" + left + right).digest()


def tree_root(leaves: Sequence[Hash]) -> Hash:
    """The root over leaf hashes in the order given; of none, the hash of nothing.

    Works from the left with a stack of complete subtrees, in linear time and without recursion; equal to the definition that splits
    at the largest power of two below n.
    """
    complete: list[tuple[int, Hash]] = []
    for leaf in leaves:
        size, node = 1, leaf
        while complete and complete[-1][0] == size:
            node = hash_node(complete.pop()[1], node)
            size *= 2
        complete.append((size, node))
    if not complete:
        return _EMPTY_ROOT
    root = complete.pop()[1]
    while complete:
        root = hash_node(complete.pop()[1], root)
    return root


def set_root(items: Iterable[bytes]) -> Hash:
    """The root over a set of entries, ordered by leaf hash."""
    return tree_root(sorted(hash_leaf(item) for item in items))


def inclusion_proof(leaves: Sequence[Hash], index: int) -> list[Hash]:
    """The audit path of leaf `index` (RFC 6962 section 2.1.1), from the bottom up."""
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(leaves[:split], index), tree_root(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), tree_root(leaves[:split])]


def consistency_proof(leaves: Sequence[Hash], old_size: int) -> list[Hash]:
    """The proof that the first `old_size` leaves were kept (RFC 6962 section 2.1.2); empty for 0 and for all of them."""
    if not 0 < old_size < len(leaves):
        return []
    return _subproof(leaves, old_size, is_whole=True)


def _subproof(leaves: Sequence[Hash], old_size: int, *, is_whole: bool) -> list[Hash]:
    if old_size == len(leaves):
        return [] if is_whole else [tree_root(leaves)]
    split = _split(len(leaves))
    if old_size <= split:
        return [*_subproof(leaves[:split], old_size, is_whole=is_whole), tree_root(leaves[split:])]
    return [*_subproof(leaves[split:], old_size - split, is_whole=False), tree_root(leaves[:split])]


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


@dataclass(frozen=True, slots=True)
class SealedAnswer:
    """What of an answer is under the seal: everything that is stored of it."""

    id: bytes
    group: str
    unit: str
    questionnaire: str
    answers: Mapping[str, int | list[int]]

    @property
    def leaf_data(self) -> bytes:
        """The canonical document that is hashed."""
        return canonical_json(
            {
                "a": dict(self.answers),
                "g": self.group,
                "i": self.id.hex(),
                "q": self.questionnaire,
                "s": self.unit,
            }
        )


def comment_leaf_data(comment_id: bytes, group: str, text: str) -> bytes:
    """The canonical document of a comment."""
    return canonical_json({"g": group, "i": comment_id.hex(), "t": text})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a code belongs, as the log publishes it: nothing can be added or moved later unseen."""

    code_hash: bytes
    group: str
    school: str
    label: str

    @property
    def document(self) -> dict[str, str]:
        """As the log holds it."""
        return {"g": self.group, "h": self.code_hash.hex(), "l": self.label, "s": self.school}

    @classmethod
    def from_document(cls, document: Mapping[str, str]) -> "Place":
        """The place that the log holds."""
        return cls(bytes.fromhex(document["h"]), document["g"], document["s"], document["l"])


def set_document(items: Sequence[bytes]) -> dict[str, Any]:
    """A set of entries: how many, and the root over them."""
    return {"n": len(items), "root": set_root(items).hex()}


def places_document(places: Iterable[Place]) -> dict[str, Any]:
    """Number and root of the places of codes."""
    return set_document([canonical_json(place.document) for place in places])


def mix_entry(group: str, unit: str, answers: Iterable[SealedAnswer]) -> dict[str, Any]:
    """The log's entry for a crowd of answers: whose, how many, and the root over them."""
    return {"kind": "mix", "group": group, "unit": unit, **set_document([answer.leaf_data for answer in answers])}


def withheld_entry(group: str, unit: str, count: int, *, is_void: bool) -> dict[str, Any]:
    """The log's entry for sheets that would have come out in too small a crowd, and were destroyed."""
    return {"kind": "withheld", "group": group, "unit": unit, "n": count, "void": int(is_void)}


def receipts_entry(receipts: Iterable[str]) -> dict[str, Any]:
    """The log's entry for the receipts given out since the last one."""
    return {"kind": "receipts", **set_document([receipt.encode() for receipt in receipts])}


def lost_entry(label: str, count: int, by: str) -> dict[str, Any]:
    """The log's entry for sheets that are gone: nobody will ever know what they held. `by`: who has written them off."""
    return {"by": by, "kind": "lost", "label": label, "n": count}


def log_root(entries: Iterable[str]) -> str:
    """The root of a log over its entries in order, as it is printed."""
    return tree_root([hash_leaf(entry.encode()) for entry in entries]).hex()


def restored_entry(given_up: Sequence[str], unknown: int, at: str, by: str) -> dict[str, Any]:
    """The log's entry for a copy that was put back: what the log was until then, as far as it is known, and how many codes were used since.

    Of these no receipt is known. The entries given up are kept in the key directory.
    """
    return {"at": at, "by": by, "kind": "restored", "n": unknown, "root": log_root(given_up), "size": len(given_up)}


def codes_entry(cancelled: Iterable[Place], added: Iterable[Place]) -> dict[str, Any]:
    """The log's entry for codes that were cancelled and added while the campaign was open."""
    lists = {"cancelled": cancelled, "added": added}
    sorted_ = {
        name: sorted((one.document for one in places), key=lambda one: one["h"]) for name, places in lists.items()
    }
    return {"kind": "codes", **sorted_}


def void_entry(group: str, unit: str, reason: str, by: str) -> dict[str, Any]:
    """The log's entry for a unit whose answers do not count, by decision."""
    return {"by": by, "group": group, "kind": "decision", "reason": reason, "unit": unit, "valid": 0}


def _refuse_what_is_not_canonical(value: object) -> None:
    """Floats, booleans and null have several spellings in the wild; nothing that is sealed needs them."""
    if isinstance(value, Mapping):
        _refuse_odd_keys(value)
        _refuse_members(value.values())
    elif isinstance(value, list | tuple):
        _refuse_members(value)
    elif isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"{type(value).__name__} has no place in a sealed document")


def _refuse_members(members: Iterable[object]) -> None:
    for member in members:
        if type(member) not in _PLAIN:  # nearly all are
            _refuse_what_is_not_canonical(member)


def _refuse_odd_keys(keys: Iterable[object]) -> None:
    for key in keys:
        if not (isinstance(key, str) and key.isascii()):
            raise TypeError(f"a key of a sealed document must be ASCII: {key!r}")
