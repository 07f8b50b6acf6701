"""Lengths of films as people type them: minutes and seconds, with hours where there are any."""

from service.typed_text import western_digits

_CLOCK_PARTS = 3
_SIXTY = 60


def read_clock(text: str) -> int | None:
    """Read ``18:24`` or ``1:02:03`` (or minutes alone) as seconds. None when empty, -1 when it is no time."""
    text = western_digits(text).strip()
    if not text:
        return None
    parts = text.split(":")
    if len(parts) > _CLOCK_PARTS or not all(
        part.isascii() and part.isdigit() and len(part) <= _CLOCK_PARTS for part in parts
    ):
        return -1
    numbers = [int(part) for part in parts]
    if len(numbers) == 1:
        return numbers[0] * _SIXTY
    if any(number >= _SIXTY for number in numbers[1:]):
        return -1
    total = 0
    for number in numbers:
        total = total * _SIXTY + number
    return total


def write_clock(seconds: int | None) -> str:
    """Write seconds as people type them."""
    if seconds is None:
        return ""
    minutes, second = divmod(seconds, _SIXTY)
    hours, minute = divmod(minutes, _SIXTY)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute:02}:{second:02}"
