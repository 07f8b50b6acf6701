"""Writing inside pictures: read by tesseract where that is installed, else pointed out to the committee."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageChops, ImageOps, ImageStat

if TYPE_CHECKING:
    from storage.inspect.examination import Examination
    from storage.inspect.report import Place

READER = "tesseract"
LANGUAGES = "ara+eng"
SECONDS_A_PICTURE = 8.0
SECONDS_A_FILE = 20.0
READ_WIDTH = 1280
DARK = 110
"""Of 255: a picture darker than this is read inverted (by ourselves: the reader would read everything twice)."""
_CELL = 8
_LOOK_WIDTH = 640
_EDGE = 40
WINDOW, TALLEST = 8, 9
"""Cells: how wide a stretch of a line is looked at, and how tall letters may be."""
BUSY, QUIET = 18, 4
"""Of 255: how much of a row of cells is edges where letters stand, and over and under them."""


def is_reader_here() -> bool:
    """Whether printed text can be read on this machine."""
    return shutil.which(READER, path="/usr/local/bin:/usr/bin:/bin") is not None


def look_at(picture: Image.Image, place: Place, examination: Examination) -> None:
    """Read what is written in a picture; where nothing can read it, point at it if there seems to be writing."""
    if not has_writing(picture):
        return
    text = read_writing(picture, examination)
    if text is None:
        examination.tell_committee("look.writing", place)
    else:
        examination.read(text, place)


def look_at_page(path: str | None, place: Place, examination: Examination) -> None:
    """Read a page that is a picture as well as it can be read; the committee looks at it in any case."""
    examination.tell_committee("look.page-is-picture", place)
    if path is not None:
        with Image.open(path) as picture:
            examination.read(read_writing(picture, examination) or "", place)


def read_writing(picture: Image.Image, examination: Examination) -> str | None:
    """Text in a picture, or ``None`` where the reader is missing, fails or has had its time."""
    if not examination.may_read or time.monotonic() > examination.started + SECONDS_A_FILE:
        return None
    body = BytesIO()
    grey = picture.convert("L")
    if grey.width > READ_WIDTH:
        grey = grey.resize((READ_WIDTH, max(1, grey.height * READ_WIDTH // grey.width)))
    if ImageStat.Stat(grey).mean[0] < DARK:
        grey = ImageOps.invert(grey)
    grey.save(body, "PNG", compress_level=1)
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program with fixed arguments, inside the limited process
            [
                shutil.which(READER) or READER,
                "stdin",
                "stdout",
                "-l",
                LANGUAGES,
                "--psm",
                "11",
                "-c",
                "tessedit_do_invert=0",
            ],
            input=body.getvalue(),
            capture_output=True,
            timeout=SECONDS_A_PICTURE,
            check=False,
            env={"PATH": os.environ.get("PATH", ""), "OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def has_writing(picture: Image.Image) -> bool:
    """Guess whether there are lines of letters: rows of cells full of upright edges, with quiet rows above and below.

    Textures (grass, noise, crowds) are restless everywhere and do not count. No names are read: this only saves the
    committee from looking at every film.
    """
    if picture.width < _LOOK_WIDTH // 4 or picture.height < 8 * _CELL:
        return False
    height = max(8 * _CELL, picture.height * _LOOK_WIDTH // picture.width)
    grey = picture.convert("L").resize((_LOOK_WIDTH, height), Image.Resampling.BOX)
    edges = ImageChops.difference(grey, ImageChops.offset(grey, 1, 0)).point(lambda value: 255 if value > _EDGE else 0)
    edges.paste(0, (0, 0, 2, height))
    cells = edges.resize((_LOOK_WIDTH // (2 * _CELL), height // _CELL), Image.Resampling.BOX)
    rows = [_row(cells, at) for at in range(cells.height)]
    starts = range(0, cells.width - WINDOW + 1, WINDOW // 2)
    return any(_has_line([sum(row[start : start + WINDOW]) / WINDOW for row in rows]) for start in starts)


def _row(cells: Any, at: int) -> list[int]:
    return [int(value) for value in cells.crop((0, at, cells.width, at + 1)).tobytes()]


def _has_line(profile: list[float]) -> bool:
    """Whether a few busy rows stand between quiet ones in this window."""
    since = None
    busiest = 0.0
    for at, value in enumerate(profile):
        if value <= QUIET:
            if since is not None and at - since <= TALLEST and busiest >= BUSY:
                return True
            since, busiest = at + 1, 0.0
        else:
            busiest = max(busiest, value)
    return False
