"""A systematic draw with probability proportional to size, which a reader can repeat by hand from its seed.

The draw, for `count` schools out of those with a size above 0, in order of code:

1. While `count` × size ≥ the sum of sizes holds for a school, it is drawn for certain; `count` and the sum go on without it.
2. T is the sum of the sizes that are left, u the SHA-256 hash of the text `junheng/draw/1|SEED` (UTF-8), read as one big-endian number,
   modulo T. The points are u, u + T, u + 2T, … (`count` of them).
3. With C the sum of the sizes up to and with a school, and C' the sum before it, the school is drawn if a point p lies in
   `count` × C' ≤ p < `count` × C.

No school is hit twice, since after step 1 none is wider than the distance of two points. Only whole numbers and SHA-256 are used, so
that the draw is the same on every machine and version. docs/statistics.md, 2.2; systematic sampling: Särndal, Swensson & Wretman (1992), section 3.6.
"""

import hashlib
from collections.abc import Iterable


def draw_systematic(sizes: Iterable[tuple[str, int]], count: int, seed: str) -> list[str]:
    """The codes of `count` drawn schools, sorted; of all schools with a size above 0 if there are no more than that.

    `sizes` are pairs of code and size, each code once, in any order.
    """
    left = sorted((code, size) for code, size in sizes if size > 0)
    certain: list[str] = []
    while large := _certain(left, count - len(certain)):
        certain += large
        left = [(code, size) for code, size in left if code not in large]
    return sorted(certain + _hit(left, count - len(certain), seed))


def _certain(sizes: list[tuple[str, int]], count: int) -> list[str]:
    """The codes whose size reaches the distance between two points."""
    total = sum(size for _, size in sizes)
    return [code for code, size in sizes if count > 0 and count * size >= total]


def _hit(sizes: list[tuple[str, int]], count: int, seed: str) -> list[str]:
    """The codes whose stretch holds one of `count` points."""
    total = sum(size for _, size in sizes)
    if not total or count <= 0:
        return []
    start = int.from_bytes(hashlib.sha256(f"junheng/draw/1|{seed}".encode()).digest(), "big") % total
    drawn = []
    reached = passed = 0
    for code, size in sizes:
        reached += size
        points = -((start - count * reached) // total)  # so many points lie below count × reached
        if points > passed:
            drawn.append(code)
            passed = points
    return drawn
