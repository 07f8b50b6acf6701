"""Keeps linear algebra on one thread: how a matrix is split among threads changes the last bits of a sum.

A chain of draws would carry such a bit into every figure, and the same marks must give the same bytes.
"""

from functools import cache

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]


def use_one_thread() -> None:
    """Hold BLAS to one thread in this process from here on; asking again is free.

    Nothing is restored afterwards, for another computation may be under way in another thread.
    """
    _controller().limit(limits=1, user_api="blas")


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
