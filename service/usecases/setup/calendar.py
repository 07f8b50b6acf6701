"""What an organiser should know of a date: the weekend, public holidays and Ramadan, in the edition's own time zone.

The dates of the moon may be a day off what is announced: the pages say "about".
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from service.hijri import to_hijri

__all__ = ["list_remarks", "next_working_day"]

_WEEKEND = frozenset({4, 5})  # Friday and Saturday, as Python counts weekdays
_RAMADAN = 9
_SOLAR = {(1, 11): "accession", (11, 20): "national_day", (11, 21): "national_day"}
_LUNAR = {
    (1, 1): "hijri_year", (3, 12): "prophet_birthday", (7, 27): "isra", (9, 29): "fitr", (9, 30): "fitr",
    (10, 1): "fitr", (10, 2): "fitr", (10, 3): "fitr", (12, 9): "adha", (12, 10): "adha", (12, 11): "adha",
    (12, 12): "adha",
}  # fmt: skip


def list_remarks(at: datetime, time_zone: str) -> list[str]:
    """Name what stands against a moment: ``weekend``, a holiday's name, ``ramadan``; nothing when it is free."""
    day = at.astimezone(ZoneInfo(time_zone)).date()
    _, month, day_of_month = to_hijri(day)
    found = ["weekend"] if day.weekday() in _WEEKEND else []
    holiday = _SOLAR.get((day.month, day.day)) or _LUNAR.get((month, day_of_month))
    if holiday:
        found.append(holiday)
    elif month == _RAMADAN:
        found.append("ramadan")
    return found


def next_working_day(at: datetime, time_zone: str) -> datetime:
    """Give the same time on the first day from here on against which nothing stands."""
    while list_remarks(at, time_zone):
        at += timedelta(days=1)
    return at
