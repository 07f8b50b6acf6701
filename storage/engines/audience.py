"""For whom a task works now: for the program, or for a judge, whose connection has no right on what names people."""

from contextvars import ContextVar

__all__ = ["act_for_judge", "act_for_program", "is_for_judge"]

_FOR_JUDGE: ContextVar[bool] = ContextVar("for a judge", default=False)


def act_for_judge() -> None:
    """From here on, this task's statements go over the judges' connection, where there is one."""
    _FOR_JUDGE.set(True)


def act_for_program() -> None:
    """From here on, this task's statements go over the program's own connection."""
    _FOR_JUDGE.set(False)


def is_for_judge() -> bool:
    """Whether this task works for a judge."""
    return _FOR_JUDGE.get()
