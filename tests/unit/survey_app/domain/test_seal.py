"""Test vectors of the hash trees (docs/anonymity.md, "The transparency log"), and the entries of the log."""

import json
from dataclasses import replace
from typing import Any

import pytest

from survey_app.domain.seal import (
    Place,
    SealedAnswer,
    canonical_json,
    codes_entry,
    comment_leaf_data,
    consistency_proof,
    hash_leaf,
    hash_node,
    inclusion_proof,
    lost_entry,
    mix_entry,
    places_document,
    receipts_entry,
    set_document,
    set_root,
    tree_root,
    void_entry,
    withheld_entry,
)

LEAVES = [
    "79d39adc5e512e07a40b63ae4b0638dfb94f528cc8c1a0f6518701e5aa3d6c6e",
    "b785a6342cf17b12f14d83210790a44c34ebf5a5583e1395732cfa97ee21bce5",
    "fcd30cec71b19a3db315b510bcb33923b5ec4b4af5f5cd9b136de568d694615c",
    "998391d6fc564d0c604babab12585a6adb0682db2e17e8b26328ad651a65eaf7",
    "9a3b42a05031f6930c04ded87ccc09715b37a4f99b0e09645e4fdfe0ffeb3c45",
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
        '{"kind":"mix","n":3,"root":"0f03caa3ddb67e6ef6a96411eb0b1b5f660307eb621430e91c9d3489c1dbdae5"}',
        "48521f0e09c3e2c4ea59cdea5c8a60dc8496f72e4e951d66eec894d66de5833f",
    ),
    (
        '{"answer":"00000000000000000000000000000002","by":"monitor-1","kind":"decision","reason":"desk 7","valid":0}',
        "c1f970083482bc3d533be58f98e967fc34ba8d086f46947bc27c9d1251d3fa1c",
    ),
    (
        '{"answers":5,"kind":"close","receipts":5,"root":"eea98c0b0bf52ccf5f2d6d403858389227ecec315e7125da6547f0f1bee65749"}',
        "1a64d98a770ee031d437186939ab33d5f93b5b0d13850cd3736d370e11556d9d",
    ),
]


def answer(number: int, unit: str, answers: dict[str, int | list[int]]) -> SealedAnswer:
    return SealedAnswer(number.to_bytes(16), "parent", unit, "parent/1", answers)


ANSWERS = [
    answer(1, "U01", {"q01": 1, "q02": 2}),
    answer(2, "U01", {"q01": 1, "q02": 9}),
    answer(3, "", {"q01": 3}),
    answer(4, "U02", {"q01": 2, "q02": [1, 3]}),
    answer(5, "U02", {}),
]
LEDGER = [hash_leaf(body.encode()) for body, _ in ENTRIES]
PLACES = [Place(bytes([9]) * 32, "parent", "S2", "c1/parent/U01"), Place(bytes([1]) * 32, "public", "", "c1/public/")]


def told(entry: dict[str, Any]) -> str:
    return canonical_json(entry).decode()


def test_an_answer_has_the_published_leaf() -> None:
    assert ANSWERS[0].leaf_data == (
        b'{"a":{"q01":1,"q02":2},"g":"parent","i":"00000000000000000000000000000001","q":"parent/1","s":"U01"}'
    )
    assert [hash_leaf(one.leaf_data).hex() for one in ANSWERS] == LEAVES


def test_the_root_of_a_set_does_not_depend_on_the_order_of_arrival() -> None:
    root = "eea98c0b0bf52ccf5f2d6d403858389227ecec315e7125da6547f0f1bee65749"
    data = [one.leaf_data for one in ANSWERS]
    assert set_root(data).hex() == root
    assert set_root(reversed(data)).hex() == root
    assert set_document(data) == {"n": 5, "root": root}


def test_the_first_three_answers_and_the_receipts_have_the_published_roots() -> None:
    assert set_root(one.leaf_data for one in ANSWERS[:3]).hex() == json.loads(ENTRIES[2][0])["root"]
    assert told(receipts_entry(["7K3M-9QXA-0HTZ", "0000-0000-0002", "0000-0000-0001"])) == ENTRIES[1][0]


def test_code_hashes_have_the_published_root() -> None:
    assert set_root(str(number).encode() for number in range(5)).hex() == json.loads(ENTRIES[0][0])["codes"]["root"]


def test_entries_say_whose_how_many_and_by_whom() -> None:
    root = json.loads(ENTRIES[2][0])["root"]
    assert (
        told(mix_entry("parent", "", ANSWERS[:3]))
        == f'{{"group":"parent","kind":"mix","n":3,"root":"{root}","unit":""}}'
    )
    assert told(withheld_entry("parent", "U01", 4, is_void=True)) == (
        '{"group":"parent","kind":"withheld","n":4,"unit":"U01","void":1}'
    )
    assert told(withheld_entry("public", "", 1, is_void=False)).endswith('"void":0}')
    assert told(lost_entry("c1/parent/U01", 4, "lead-1")) == (
        '{"by":"lead-1","kind":"lost","label":"c1/parent/U01","n":4}'
    )
    assert told(void_entry("parent", "U01", "抄写", "lead-1")) == (
        '{"by":"lead-1","group":"parent","kind":"decision","reason":"抄写","unit":"U01","valid":0}'
    )


def test_places_are_listed_by_hash_whatever_order_codes_were_changed_in() -> None:
    first, second = (
        '{"g":"public","h":"' + "01" * 32 + '","l":"c1/public/","s":""}',
        '{"g":"parent","h":"' + "09" * 32 + '","l":"c1/parent/U01","s":"S2"}',
    )
    entry = f'{{"added":[{first},{second}],"cancelled":[],"kind":"codes"}}'
    assert told(codes_entry([], PLACES)) == told(codes_entry([], PLACES[::-1])) == entry
    assert places_document(PLACES) == places_document(PLACES[::-1]) == set_document([first.encode(), second.encode()])


def test_a_code_that_is_moved_changes_the_root_of_the_places() -> None:
    moved = [replace(PLACES[0], label="c1/parent/S2"), PLACES[1]]
    elsewhere = [replace(PLACES[0], school="S1"), PLACES[1]]
    assert len({places_document(one)["root"] for one in (PLACES, moved, elsewhere)}) == 3


def test_a_comment_has_a_leaf_of_its_own() -> None:
    assert comment_leaf_data(bytes(16), "parent", "好") == ('{"g":"parent","i":"' + "00" * 16 + '","t":"好"}').encode()


def test_entries_have_the_published_hashes_and_heads() -> None:
    assert [leaf.hex() for leaf in LEDGER] == [digest for _, digest in ENTRIES]
    assert tree_root(LEDGER[:3]).hex() == "ad42d6cfe3b1e71f66280dfc1ed02ff34641b44a0b97ccaa44957fd163458c2f"
    assert tree_root(LEDGER).hex() == "fdfed4e23154ff2a1faae50618f03fec60306b7822b39d7b9521a93922658cf7"
    assert tree_root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_first_answer_is_proved_to_be_included() -> None:
    first, second, third, fourth, fifth = (bytes.fromhex(leaf) for leaf in LEAVES)
    in_order = [first, fourth, fifth, second, third]
    assert sorted(in_order) == in_order
    assert inclusion_proof(in_order, 0) == [fourth, hash_node(fifth, second), third]


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
