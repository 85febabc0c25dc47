"""The test vectors of integrity.md B.5."""

import json

import pytest

from survey_app.domain.seal import (
    SealedAnswer,
    canonical_json,
    consistency_proof,
    hash_leaf,
    hash_node,
    inclusion_proof,
    lost_comments_entry,
    lost_entry,
    mix_entry,
    receipts_entry,
    set_root,
    tree_root,
)

LEAVES = [
    "4b4780b40e4f83a65d69e3ac27f761fac0c432e122f113b4e7d4aac730d8d249",
    "448163cfbc67b52829deb8e836366788a3712a574050b6eff6ddde979a7c619e",
    "a4ce9241e9d66fc75a86a0ea5740eee0392e47f494683d24063de5bb30872b45",
    "2ae32141e168f3ddebd793b12e6c05dcf3a712a243884084ce8006f419e06b82",
    "f361a610cdef3d3740104bd4493eb7f1e3007cbc1d9250932fad49092827a35b",
]
ENTRIES = [
    (
        '{"campaign":"c1","codes":{"n":5,"root":"4b1af69d4823ad17cff0c422df7fc9a856f82311024477563ae09fc1d793fbd2"},"kind":"open"}',
        "9a189a0c08db0715cf24585c0c3f10614a1cb6a8e780468b2ed2949067aaf834",
    ),
    (
        '{"kind":"receipts","n":3,"root":"b775ca65e42bf9dda53ce6565ccb5f767a5c795db7b22f43f776866fb0789c79"}',
        "0e1b9cc8ccec68ba0ae1e7dc13efc6abda4f4282f113a79e15eecd50faeef797",
    ),
    (
        '{"kind":"mix","n":3,"root":"b3ef78c518dc3ac3b6d6aeba62cc242883633664754cc4286b260b93f23c3fa6"}',
        "a27815c8a6a4befa18019a1a9b337506b410c6586dd0471d6313bc65e5a7db50",
    ),
    (
        '{"answer":"00000000000000000000000000000002","by":"monitor-1","kind":"decision","reason":"desk 7","valid":0}',
        "c1f970083482bc3d533be58f98e967fc34ba8d086f46947bc27c9d1251d3fa1c",
    ),
    (
        '{"answers":5,"kind":"close","receipts":5,"root":"3bc9094d9059c678e95d40802016dd828758b392d70a38e54e9944c186c17a54"}',
        "aa04deffe03f8dc0f5d6dc9f86b00b776c88a691f250153e2d14425b76b95cee",
    ),
]


def answer(number: int, unit: str, bucket_s: int, answers: dict[str, int | list[int]]) -> SealedAnswer:
    return SealedAnswer(number.to_bytes(16, "big"), "parent", unit, "parent/1", bucket_s, answers)


ANSWERS = [
    answer(1, "U01", 60, {"q01": 1, "q02": 2}),
    answer(2, "U01", 90, {"q01": 1, "q02": 9}),
    answer(3, "", 45, {"q01": 3}),
    answer(4, "U02", 120, {"q01": 2, "q02": [1, 3]}),
    answer(5, "U02", 10, {}),
]
LEDGER = [hash_leaf(body.encode()) for body, _ in ENTRIES]


def test_an_answer_has_the_published_leaf() -> None:
    assert ANSWERS[0].leaf_data == (
        b'{"a":{"q01":1,"q02":2},"d":60,"g":"parent","i":"00000000000000000000000000000001","q":"parent/1","s":"U01"}'
    )
    assert [hash_leaf(one.leaf_data).hex() for one in ANSWERS] == LEAVES


def test_the_root_of_a_set_does_not_depend_on_the_order_of_arrival() -> None:
    root = "3bc9094d9059c678e95d40802016dd828758b392d70a38e54e9944c186c17a54"
    data = [one.leaf_data for one in ANSWERS]
    assert set_root(data).hex() == root
    assert set_root(reversed(data)).hex() == root


def test_entries_for_mixes_and_receipts_are_the_published_ones() -> None:
    assert canonical_json(mix_entry(ANSWERS[:3])).decode() == ENTRIES[2][0]
    assert (
        canonical_json(receipts_entry(["7K3M-9QXA-0HTZ", "0000-0000-0002", "0000-0000-0001"])).decode() == ENTRIES[1][0]
    )
    assert canonical_json(lost_comments_entry(2)).decode() == '{"comments":2,"kind":"lost"}'
    assert canonical_json(lost_entry("c1/parent/U01", 4)).decode() == '{"kind":"lost","label":"c1/parent/U01","n":4}'


