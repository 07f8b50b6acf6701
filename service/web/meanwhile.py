"""What a page told whoever decided on it, sent with the decision: where another was faster, both are shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

__all__ = ["ReadLine", "make_read_lines"]


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One thing that a decision rests on. ``field`` takes ``now`` along with the form; ``label`` names it."""

    field: str
    label: Markup | str
    now: str


def make_read_lines(told: Iterable[tuple[Markup | str, str]]) -> tuple[ReadLine, ...]:
    """Make them of names and texts, in the order of the page. A text must say everything that would change a mind."""
    return tuple(ReadLine(f"read-{at}", label, now) for at, (label, now) in enumerate(told, start=1))
