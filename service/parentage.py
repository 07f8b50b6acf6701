"""A process that ends with the one that began it, even when that one is killed and can tell nobody."""

import ctypes
import os
import signal
import sys

__all__ = ["end_with_parent"]

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def end_with_parent(parent: int) -> None:
    """Have the system send SIGTERM to this process when ``parent``, which began it, is gone: at once if it is already.

    The kernel watches the thread that began this process, so begin such processes from a thread that lasts. Where the
    system is not Linux nothing is asked of it, and a killed parent leaves its children to whoever runs the machine.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it ended before we had asked
        os.kill(os.getpid(), signal.SIGTERM)
