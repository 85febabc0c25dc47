"""Processes that must not outlive the one that has started them."""

import ctypes
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h


def end_with_parent(by: signal.Signals) -> None:
    """Has the kernel send this process a signal when its parent is gone, by kill −9 too; elsewhere than on Linux it does nothing.

    A parent that is gone already is not noticed.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, by)
