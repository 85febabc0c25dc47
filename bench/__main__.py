"""`make bench`: every benchmark, each as a ratio (or a share) taken in one run."""

import importlib
import sys

NAMES = ("judging", "command", "recognition", "submission", "slow_phones", "jobs", "monitor")


def main(chosen: list[str]) -> None:
    """Run the benchmarks named, or all."""
    for name in chosen or NAMES:
        for line in importlib.import_module(f"bench.{name}").run():
            print(line, flush=True)


main(sys.argv[1:])
