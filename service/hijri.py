"""The tabular Islamic calendar, which may be a day off the month that is announced: whoever shows it says "about".

Source: Reingold and Dershowitz, Calendrical Calculations (arithmetical Islamic calendar).
"""

from datetime import date

__all__ = ["to_hijri"]

_EPOCH = date(622, 7, 19).toordinal()  # 16 July 622 Julian, as a proleptic Gregorian day


def to_hijri(day: date) -> tuple[int, int, int]:
    """Give a day's year, month and day in the tabular Islamic calendar."""
    since = day.toordinal() - _EPOCH
    year = (30 * since + 10_646) // 10_631
    month = min(12, (11 * (since - _days_before(year)) + 330) // 325)
    return year, month, since - _days_before(year) - (29 * (month - 1) + month // 2) + 1


def _days_before(year: int) -> int:
    """Count the days of all the years before this one."""
    return (year - 1) * 354 + (3 + 11 * year) // 30
