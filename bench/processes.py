"""Programs that are run to their end: how long they took, and how much of a processor."""

import os
import subprocess
import sys
import time
from typing import NamedTuple


class Cost(NamedTuple):
    """Seconds on the clock, and of processors."""

    wall_s: float
    processor_s: float


def least(arguments: list[str], times: int = 3) -> Cost:
    """The least of some runs of Python with these arguments: others at work on the machine only add to it."""
    runs = [_run(arguments) for _ in range(times)]
    return Cost(min(one.wall_s for one in runs), min(one.processor_s for one in runs))


def _run(arguments: list[str]) -> Cost:
    before, start = os.times(), time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=_environment())
    wall_s, after = time.perf_counter() - start, os.times()
    processor_s = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(wall_s, processor_s)


def _environment() -> dict[str, str]:
    """Ours, but that Python keeps what it compiled, as pip does when it installs: else every run compiles all that it imports."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
