"""Two checkouts in turn: `python -m bench.against OLD [CONNECTIONS…]` prints what this one stores a second as a share of what OLD does.

OLD is a checkout of an earlier version with its own `.venv` (`git worktree add OLD 6c9dc95 && make -C OLD setup`). Each measures itself with
its own `bench.submission`, behind its own web server; only the number of connections is set from here.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from bench.submission import OURS, REPOSITORY, Load

ROUNDS = 3
USUAL_CONNECTIONS = (16, 50, 300)
_MEASURE = """
import json, sys
from bench import submission
submission.CONNECTIONS = int(sys.argv[2])
load = submission.OURS[sys.argv[1]]()
print(json.dumps([load.seconds, load.latencies_ms]))
"""


def measure(checkout: Path, engine: str, connections: int) -> Load:
    """What one checkout does, in a process of its own."""
    command = [str(checkout / ".venv/bin/python"), "-c", _MEASURE, engine, str(connections)]
    done = subprocess.run(command, cwd=checkout, check=True, capture_output=True, text=True)
    return Load(*json.loads(done.stdout.splitlines()[-1]))


def compare(old: Path, engine: str, connections: int) -> Iterator[str]:
    """Lines to print: both, and the median of the rounds' ratios, in which a slow moment of the machine counts once."""
    rounds = [[measure(checkout, engine, connections) for checkout in (old, REPOSITORY)] for _ in range(ROUNDS)]
    for name, loads in zip(("old", "new"), zip(*rounds, strict=True), strict=True):
        yield f"{engine}, {connections} connections, {name}: " + "; ".join(map(_speed, loads))
    stored = median(new.per_second / before.per_second for before, new in rounds)
    slowest = median(new.percentile_ms(0.99) / before.percentile_ms(0.99) for before, new in rounds)
    yield f"{engine}, {connections} connections: {stored:.2f} of the old stored a second, p99 {slowest:.2f} times"


def _speed(load: Load) -> str:
    return f"{load.per_second:.0f}/s, p99 {load.percentile_ms(0.99):.0f} ms"


def main(arguments: Sequence[str], engines: Mapping[str, object] = OURS) -> None:
    """Compares on each engine."""
    old, *numbers = arguments
    for connections in map(int, numbers or map(str, USUAL_CONNECTIONS)):
        for engine in engines:
            for line in compare(Path(old).resolve(), engine, connections):
                print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
