"""What a person calls a device: its browser and its system, found in the line with which a browser names itself.

Such a line also names whatever its browser wants to be taken for; so the first name that is found here counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.text import Ltr, Words
from storage.reads.accounts import DeviceView

__all__ = ["DeviceRow", "name_device", "row_of"]

_BROWSERS: Mapping[str, str] = {
    "SamsungBrowser/": "Samsung Internet",
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS: Mapping[str, str] = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Macintosh": "Mac",
    "CrOS": "Chromebook",
    "Linux": "Linux",
}


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A session in its owner's list."""

    id: UUID
    name: str
    created_at: datetime
    seen_at: datetime


def row_of(device: DeviceView, words: Words) -> DeviceRow:
    """Make the line of a session."""
    return DeviceRow(device.id, name_device(device.device, words), device.created_at, device.seen_at)


def name_device(line: str, words: Words) -> str:
    """Name a device in the reader's language; a line in which nothing is known stands as it is."""
    browser, system = _find(line, _BROWSERS), _find(line, _SYSTEMS)
    if browser and system:
        return words("account.device", browser=Ltr(browser), system=Ltr(system))
    return browser or system or line or words("account.device_unknown")


def _find(line: str, names: Mapping[str, str]) -> str | None:
    return next((name for sign, name in names.items() if sign in line), None)
