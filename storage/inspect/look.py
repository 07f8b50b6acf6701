"""Writing inside pictures: read by tesseract where that is installed, else pointed out to the committee."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageChops, ImageOps, ImageStat

if TYPE_CHECKING:
    from storage.inspect.examination import Examination
    from storage.inspect.report import Place

READER = "tesseract"
LANGUAGES = "ara+eng"
SECONDS_A_PICTURE = 8.0
SECONDS_A_FILE = 20.0
AT_A_TIME = 4
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


def look_at(pictures: Sequence[tuple[Image.Image, Place]], examination: Examination) -> None:
    """Read what is written in pictures; where nothing can read it, point at those that seem to hold writing."""
    written = [(picture, place) for picture, place in pictures if has_writing(picture)]
    texts = read_writing([picture for picture, _ in written], examination)
    for text, (_, place) in zip(texts, written, strict=True):
        if text is None:
            examination.tell_committee("look.writing", place)
        else:
            examination.read(text, place)


def look_at_pages(pages: Sequence[Place], draw: Callable[[int], Image.Image | None], examination: Examination) -> None:
    """Read pages that are pictures as well as they can be read; the committee looks at them in any case."""
    for place in pages:
        examination.tell_committee("look.page-is-picture", place)
    for start in range(0, len(pages), AT_A_TIME):
        if not _has_time(examination):
            return
        some = pages[start : start + AT_A_TIME]
        drawn = [(picture, place) for place in some if (picture := draw(place.number or 1)) is not None]
        texts = read_writing([picture for picture, _ in drawn], examination)
        for text, (_, place) in zip(texts, drawn, strict=True):
            examination.read(text or "", place)


def _has_time(examination: Examination) -> bool:
    return examination.may_read and time.monotonic() < examination.started + SECONDS_A_FILE


def read_writing(pictures: Sequence[Image.Image], examination: Examination) -> list[str | None]:
    """Text in pictures; ``None`` for each where the reader is missing, fails or has had its time.

    All are read by one run of the reader: it takes 0.27 s to begin and 0.1 s for a picture.
    """
    unread: list[str | None] = [None] * len(pictures)
    if not pictures or not _has_time(examination):
        return unread
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.png" for number in range(len(pictures))]
        for picture, path in zip(pictures, paths, strict=True):
            _as_read(picture).save(path, "PNG", compress_level=1)
        (Path(folder) / "list").write_text("".join(f"{path}\n" for path in paths), "utf-8")
        said = _run_reader(Path(folder) / "list", seconds=min(SECONDS_A_FILE, SECONDS_A_PICTURE * len(pictures)))
    if said is None:
        return unread
    texts = said.split("\f")
    return list(texts) if len(texts) == len(pictures) else [said, *unread[1:]]


def _as_read(picture: Image.Image) -> Image.Image:
    """Give a picture as the reader likes it: grey, dark on light, no wider than it needs."""
    grey = picture.convert("L")
    if grey.width > READ_WIDTH:
        grey = grey.resize((READ_WIDTH, max(1, grey.height * READ_WIDTH // grey.width)))
    return ImageOps.invert(grey) if ImageStat.Stat(grey).mean[0] < DARK else grey


def _run_reader(pictures: Path, *, seconds: float) -> str | None:
    program = shutil.which(READER) or READER
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program with fixed arguments, inside the limited process
            [program, str(pictures), "stdout", "-l", LANGUAGES, "--psm", "11", "-c", "tessedit_do_invert=0"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
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
