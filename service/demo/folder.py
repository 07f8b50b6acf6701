"""The demonstration's data folder: made by it, marked by it, and never anybody else's."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from service.demo.edition import DemoEdition

__all__ = ["ForeignDatabase", "ForeignFolder", "Mark", "OtherPhase", "claim_folder", "find_shift"]

MARK = "demonstration.json"
PHASES = {"open": "deadline", "judging": "judging", "deciding": "moderation", "published": "publish"}
"""Each phase and the date of the calendar that it is about."""


class ForeignFolder(Exception):
    """The folder holds something that no demonstration made: it is left alone."""


class ForeignDatabase(Exception):
    """The database holds real people: nobody invented comes among them."""


class OtherPhase(Exception):
    """The folder holds a demonstration of another phase."""

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(found)


@dataclass(frozen=True, slots=True)
class Mark:
    """What says that a folder is a demonstration's: its phase, and the moment at which it is shown."""

    phase: str
    stop: str

    @property
    def stop_at(self) -> datetime:
        """The moment at which the demonstration is shown."""
        return datetime.fromisoformat(self.stop)


def claim_folder(folder: Path, *, phase: str, now: datetime) -> Mark:
    """Take an empty folder for a demonstration, or find the one in it.

    Raises ForeignFolder, and OtherPhase where the demonstration in it shows another phase.
    """
    mark = folder / MARK
    if mark.exists():
        found = Mark(**json.loads(mark.read_text(encoding="utf-8")))
        if found.phase != phase:
            raise OtherPhase(found.phase)
        return found
    if folder.exists() and any(folder.iterdir()):
        raise ForeignFolder
    folder.mkdir(parents=True, exist_ok=True)
    made = Mark(phase=phase, stop=now.replace(second=0, microsecond=0).isoformat())
    part = mark.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(asdict(made), file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(mark)
    return made


def find_shift(edition: DemoEdition, *, phase: str, stop: datetime) -> timedelta:
    """Say by how many whole days the calendar moves so that the phase is today: its date at ``stop`` or just before."""
    moment = edition.moment(PHASES[phase])
    wanted = {
        "open": moment.at - timedelta(days=6),
        "judging": moment.at + ((moment.until or moment.at) - moment.at) * 0.6,
        "deciding": (moment.until or moment.at) + timedelta(hours=1),
    }.get(phase, moment.at)
    return timedelta(days=(stop - wanted).days)