def test_code_hashes_have_the_published_root() -> None:
    assert set_root(str(number).encode() for number in range(5)).hex() == json.loads(ENTRIES[0][0])["codes"]["root"]


def test_entries_have_the_published_hashes_and_heads() -> None:
    assert [leaf.hex() for leaf in LEDGER] == [digest for _, digest in ENTRIES]
    assert tree_root(LEDGER[:3]).hex() == "36d62a29c42563fbb6e7f4d7ee2b4bc6aace6de9df6b562149ae93339cf1c43b"
    assert tree_root(LEDGER).hex() == "6daa60199c64aee64044f558db5410d2c9228f5f2903c05bb0115db51d7a07cf"
    assert tree_root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_first_answer_is_proved_to_be_included() -> None:
    leaves = [bytes.fromhex(leaf) for leaf in LEAVES]
    third, second, fourth, fifth = leaves[2], leaves[1], leaves[3], leaves[4]
    assert inclusion_proof(sorted(leaves), 2) == [third, hash_node(fourth, second), fifth]


def test_the_ledger_is_proved_to_have_grown_from_three_entries_to_five() -> None:
    first_two = hash_node(LEDGER[0], LEDGER[1])
    assert first_two.hex() == "99f076e0d526c168e8c9012d769b89e0981bddbb4ee84077e89137c594d64301"
    assert consistency_proof(LEDGER, 3) == [LEDGER[2], LEDGER[3], first_two, LEDGER[4]]
    assert consistency_proof(LEDGER, 5) == []


def recursive_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hash_node(recursive_root(leaves[:split]), recursive_root(leaves[split:]))


def test_the_root_is_that_of_the_definition_at_every_size() -> None:
    leaves = [hash_leaf(bytes([number])) for number in range(70)]
    assert all(tree_root(leaves[:size]) == recursive_root(leaves[:size]) for size in range(1, 71))


def inclusion_root(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.3.2: the root that an audit path leads to."""
    node, position, last = leaf, index, size - 1
    for step in proof:
        if position % 2 or position == last:
            node = hash_node(step, node)
            while position and position % 2 == 0:
                position, last = position // 2, last // 2
        else:
            node = hash_node(node, step)
        position, last = position // 2, last // 2
    assert last == 0
    return node


def test_every_inclusion_proof_leads_to_the_root() -> None:
    leaves = [hash_leaf(bytes([number])) for number in range(33)]
    for size in range(1, 34):
        root = tree_root(leaves[:size])
        assert all(
            inclusion_root(leaves[index], index, size, inclusion_proof(leaves[:size], index)) == root
            for index in range(size)
        )


def consistency_roots(old_size: int, size: int, old_root: bytes, proof: list[bytes]) -> tuple[bytes, bytes]:
    """RFC 9162 section 2.1.4.2: the roots of the old and of the new tree that a proof leads to."""
    steps = iter([old_root, *proof] if old_size & (old_size - 1) == 0 else proof)
    position, last = old_size - 1, size - 1
    while position % 2:
        position, last = position // 2, last // 2
    old = new = next(steps)
    for step in steps:
        if position % 2 or position == last:
            old, new = hash_node(step, old), hash_node(step, new)
            while position and position % 2 == 0:
                position, last = position // 2, last // 2
        else:
            new = hash_node(new, step)
        position, last = position // 2, last // 2
    assert last == 0
    return old, new


def test_every_consistency_proof_leads_to_both_roots() -> None:
    leaves = [hash_leaf(bytes([number])) for number in range(33)]
    for size in range(2, 34):
        for old_size in range(1, size):
            old_root, root = tree_root(leaves[:old_size]), tree_root(leaves[:size])
            proof = consistency_proof(leaves[:size], old_size)
            assert consistency_roots(old_size, size, old_root, proof) == (old_root, root)


@pytest.mark.parametrize("value", [1.0, True, None, {"键": 1}, {1: 1}, {"a": [1, 2.5]}, b"bytes"])
def test_what_has_several_spellings_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)
