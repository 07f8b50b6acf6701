"""Long lists in parts: which lines a part shows, and the addresses of the parts before and after it."""

from dataclasses import dataclass

__all__ = ["Part", "part_of"]

MOST_DIGITS = 9
"""Of a part's number in an address: Python takes its time over a number of a thousand."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a list, by the numbers of its ``first`` and ``last`` lines; they count from 1."""

    number: int
    first: int
    last: int
    n_parts: int

    def before(self, base: str) -> str | None:
        """Give the address of the part before this one; ``base`` is the list's own, filters and all."""
        return _address(base, self.number - 1) if self.number > 1 else None

    def after(self, base: str) -> str | None:
        """Give the address of the part after this one."""
        return _address(base, self.number + 1) if self.number < self.n_parts else None


def part_of(n_lines: int, asked: str, n_a_part: int) -> Part:
    """Find the part that an address asks for: the first for what is no number, the last for one too high."""
    n_parts = max(1, -(-n_lines // n_a_part))
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= MOST_DIGITS else 1
    number = min(max(number, 1), n_parts)
    return Part(number, (number - 1) * n_a_part + 1, min(n_lines, number * n_a_part), n_parts)


def _address(base: str, number: int) -> str:
    if number == 1:
        return base
    return f"{base}{'&' if '?' in base else '?'}part={number}"
